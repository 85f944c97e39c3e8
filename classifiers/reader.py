"""The parts put together: one text in, one Reading out.

The trained model knows which field a text belongs to (its labels), the catalogue's words find the
topic inside it. A topic's score is its keyword score times the probability of its field; topics
that no label covers compete with a fixed share. The department starts from the topic's, and is
believed as far as the departments model agrees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.catalogue import Topic, departments_of, kinds_of, label_of
from classifiers.keywords import Keywords
from classifiers.linear import Linear
from classifiers.model import Label, Reading, Suggestion
from classifiers.places import district, places
from classifiers.tokens import words
from classifiers.urgency import urgency
from classifiers.wishes import wish

UNLABELLED = 0.35  # what a topic outside the labels is worth beside a certain label
FLOOR = 0.02


@dataclass(frozen=True)
class Reader:
    """Reads a complaint with whatever is at hand; without models the catalogue's words do."""

    keywords: Keywords
    gazetteer: Mapping[str, Sequence[str]]
    topics: Linear | None = None
    departments: Linear | None = None
    version: str = "keywords-1"

    def read(self, title: str, body: str) -> Reading:
        text = f"{title}\n{body}"
        head, rest = words(title), words(body)
        topic, fields = self._topic(head, rest)
        return Reading(
            type=wish(title, body),
            topic=topic,
            department=self._department(topic, [*head, *rest]),
            urgency=urgency(title, body),
            district=district(text[:4000], self.gazetteer),
            places=places(text),
        )

    def _topic(
        self, head: Sequence[str], rest: Sequence[str]
    ) -> tuple[Suggestion, dict[str, float]]:
        scored, because = self.keywords.scores(head, rest)
        fields: dict[str, float] = {}
        telling: list[str] = []
        sure = False
        if self.topics is not None and (head or rest):
            ranked, seen = self.topics.ask([*head, *head, *rest])
            fields = dict(ranked)
            telling = self.topics.telling(seen, ranked[0][0])
            sure = ranked[0][1] >= self.topics.threshold
        if not scored:
            return self._by_field(fields, telling), fields
        weighed = {n: score * self._share(n, fields) for n, score in scored.items()}
        order = sorted(weighed, key=lambda n: (-weighed[n], n))
        total = sum(weighed[n] for n in order[:5]) or 1.0
        best = self.keywords.topics[order[0]]
        field = label_of(best)
        inside = weighed[order[0]] / total
        confidence = inside * (fields.get(field, UNLABELLED) if fields and field else UNLABELLED)
        agrees = bool(fields) and field == max(fields, key=fields.__getitem__)
        return (
            Suggestion(
                best.path,
                round(confidence, 4),
                tuple(
                    Label(
                        self.keywords.topics[n].path,
                        round(confidence * weighed[n] / weighed[order[0]], 4),
                    )
                    for n in order[1:3]
                ),
                self._why(best, because[order[0]], field, fields, telling),
                self.version,
                sure=sure and agrees,
            ),
            fields,
        )

    def _share(self, n: int, fields: Mapping[str, float]) -> float:
        field = label_of(self.keywords.topics[n])
        if not fields or field is None:
            return UNLABELLED
        return FLOOR + fields.get(field, 0.0)

    def _by_field(self, fields: Mapping[str, float], telling: Sequence[str]) -> Suggestion:
        """No catalogue word in the text: the field's first topic, with next to no confidence."""
        if not fields:
            return Suggestion("", 0.0, (), ("没有可判断的词语",), self.version)
        field = max(fields, key=fields.__getitem__)
        first = next(topic for topic in self.keywords.topics if label_of(topic) == field)
        reasons = (f"“{'”“'.join(telling)}”多见于{field}",) if telling else ()
        return Suggestion(first.path, round(fields[field] * 0.1, 4), (), reasons, self.version)

    @staticmethod
    def _why(
        best: Topic,
        because: Sequence[str],
        field: str | None,
        fields: Mapping[str, float],
        telling: Sequence[str],
    ) -> tuple[str, ...]:
        told = [f"“{'”“'.join(sorted(set(because), key=len, reverse=True)[:4])}”属于{best.path}"]
        if telling and field and fields.get(field, 0.0) >= 0.5:
            told.append(f"“{'”“'.join(telling)}”多见于{field}（{fields[field]:.0%}）")
        return tuple(told)

    def _department(self, topic: Suggestion, found: Sequence[str]) -> Suggestion:
        path = topic.label
        known = {one.path: one.department for one in self.keywords.topics}
        first = known.get(path, "")
        if self.departments is None or not found:
            return Suggestion(first, round(topic.confidence * 0.8, 4), (), (), self.version)
        ranked, seen = self.departments.ask(found)
        chances = self._by_department(first, topic.confidence, ranked)
        order = sorted(chances, key=lambda name: -chances[name])
        best = order[0] if order else first
        kinds = kinds_of(best)
        reasons = [f"目录中{path}由{first}承办"] if best == first and first else []
        if kinds and kinds[0] == ranked[0][0]:
            telling = self.departments.telling(seen, ranked[0][0])
            reasons.append(f"“{'”“'.join(telling)}”多由{kinds[0]}类部门答复（{ranked[0][1]:.0%}）")
        agrees = best == first and bool(kinds) and kinds[0] == ranked[0][0]
        return Suggestion(
            best,
            round(chances.get(best, 0.0), 4),
            tuple(Label(name, round(chances[name], 4)) for name in order[1:3]),
            tuple(reasons),
            self.version,
            sure=agrees and ranked[0][1] >= self.departments.threshold,
        )

    @staticmethod
    def _by_department(
        first: str, confidence: float, ranked: Sequence[tuple[str, float]]
    ) -> dict[str, float]:
        """The kinds' probabilities on the catalogue's departments; the topic's own gets its share."""
        chances: dict[str, float] = {}
        for kind, chance in ranked[:4]:
            names = departments_of(kind)
            chosen = first if first in names else names[0] if names else ""
            if chosen:
                chances[chosen] = max(chances.get(chosen, 0.0), chance)
        if first:
            covered = bool(kinds_of(first))
            share = chances.get(first, 0.0) if covered else 0.0
            chances[first] = max(share, confidence * (0.5 if covered else 0.8))
        return chances
