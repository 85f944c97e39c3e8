"""The gold set: labels that exist and no text, arithmetic counted by hand, the choice made again."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from classifiers import registry
from classifiers.__main__ import main
from classifiers.catalogue import topics
from classifiers.gold import agreement, measures, rows, score, selection
from classifiers.model import Label, Reading, Suggestion

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "classifiers" / "gold"
DATA = re.search(r"^DATA \?= (\S+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
MESSAGES = ROOT / (DATA.group(1) if DATA else "") / "messages.csv.gz"
COUNTS = {"random": selection.RANDOM, "urgent": selection.URGENT}
HAN = re.compile("[\u4e00-\u9fff]")
needs_messages = pytest.mark.skipif(not MESSAGES.is_file(), reason="the messages are not here")


def a_gold(**told: object) -> rows.Gold:
    usual = {
        "key": ("1", "0" * 12),
        "type": "help",
        "topic": "城市管理/市政设施/路灯故障",
        "topic_alt": "",
        "department": "城管局",
        "urgency": "normal",
        "sensitive": (),
        "place_kind": "road",
        "place_at": (0, 3),
    }
    return rows.Gold(**{**usual, **told})  # type: ignore[arg-type]


def a_reading(**told: object) -> Reading:
    usual = {
        "type": Suggestion("help", 0.9),
        "topic": Suggestion("城市管理/市政设施/路灯故障", 0.9),
        "department": Suggestion("城管局", 0.9),
        "urgency": Suggestion("normal", 0.9),
        "district": Suggestion("", 0.0),
        "places": ("云山路",),
    }
    return Reading(**{**usual, **told})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["random", "urgent", "second"])
def test_labels_exist_in_catalogue_and_department_list(name: str) -> None:
    found = rows.labels(name)
    if name == "second" and not found:
        pytest.skip("the second reading is not there yet")
    paths = {topic.path for topic in topics()}
    with (ROOT / "hotline/seed/departments.csv").open(encoding="utf-8-sig") as lines:
        departments = {row["name"] for row in csv.DictReader(lines)}
    for row in found:
        assert row.type in rows.TYPES and row.urgency in rows.URGENCIES, row.key
        assert set(row.topics) <= paths and row.topic != row.topic_alt, row.key
        assert row.department in departments, row.key
        assert set(row.sensitive) <= set(rows.SENSITIVE), row.key
        assert row.place_kind in rows.PLACES, row.key
        assert (row.place_kind == "none") == (row.place_at is None), row.key
        assert row.place_at is None or 0 <= row.place_at[0] < row.place_at[1], row.key
        assert row.urgency != "complex", "疑难 is never a reader's label"


def test_as_many_rows_as_promised_and_none_twice() -> None:
    parts = {name: rows.keys(name) for name in COUNTS}
    assert {name: len(keys) for name, keys in parts.items()} == COUNTS
    both = {*parts["random"], *parts["urgent"]}
    assert len(both) == 600 == len({sha for _, sha in both})
    twice = rows.keys("second_ids")
    assert len(twice) == len(set(twice)) == 100 and set(twice) <= both
    assert len(set(twice) & set(parts["random"])) == selection.SECOND_RANDOM
    second = rows.keys("second")
    assert not second or sorted(second) == sorted(twice)


def test_no_column_holds_anybodys_words() -> None:
    """Han characters stand only where the catalogue's or the department's names stand."""
    for path in (FOLDER / f"{name}.csv" for name in ("random", "urgent", "second", "second_ids")):
        table = list(csv.DictReader(path.read_text("utf-8").splitlines()))
        assert set(table[0]) in ({"id", "sha"}, set(rows.COLUMNS)), path.name
        for row in table:
            assert re.fullmatch("[0-9a-f]{12}", row["sha"]) and row["id"].isdigit()
            free = "".join(
                text or ""
                for name, text in row.items()
                if name not in ("topic", "topic_alt", "department")
            )
            assert not HAN.search(free), (path.name, row["id"])


def test_two_texts_under_one_id_have_two_keys() -> None:
    one, other = rows.Message("7", "路灯", "不亮"), rows.Message("7", "路灯", "太亮")
    assert one.key != other.key and len(one.key[1]) == 12


def test_intervals_are_those_counted_by_hand() -> None:
    assert measures.wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert measures.wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert measures.wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert measures.share([])["value"] is None


def test_kappa_is_the_one_counted_by_hand() -> None:
    """Equal in 3 of 4; by chance (2/4 x 1/4 + 2/4 x 3/4) = 1/2; so (3/4 - 1/2) / (1 - 1/2)."""
    assert measures.kappa(["a", "a", "b", "b"], ["a", "b", "b", "b"])["value"] == 0.5
    assert measures.kappa(["a", "a"], ["a", "a"])["value"] is None
    again = measures.kappa(["a", "b"] * 20, ["a", "b"] * 19 + ["b", "a"])
    assert again == measures.kappa(["a", "b"] * 20, ["a", "b"] * 19 + ["b", "a"])
    assert 0.7 < again["low"] < again["value"] < again["high"] <= 1.0


def test_macro_f1_counts_the_readers_labels_only() -> None:
    """a: 2 x 1 / (2 + 1) = 2/3; b: 2 x 1 / (1 + 1) = 1; the guess c lowers a, and is no label."""
    told = measures.macro_f1(["a", "a", "b"], ["a", "c", "b"])
    assert told["value"] == pytest.approx(0.8333, abs=1e-4)
    assert told["low"] <= told["value"] <= told["high"]
    assert measures.macro_f1([], [])["value"] is None


def test_agreement_of_two_readings_on_a_small_example() -> None:
    first = [a_gold(), a_gold(type="complaint", urgency="urgent"), a_gold(place_at=(4, 8))]
    second = [
        a_gold(topic="城市管理/市政设施/路面破损坑洼", place_at=(2, 5)),
        a_gold(type="complaint", urgency="critical", sensitive=("life",)),
        a_gold(topic="公用事业/供电/停电故障", topic_alt=first[0].topic, place_at=(0, 4)),
    ]
    told = agreement.compared(list(zip(first, second, strict=True)))
    assert told["type"]["equal"]["hits"] == 3 and told["urgency"]["equal"]["hits"] == 2
    assert told["pressing"]["equal"]["hits"] == 3
    assert told["level2"]["equal"]["hits"] == 2 and told["level2_lenient"]["hits"] == 3
    assert told["level3"]["equal"]["hits"] == 1
    assert told["sensitive"]["hits"] == 2 and told["place"]["hits"] == 2


def test_a_reader_is_measured_as_counted_by_hand() -> None:
    message = rows.Message("1", "云山路黑", "路灯不亮")
    other = Suggestion(
        "公用事业/供电/停电故障", 0.6, (Label("城市管理/市政设施/井盖缺失破损", 0.2),)
    )
    told = score.measured(
        [
            (a_gold(urgency="critical"), message, a_reading(urgency=Suggestion("urgent", 0.9))),
            (a_gold(urgency="urgent"), message, a_reading(type=Suggestion("consult", 0.9))),
            (a_gold(), message, a_reading(urgency=Suggestion("urgent", 0.9), topic=other)),
            (a_gold(topic_alt=other.label, place_at=(5, 7)), message, a_reading(topic=other)),
            (a_gold(place_at=None, place_kind="none"), message, a_reading(places=())),
        ]
    )
    assert told["type"]["accuracy"]["hits"] == 4
    assert told["urgent"]["recall"]["hits"] == 1 and told["urgent"]["recall"]["rows"] == 2
    assert told["urgent"]["precision"]["hits"] == 1 and told["urgent"]["precision"]["rows"] == 2
    assert told["urgent"]["critical_recall"]["hits"] == 0
    assert told["topic"]["level2_in1_strict"]["hits"] == 3
    assert told["topic"]["level2_in1_lenient"]["hits"] == 4
    assert told["topic"]["level2_in3_strict"]["hits"] == 5
    assert told["topic"]["level3_in3_strict"]["hits"] == 3
    assert told["place"]["overlap"]["hits"] == 3 and told["place"]["overlap"]["rows"] == 4
    assert told["place"]["quiet_without_place"]["hits"] == 1


def test_messages_that_are_not_the_gold_sets_own_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "others.csv"
    path.write_text("id,title,body\n1,路灯,不亮\n", "utf-8")
    assert main(["gold", str(path)]) == 1
    assert "找不到金标准 random.csv 中的 450 条" in capsys.readouterr().err


@needs_messages
def test_a_broken_model_is_refused_rather_than_another_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = registry.chosen(None)
    assert chosen is not None
    broken = tmp_path / "broken"
    shutil.copytree(chosen, broken)
    (broken / "arrays.npz").write_bytes(b"no arrays")
    assert main(["gold", str(MESSAGES), "--model", str(broken)]) == 1
    assert "arrays" in capsys.readouterr().err


def test_agreement_says_when_nobody_has_read_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(agreement, "labels", lambda name: [])
    assert main(["agreement"]) == 1
    assert "第二遍阅读" in capsys.readouterr().err


@needs_messages
def test_the_choice_can_be_made_again_and_places_stand_in_their_texts() -> None:
    found = rows.messages(MESSAGES)
    drawn, urgent = selection.chosen(found)
    assert drawn == rows.keys("random") and urgent == rows.keys("urgent")
    assert selection.twice(drawn, urgent) == rows.keys("second_ids")
    for row in [*rows.labels("random"), *rows.labels("urgent"), *rows.labels("second")]:
        if row.place_at:
            name = found[row.key].text[slice(*row.place_at)]
            assert name and name == name.strip() and "\n" not in name, row.key


@needs_messages
@pytest.mark.slow
def test_the_shipped_model_is_measured_on_the_gold_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gold", str(MESSAGES), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {part: told[part]["rows"] for part in told} == COUNTS
    for part in COUNTS:
        figure = told[part]["type"]["accuracy"]
        assert figure["low"] <= figure["value"] <= figure["high"]
