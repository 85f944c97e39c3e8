"""Labels given by reading, of pairs and of departments: well-formed, counted, and without a text."""

import csv
import gzip
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from classifiers.catalogue import departments_of, topics
from tests.conftest import shared

GOLD = Path(__file__).parent.parent.parent / "classifiers" / "gold"
LABELS = ("again", "same_matter", "different")
SHA = re.compile(r"[0-9a-f]{12}")
BANDS = {"0.9-1", "0.6-0.9", "0.4-0.6", "0.25-0.4", "0.2-0.25", "place", "sender", "topic"}
COLUMNS = {
    "pairs": ["id_a", "sha_a", "id_b", "sha_b", "label", "band"],
    "departments": ["id", "sha", "first", "among", "weak_label_right"],
    "second": ["id", "sha", "type", "topic", "topic_alt", "department"]
    + ["urgency", "sensitive", "place_kind", "place_at"],
}
Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (GOLD / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        assert table.fieldnames == COLUMNS[name]
        return list(table)


def faults_of_pairs(found: list[Row]) -> list[str]:
    """What is wrong with rows of pairs, in words; nothing when all is well."""
    faults = [f"a label nobody knows: {row}" for row in found if row["label"] not in LABELS]
    faults += [f"a band nobody knows: {row}" for row in found if row["band"] not in BANDS]
    faults += [
        f"no message's mark: {row}"
        for row in found
        for side in "ab"
        if not (row[f"id_{side}"].isdigit() and SHA.fullmatch(row[f"sha_{side}"]))
    ]
    faults += [f"a text with itself: {row}" for row in found if row["sha_a"] == row["sha_b"]]
    twice = Counter(frozenset((row["sha_a"], row["sha_b"])) for row in found)
    return faults + [f"read twice: {sorted(pair)}" for pair, n in twice.items() if n > 1]


def test_two_hundred_pairs_are_well_formed() -> None:
    found = rows("pairs")
    assert len(found) == 200 and not faults_of_pairs(found)


@pytest.mark.parametrize(
    ("column", "value"),
    [("label", "maybe"), ("sha_a", "路灯不亮"), ("band", "0.5"), ("id_b", "")],
)
def test_a_spoiled_pair_would_be_noticed(column: str, value: str) -> None:
    found = rows("pairs")
    assert faults_of_pairs([*found[1:], {**found[0], column: value}])


def test_a_pair_read_twice_or_turned_round_would_be_noticed() -> None:
    found = rows("pairs")
    one = found[0]
    turned = {"id_a": one["id_b"], "sha_a": one["sha_b"], "id_b": one["id_a"]}
    assert faults_of_pairs([*found, {**one, **turned, "sha_b": one["sha_a"]}])


def test_nearly_half_of_the_pairs_are_repeats_and_every_band_but_the_top_holds_both() -> None:
    found = rows("pairs")
    repeats = [row for row in found if row["label"] != "different"]
    assert 0.40 <= len(repeats) / len(found) <= 0.50
    mixed = {row["band"] for row in found} - {"0.9-1", "topic"}
    assert all(
        {row["label"] == "different" for row in found if row["band"] == band} == {True, False}
        for band in mixed
    )


def test_the_guideline_tells_the_counts_that_the_file_holds() -> None:
    told = re.findall(
        r"^\| (\S+) \| (\d+) \| (\d+) \| (\d+) \|$",
        (GOLD / "pairs.md").read_text("utf-8"),
        re.MULTILINE,
    )
    counted = Counter((row["band"], row["label"]) for row in rows("pairs"))
    assert {band for band, *_ in told} == BANDS | {"合计"}
    for band, *numbers in told:
        bands = BANDS if band == "合计" else {band}
        held = [sum(counted[one, label] for one in bands) for label in LABELS]
        assert [int(n) for n in numbers] == held, band


def test_a_hundred_messages_have_departments_of_the_known_kinds() -> None:
    found = rows("departments")
    assert len({(row["id"], row["sha"]) for row in found}) == 100 == len(found)
    for row in found:
        among = row["among"].split("|")
        assert SHA.fullmatch(row["sha"]) and row["id"].isdigit()
        assert row["first"] == among[0] and 1 <= len(set(among)) == len(among) <= 3
        assert all(departments_of(kind) for kind in among), among
        assert row["weak_label_right"] in ("yes", "partly", "no")


def test_the_files_hold_no_text() -> None:
    """Beside the names of kinds of department nothing in them is written in Chinese."""
    names = {name for row in rows("departments") for name in row["among"].split("|")}
    assert len(names) <= 19
    words = re.findall(r"[\u3400-\u9fff]+", (GOLD / "departments.csv").read_text("utf-8"))
    assert set(words) <= names
    assert not re.search(r"[^\x00-\x7f]", (GOLD / "pairs.csv").read_text("utf-8"))


def test_the_second_reading_knows_the_catalogue_and_holds_no_words_of_its_own() -> None:
    found = rows("second")
    assert len({(row["id"], row["sha"]) for row in found}) == 100 == len(found)
    paths = {topic.path for topic in topics()}
    assert {row["topic"] for row in found} <= paths
    assert {row["topic_alt"] for row in found} <= paths | {""}
    assert {row["department"] for row in found} <= {topic.department for topic in topics()}
    for row in found:
        assert SHA.fullmatch(row["sha"]) and bool(row["place_at"]) == (row["place_kind"] != "none")
        plain = [row[column] for column in ("type", "urgency", "sensitive", "place_kind")]
        assert re.fullmatch(r"[a-z_|]*", "".join(plain))
        assert re.fullmatch(r"(\d+:\d+)?", row["place_at"])


def marked(name: str) -> dict[tuple[str, str], Row]:
    """The messages of a file by id and mark; skips where the file is not at hand."""
    with gzip.open(shared(f"data/{name}.csv.gz"), "rt", encoding="utf-8-sig", newline="") as lines:
        return {
            (row["id"], hashlib.sha256(text.encode()).hexdigest()[:12]): row
            for row in csv.DictReader(lines)
            for text in [row["title"] + row["body"]]
        }


def test_every_pair_is_found_again_and_no_two_bodies_are_the_same() -> None:
    held = marked("messages")
    for row in rows("pairs"):
        one, other = (held[row[f"id_{side}"], row[f"sha_{side}"]] for side in "ab")
        assert "".join(one["body"].split()) != "".join(other["body"].split())


def test_the_ceiling_told_is_the_one_counted() -> None:
    held, found = marked("replied_messages"), rows("departments")
    told = (GOLD / "departments.md").read_text("utf-8")
    named = [set(held[row["id"], row["sha"]]["departments"].split("|")) for row in found]
    first = sum(row["first"] in kinds for row, kinds in zip(found, named, strict=True))
    among = sum(
        bool(kinds & set(row["among"].split("|"))) for row, kinds in zip(found, named, strict=True)
    )
    right = Counter(row["weak_label_right"] for row in found)
    for number in (first, among, right["yes"], right["yes"] + right["partly"]):
        assert f"{number} / 100" in told
