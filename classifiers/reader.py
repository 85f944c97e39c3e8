"""The parts put together: one text in, one Reading out.

The trained model knows which field a text belongs to (its labels), a second one which matter
(level 2), the catalogue's words find the topic inside it (`topics`). The department starts from
the topic's, and is believed as far as the departments model agrees (`offices` trained it).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from classifiers.catalogue import departments_of, kinds_of
from classifiers.features import Text
from classifiers.finding import Found, find
from classifiers.keywords import Keywords
from classifiers.linear import NEVER, Array, Departments, Matters, Topics, Wishes
from classifiers.model import Label, Reading, Suggestion
from classifiers.places import district, places
from classifiers.tokens import Cutter, cut_clean, normalise, quick_cutter
from classifiers.urgency import level_of, seen, sensitive_of
from classifiers.wishes import wish


@dataclass(frozen=True)
class Reader:
    """Reads a complaint with whatever is at hand; without models the catalogue's words do."""

    keywords: Keywords
    gazetteer: Mapping[str, Sequence[str]]
    topics: Topics | None = None
    departments: Departments | None = None
    matters: Matters | None = None
    wishes: Wishes | None = None
    version: str = "keywords-1"
    engine: Cutter | None = None

    @cached_property
    def _cut(self) -> Cutter:
        """jieba, or its quick drop-in, with the city's districts, places and departments."""
        if self.engine is not None:
            return self.engine
        names = {name for some in self.gazetteer.values() for name in some} | set(self.gazetteer)
        names |= {one.department for one in self.keywords.topics if "/" not in one.department}
        return quick_cutter(tuple(sorted(name for name in names if 2 <= len(name) <= 12)))

    def read(self, title: str, body: str) -> Reading:
        title, body = normalise(title), normalise(body)
        text = Text.of(cut_clean(title, self._cut), cut_clean(body, self._cut))
        components = self.topics.components(text) if self.topics and text.all else None
        found = self._find(text, components)
        signs = seen(title, body)
        whole = f"{title}\n{body}"
        return Reading(
            type=wish(title, body, self.wishes),
            topic=self._topic(text, found),
            department=self._department(text, found, components),
            urgency=level_of(signs, title),
            district=district(whole, self.gazetteer),
            places=places(whole),
            sensitive=sensitive_of(signs),
        )

    def _find(self, text: Text, components: Array | None) -> Found:
        fields = self.topics.told(components) if self.topics and components is not None else {}
        known = (self.matters.labels, self.matters.ask(text)) if self.matters and text.all else None
        return find(self.keywords, text, fields, known)

    def _topic(self, text: Text, found: Found) -> Suggestion:
        if not found.order:
            return Suggestion("", 0.0, (), ("没有可判断的词语",), self.version)
        best, field = self.keywords.topics[found.order[0]], found.field
        sure, limit, said = False, None, []
        if self.topics is not None and field:
            limit = self._limit(best.matter)
            sure = self._sure(found)
            said = self.topics.words.telling(text, self.topics.labels.index(field))
        reasons = []
        if found.because:
            reasons.append(f"“{'”“'.join(found.because[:4])}”属于{best.path}")
        if said and found.fields[field] >= 0.5:
            reasons.append(f"“{'”“'.join(said)}”多见于{field}（{found.fields[field]:.0%}）")
        shown = [
            Label(self.keywords.topics[n].path, round(found.chances[n], 4)) for n in found.order[:3]
        ]
        return Suggestion(
            shown[0].label,
            shown[0].confidence,
            tuple(shown[1:]),
            tuple(reasons),
            self.version,
            sure,
            limit,
        )

    def _sure(self, found: Found) -> bool:
        """Field and matter are each right often enough to act on, by what held-out texts showed."""
        if self.topics is None or not found.agrees:
            return False
        by_field = found.fields[found.field] >= self.topics.threshold(found.field)
        best = found.order[0]
        return by_field and found.chances[best] >= self._limit(self.keywords.topics[best].matter)

    def _limit(self, matter: str) -> float:
        return self.matters.threshold(matter) if self.matters else NEVER

    def _department(self, text: Text, found: Found, components: Array | None) -> Suggestion:
        """It may act alone where the topic may, and the kind of department is as sure by itself."""
        first = self.keywords.topics[found.order[0]].department if found.order else ""
        path = self.keywords.topics[found.order[0]].path if found.order else ""
        chance = found.chances[found.order[0]] if found.order else 0.0
        if self.departments is None or self.topics is None or components is None:
            return Suggestion(first, round(chance * 0.8, 4), (), (), self.version)
        ranked = self.departments.ask(text, self.topics.machine(components))
        kind = next(iter(ranked))
        chances = by_department(first, chance, ranked)
        order = sorted(chances, key=lambda name: (-chances[name], name))
        best = order[0] if order else first
        reasons = [f"目录中{path}由{first}承办"] if best == first and first else []
        agrees = kind in kinds_of(best)
        if agrees:
            column = self.departments.labels.index(kind)
            said = self.departments.words.telling(text, column)
            reasons.append(f"“{'”“'.join(said)}”多由{kind}类部门答复（{ranked[kind]:.0%}）")
        return Suggestion(
            best,
            round(chances.get(best, 0.0), 4),
            tuple(Label(name, round(chances[name], 4)) for name in order[1:3]),
            tuple(reasons),
            self.version,
            sure=best == first and agrees and self._may(kind, ranked[kind]) and self._sure(found),
        )

    def _may(self, kind: str, chance: float) -> bool:
        """The kind of department earned a threshold on held-out answers, and reaches it."""
        return self.departments is not None and chance >= self.departments.threshold(kind)


def by_department(first: str, confidence: float, ranked: Mapping[str, float]) -> dict[str, float]:
    """The kinds' probabilities on the catalogue's departments; the topic's own gets its share."""
    chances: dict[str, float] = {}
    for kind in list(ranked)[:4]:
        names = departments_of(kind)
        chosen = first if first in names else names[0] if names else ""
        if chosen:
            chances[chosen] = max(chances.get(chosen, 0.0), ranked[kind])
    if first:
        covered = bool(kinds_of(first))
        share = chances.get(first, 0.0) if covered else 0.0
        chances[first] = max(share, confidence)
    return chances
