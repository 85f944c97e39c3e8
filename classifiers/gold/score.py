"""What a reader of complaints gets right on the gold set; random and urgent rows apart."""

from collections.abc import Mapping, Sequence
from typing import Any

from classifiers.gold import measures
from classifiers.gold.rows import Gold, Key, Message, labels, level
from classifiers.model import Classifier, Reading, Suggestion

PARTS = ("random", "urgent")
Read = tuple[Gold, Message, Reading]


def matched(messages: Mapping[Key, Message]) -> Mapping[str, Sequence[tuple[Gold, Message]]]:
    """Each part's rows with their texts; ValueError when the file is another than was drawn from."""
    told: dict[str, list[tuple[Gold, Message]]] = {}
    for part in PARTS:
        rows = labels(part)
        lost = sum(row.key not in messages for row in rows)
        if lost:
            raise ValueError(
                f"文件里找不到金标准 {part}.csv 中的 {lost} 条留言；请给出抽样时的那份留言文件"
            )
        told[part] = [(row, messages[row.key]) for row in rows]
    return told


def score(
    parts: Mapping[str, Sequence[tuple[Gold, Message]]], reader: Classifier
) -> Mapping[str, Any]:
    return {
        part: measured(
            [(gold, message, reader.read(message.title, message.body)) for gold, message in rows]
        )
        for part, rows in parts.items()
    }


def measured(rows: Sequence[Read]) -> Mapping[str, Any]:
    return {
        "rows": len(rows),
        "type": _type(rows),
        "urgent": _urgent(rows),
        "topic": _topic(rows),
        "department": _department(rows),
        "place": _place(rows),
    }


def _three(one: Suggestion) -> list[str]:
    return [one.label, *(runner.label for runner in one.runners_up)][:3]


def _type(rows: Sequence[Read]) -> Mapping[str, Any]:
    wanted, guessed = [gold.type for gold, _, _ in rows], [read.type.label for _, _, read in rows]
    return {
        "accuracy": measures.share([a == b for a, b in zip(wanted, guessed, strict=True)]),
        "macro_f1": measures.macro_f1(wanted, guessed),
        "per_label": measures.per_label(wanted, guessed),
    }


def _urgent(rows: Sequence[Read]) -> Mapping[str, Any]:
    """Critical and urgent together: what may not wait in the ordinary queue."""
    pairs = [
        (gold.pressing, read.urgency.label in ("critical", "urgent")) for gold, _, read in rows
    ]
    return {
        "precision": measures.share([wanted for wanted, guessed in pairs if guessed]),
        "recall": measures.share([guessed for wanted, guessed in pairs if wanted]),
        "critical_recall": measures.share(
            [
                read.urgency.label == "critical"
                for gold, _, read in rows
                if gold.urgency == "critical"
            ]
        ),
    }


def _topic(rows: Sequence[Read]) -> Mapping[str, Any]:
    """Strict: the reader's first topic; lenient: that or the second defensible one."""
    told: dict[str, Any] = {}
    for depth in (1, 2, 3):
        for places in (1, 3):
            for name, lenient in (("strict", False), ("lenient", True)):
                told[f"level{depth}_in{places}_{name}"] = measures.share(
                    [_topic_hit(row, depth, places, lenient) for row in rows]
                )
    wanted = [level(gold.topic, 1) for gold, _, _ in rows]
    guessed = [level(read.topic.label, 1) for _, _, read in rows]
    return {**told, "level1_per_label": measures.per_label(wanted, guessed)}


def _topic_hit(row: Read, depth: int, places: int, lenient: bool) -> bool:
    gold, _, read = row
    right = {level(path, depth) for path in (gold.topics if lenient else (gold.topic,))}
    return bool(right & {level(path, depth) for path in _three(read.topic)[:places]})


def _department(rows: Sequence[Read]) -> Mapping[str, Any]:
    return {
        f"hit{places}": measures.share(
            [gold.department in _three(read.department)[:places] for gold, _, read in rows]
        )
        for places in (1, 3)
    }


def _place(rows: Sequence[Read]) -> Mapping[str, Any]:
    """A suggested name is right where it stands, somewhere, over the place that was read."""
    placed = [(gold, message, read) for gold, message, read in rows if gold.place_at]
    return {
        "overlap": measures.share([_place_hit(row, None) for row in placed]),
        "overlap_first": measures.share([_place_hit(row, 1) for row in placed]),
        "quiet_without_place": measures.share(
            [not read.places for gold, _, read in rows if not gold.place_at]
        ),
    }


def _place_hit(row: Read, first: int | None) -> bool:
    gold, message, read = row
    if gold.place_at is None:
        return False
    start, end = gold.place_at
    return any(
        at < end and start < at + len(name)
        for name in read.places[:first]
        for at in _stands(name, message.text)
    )


def _stands(name: str, text: str) -> list[int]:
    found, at = [], text.find(name) if name else -1
    while at >= 0:
        found.append(at)
        at = text.find(name, at + 1)
    return found
