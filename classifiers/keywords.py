"""The first day's classifier: words of the catalogue, no model file.

A topic's words are those of its name and of its example phrases; rarer words weigh more. It finds
the level-3 topic; which level 1 it lies in, the trained model knows better where there is one.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy

from classifiers.catalogue import Topic, label_of, said_of
from classifiers.tokens import words

NAME_WEIGHT, PARENT_WEIGHT, PHRASE_WEIGHT, SAID_WEIGHT = 3.0, 1.0, 2.0, 1.0


class Keywords:
    """Scores every topic of a catalogue for a text's words."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self.topics = tuple(topics)
        self.fields = tuple(label_of(topic) for topic in self.topics)
        names = {topic.matter: n for n, topic in enumerate(self.topics)}
        self.matters = numpy.array([names[topic.matter] for topic in self.topics])
        profiles = [self._profile(topic) for topic in self.topics]
        spread = Counter(word for profile in profiles for word in profile)
        self._rare = {word: math.log(1 + len(profiles) / n) for word, n in spread.items()}
        self._own = tuple(frozenset(profile) for profile in profiles)
        self._rows = {word: n for n, word in enumerate(self._rare)}
        self._weights = numpy.zeros((len(self._rows), len(profiles)), dtype=numpy.float32)
        for n, profile in enumerate(profiles):
            norm = math.sqrt(sum((w * self._rare[word]) ** 2 for word, w in profile.items())) or 1.0
            for word, weight in profile.items():
                self._weights[self._rows[word], n] = weight * self._rare[word] / norm

    @staticmethod
    def _profile(topic: Topic) -> dict[str, float]:
        profile: dict[str, float] = {}
        for text, weight in (
            (topic.level3, NAME_WEIGHT),
            (topic.level2, PARENT_WEIGHT),
            *((said, SAID_WEIGHT) for said in said_of(topic)),
            *((phrase, PHRASE_WEIGHT) for phrase in topic.phrases),
        ):
            for word in words(text):
                profile[word] = max(profile.get(word, 0.0), weight)
        return profile

    def scores(self, title: Sequence[str], body: Sequence[str]) -> numpy.ndarray:
        """A score for every topic; words of the title count double."""
        times: dict[str, int] = {}
        for some, count in ((title, 2), (body, 1)):
            for word in some:
                if word in self._rows:
                    times[word] = times.get(word, 0) + count
        often = [self._rare[word] * (1 + math.log(n)) for word, n in times.items()]
        rows = self._weights[[self._rows[word] for word in times]] if times else self._weights[:0]
        found: numpy.ndarray = numpy.array(often, dtype=numpy.float32) @ rows
        return found

    def because(self, number: int, words: Iterable[str]) -> list[str]:
        """The words of a text that spoke for a topic, the longest first."""
        mine = self._own[number].intersection(words)
        return sorted(mine, key=lambda word: (-len(word), word))
