"""The gate: a model that is worse than the one in use is told so by its own held-out figures."""

from collections.abc import Mapping
from typing import Any

# Path in the manifest's scores, how it is called, and how much less counts as noise.
FIGURES = (
    (("topics", "all", "macro_f1"), "事项宏平均F1", 0.004),
    (("topics", "all", "accuracy_at_80"), "事项最有把握八成的准确率", 0.004),
    (("departments", "hit1"), "部门首选命中率", 0.015),
    (("departments", "hit3"), "部门前三命中率", 0.012),
)


def worse(manifest: Mapping[str, Any], current: Mapping[str, Any]) -> list[str]:
    """What the current model does better by more than noise, in words; a lost figure counts."""
    told = []
    for path, name, noise in FIGURES:
        old, new = _figure(current, path), _figure(manifest, path)
        if old is not None and (new is None or new < old - noise):
            told.append(f"{name} {'无' if new is None else f'{new:.4f}'}，现为 {old:.4f}")
    return told


def _figure(manifest: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    found: Any = manifest.get("scores", {})
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return float(found) if isinstance(found, int | float) else None
