"""How rare a piece is: numbers of the right data, refused when they were changed, made anew alike."""

import csv
import hashlib
import json

import pytest

from classifiers import rarity
from classifiers.pieces import hashed, pieces
from tests.conftest import shared

COMMON, RARE = "希望", "檀悦"


def test_what_complaints_are_made_of_is_common_and_a_name_is_not() -> None:
    numbers = rarity.table()
    assert numbers[hashed(COMMON) % rarity.SIZE] < numbers[hashed(RARE) % rarity.SIZE]


def test_numbers_that_were_changed_are_refused(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    changed = tmp_path / "rarity.bin"
    changed.write_bytes(bytes([1]) + rarity.NUMBERS.read_bytes()[1:])
    monkeypatch.setattr(rarity, "NUMBERS", changed)
    rarity.table.cache_clear()
    with pytest.raises(ValueError, match="manifest"):
        rarity.table()
    monkeypatch.undo()
    rarity.table.cache_clear()
    assert len(rarity.table()) == rarity.SIZE


def test_a_fit_counts_texts_and_not_how_often_one_says_it() -> None:
    numbers = rarity.fit(["希望希望希望"] + ["别的话"] * 3)
    assert numbers[hashed(COMMON) % rarity.SIZE] == round(rarity.STEP * 0.916)
    assert pieces("A3区希望x", 2) == pieces("希望X", 2)


@pytest.mark.slow
def test_the_shipped_numbers_come_of_the_data_that_the_manifest_names() -> None:
    told = json.loads(rarity.MANIFEST.read_text("utf-8"))
    files = [shared(f"data/{name}") for name in sorted(told["data_sha256"])]
    csv.field_size_limit(2**27)
    texts = [text for path in files for text in rarity.read(path)]
    assert len(texts) == told["rows"]
    assert hashlib.sha256(rarity.fit(texts)).hexdigest() == told["sha256"]
