"""A fitted model as plain arrays: scores, calibrated probabilities, and the words that told."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy

from classifiers.features import Vector, vector


@dataclass(frozen=True)
class Linear:
    """One weight per label and place; a sigmoid per label turns scores into probabilities."""

    labels: tuple[str, ...]
    idf: numpy.ndarray  # (places,)
    weights: numpy.ndarray  # (labels, places)
    bias: numpy.ndarray  # (labels,)
    slope: numpy.ndarray  # (labels,) of the sigmoid
    shift: numpy.ndarray  # (labels,)
    threshold: float  # from here on it is right often enough to be acted on
    exclusive: bool  # one label is right, and probabilities sum to one
    cut_long: bool  # features hold the pieces of longer words too

    def ask(self, words: Sequence[str]) -> tuple[list[tuple[str, float]], Vector]:
        """Labels with probability, likeliest first."""
        seen = vector(words, self.idf, cut_long=self.cut_long)
        return self.ranked(self.scores(seen)), seen

    def scores(self, seen: Vector) -> numpy.ndarray:
        found: numpy.ndarray = (
            self.weights[:, seen.places].astype(numpy.float32) @ seen.values + self.bias
        )
        return found

    def ranked(self, scores: numpy.ndarray) -> list[tuple[str, float]]:
        chances = self.chances(scores[None, :])[0]
        order = numpy.argsort(-chances)
        return [(self.labels[n], round(float(chances[n]), 4)) for n in order]

    def chances(self, scores: numpy.ndarray) -> numpy.ndarray:
        """Calibrated probabilities of rows of scores."""
        found: numpy.ndarray = 1.0 / (1.0 + numpy.exp(-(scores * self.slope + self.shift)))
        if self.exclusive:
            found = found / numpy.maximum(found.sum(axis=1, keepdims=True), 1e-9)
        return found

    def telling(self, seen: Vector, label: str, most: int = 4) -> list[str]:
        """The words of the text that spoke most for a label."""
        weights = self.weights[self.labels.index(label), seen.places].astype(numpy.float32)
        spoke = weights * seen.values
        order = numpy.argsort(-spoke)[: most * 2]
        told = [seen.words[n].lstrip("#") for n in order if spoke[n] > 0]
        return [word for n, word in enumerate(told) if not any(word in one for one in told[:n])][
            :most
        ]
