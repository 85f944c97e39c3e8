"""Files in, a model folder out: what `python -m classifiers train` does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classifiers import matters, offices, readings, registry, rows, train, wishing
from classifiers.catalogue import topics as catalogue
from classifiers.linear import Topics
from classifiers.rows import Row, Rows


def make(paths: Sequence[Path], out: Path) -> dict[str, Any]:
    """Fits all that the files can teach, writes the folder, and gives the manifest's facts."""
    found = rows.load(paths)
    parts: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    if found.read:
        parts["wishes"], figures["types"] = wishing.fit_wishes(found.read)
    if found.topics:
        others = matters.far_from_gold(found.others)
        parts["topics"], figures["topics"] = train.fit_topics(found.topics, others)
        parts["matters"], figures["matters"] = matters.fit_matters(
            others, parts["topics"], catalogue(), [one for one in found.read if one.matters]
        )
        if found.departments:
            parts["departments"], figures["departments"] = offices.fit_departments(
                found.departments, parts["topics"], stranger(found), catalogue()
            )
    facts = {
        "data_sha256": {
            **{path.name: rows.fingerprint(path) for path in paths},
            **{name: readings.fingerprint(name) for name in readings.FILES if found.read},
        },
        "rows": {
            "topics": len(found.topics),
            "departments": len(found.departments),
            "others": len(found.others),
            "read": len(found.read),
        },
        "scores": figures,
    }
    registry.save(out, out.name, parts, facts)
    return facts


def stranger(found: Rows) -> Topics:
    """Topics fitted without anything near the messages that departments are measured on."""
    both: list[Row] = [*found.topics, *found.departments]
    family = rows.families(both)
    count = len(found.topics)
    near = {int(one) for one in family[count:]}
    far = [row for n, row in enumerate(found.topics) if int(family[n]) not in near]
    return train.fit_quickly(far)
