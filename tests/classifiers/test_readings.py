"""Labels given by reading teach, the gold set measures; and what is acted on was earned."""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy
import pytest

from classifiers import matters, readings, rows, scores, wishes
from classifiers.catalogue import topics
from classifiers.features import Text, Vector, word_places
from classifiers.gold.rows import TYPES, Message, keys
from classifiers.linear import Block
from classifiers.rows import Row
from classifiers.wishing import fit_wishes
from tests.conftest import shared

FILE, TYPES_FILE = (Path(readings.__file__).parent / name for name in readings.FILES)
COLUMNS = ["id", "sha", "part", "type", "matter", "matter_alt", "urgency"]
FEWER = ["id", "sha", "part", "type", "urgency"]


def table(path: Path = FILE, columns: list[str] = COLUMNS) -> list[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        found = csv.DictReader(lines)
        assert found.fieldnames == columns
        return list(found)


def test_readings_know_the_catalogue_and_hold_nobodys_words() -> None:
    known, found = {topic.matter for topic in topics()}, table()
    assert len({row["sha"] for row in found}) == len(found) > 1500
    for row in found:
        assert row["id"].isdigit() and re.fullmatch(r"[0-9a-f]{12}", row["sha"])
        assert row["type"] in TYPES and row["part"] in ("random", "urgent")
        assert row["urgency"] in ("critical", "urgent", "normal")
        assert row["matter"] in known and row["matter_alt"] in known | {""}


def test_what_was_read_for_type_and_urgency_holds_nobodys_words_either() -> None:
    found, before = table(TYPES_FILE, FEWER), {row["sha"] for row in table()}
    assert len({row["sha"] for row in found} - before) == len(found) > 900
    for row in found:
        assert row["id"].isdigit() and re.fullmatch(r"[0-9a-f]{12}", row["sha"])
        assert row["type"] in TYPES and row["part"] in ("random", "urgent", "unsure")
        assert row["urgency"] in ("critical", "urgent", "normal")


def test_no_reading_is_of_the_gold_set() -> None:
    gold = {sha for name in ("random", "urgent", "second_ids") for _, sha in keys(name)}
    assert not gold & {row["sha"] for row in [*table(), *table(TYPES_FILE, FEWER)]}


@cache
def cut(name: str) -> list[tuple[str, Text]]:
    """The messages of a file, by their fingerprint, cut into words: most of what the test costs."""
    found = rows.read_rows(shared(f"data/{name}.csv.gz"))
    return [(Message("", row["title"], row["body"]).key[1], rows.text_of(row)) for row in found]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "columns", "files"),
    [
        (FILE, COLUMNS, ["messages"]),
        (TYPES_FILE, FEWER, ["messages", "replied_messages", "level1_messages"]),
    ],
)
def test_no_reading_is_near_a_gold_text(path: Path, columns: list[str], files: list[str]) -> None:
    """Among the messages that it was drawn from."""
    told = [one for name in files for one in cut(name)]
    mine, gold = {row["sha"] for row in table(path, columns)}, readings.gold()
    far = matters.far_from_gold([Row(text, gold=sha in gold) for sha, text in told])
    kept = {row.text.all for row in far}
    own = {sha: text.all for sha, text in told if sha in mine}
    assert len(own) == len(mine) and all(text in kept for text in own.values())


def test_what_is_near_a_gold_text_teaches_nothing() -> None:
    words = "物业 停车 收费 不合理 要求 退还 业主 同意".split()
    gold, near = Row(Text.of((), words), gold=True), Row(Text.of((), words[:-1]))
    other = Row(Text.of((), "路灯 不亮 三天 维修".split()))
    assert matters.far_from_gold([gold, near, other]) == [other]


def a_reading(title: str, wish: str) -> readings.Reading:
    return readings.Reading(title, f"{title}。", wish, (), "normal", "random")


def test_types_are_learnt_and_the_signs_still_give_the_reasons() -> None:
    places = "东门 西门 南街 北街 桥头 河边 山上 湖边 车站 广场".split()
    told = [a_reading(f"请问{place}何时通车", "consult") for place in places]
    told += [a_reading(f"投诉{place}夜里太吵", "complaint") for place in places]
    model, figures = fit_wishes(told)
    assert figures["accuracy"] == 1.0
    found = wishes.wish("请问码头何时通车", "请问码头何时通车。", model)
    assert found.label == "consult" and any("请问" in reason for reason in found.reasons)
    assert found.by == wishes.TRAINED != wishes.wish("请问", "").by


def test_a_place_that_was_not_met_says_nothing() -> None:
    met = word_places("路灯")[0]
    block = Block.of(numpy.array([met]), numpy.ones(1), numpy.array([[2.0], [-1.0]]))
    seen = Vector(numpy.array([met, met + 1], numpy.uint32), numpy.ones(2, dtype=numpy.float32))
    assert block.scores(seen) == pytest.approx([2.0, -1.0])
    assert not block.scores(Vector(seen.places[1:], seen.values[1:])).any()
    assert block.telling(Text.of((), ["不亮", "路灯"]), 0) == ["路灯"]
    assert block.telling(Text.of((), ["路灯"]), 1) == []


def test_thresholds_hold_each_label_to_one_precision_and_all_to_another() -> None:
    """The first label is always right; the second one is right in every second answer below 0.8."""
    confidence = numpy.linspace(0.999, 0.5, 400)
    chances = numpy.zeros((800, 2))
    chances[:400, 0], chances[400:, 1] = confidence, confidence
    chances[:400, 1], chances[400:, 0] = 1 - confidence, 1 - confidence
    hits = numpy.ones(800, dtype=bool)
    hits[400:][(confidence < 0.8) & (numpy.arange(400) % 2 == 0)] = False
    limits = numpy.array(scores.thresholds(("a", "b"), chances, hits, 0.99, 0.95))
    answered = chances.max(axis=1) >= limits[chances.argmax(axis=1)]
    assert hits[answered].mean() >= 0.99 and hits[answered & (chances[:, 1] > 0.5)].mean() >= 0.95
    loose = numpy.array(scores.thresholds(("a", "b"), chances, hits, 0.5, 0.95))
    assert loose[0] == 0.5 and limits.min() >= loose.min()
    assert Message("1", "a", "b").key[1] not in readings.gold()


def test_messages_read_for_urgency_alone_are_neither_measured_nor_learnt_from() -> None:
    with (FILE.parent / "gold" / "urgency_dev.csv").open(encoding="utf-8", newline="") as lines:
        told = list(csv.DictReader(lines))
    mine = {row["sha"] for row in told}
    assert set(told[0]) == {"id", "sha", "pressing"} and len(mine) > 150
    assert all(re.fullmatch("[0-9]+:[0-9a-f]{12}:[01]", ":".join(row.values())) for row in told)
    assert not mine & {sha for name in ("random", "urgent") for _, sha in keys(name)}
    assert not mine & {row["sha"] for row in table()}
