"""Fits what the matter is (level 2 of the catalogue), and how sure one must be to act on it.

Four things teach it: the catalogue's own words, what citizens call a matter, messages whose matter
a reader told, and messages in which words and trained topics agree clearly (distant supervision).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from classifiers import scores
from classifiers.catalogue import Topic, label_of, said_of
from classifiers.features import Text, word_vector
from classifiers.finding import find
from classifiers.fitting import Table
from classifiers.keywords import Keywords
from classifiers.linear import NEVER, Block, Matters, Topics, softmax
from classifiers.readings import Reading
from classifiers.rows import Row, families, squeezed, table_of
from classifiers.tokens import words

Array = numpy.ndarray
FOLDS, SEED = 5, 12345
PRECISION = 0.98  # of what is acted on
SAID = 0.5  # what a word weighs that citizens use for a matter
CLEAR, PSEUDO, MOST_OF_ONE = 0.4, 0.2, 150  # share of the best matter; its weight as a label
READ, READ_TOO = 3.0, 1.0  # what a reader's first and second matter weigh
WARMTHS = (0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0)
Told = tuple[Text, str, float]  # a text, its matter, and what that weighs


def lines(catalogue: Sequence[Topic]) -> list[Text]:
    """A catalogue line as a text: its names, then its phrases."""
    return [
        Text.of(words(one.level3), [*words(one.level2), *words("，".join(one.phrases))])
        for one in catalogue
    ]


def fit_matters(
    others: Sequence[Row], topics: Topics, catalogue: Sequence[Topic], read: Sequence[Reading] = ()
) -> tuple[Matters, dict[str, Any]]:
    """The model, and its figures on the readings, each judged by a fit that had not seen it."""
    labels = tuple(sorted({one.matter for one in catalogue}))
    texts = [Text.of(words(one.title), words(one.body)) for one in read]
    by_reading = [
        [(text, name, worth) for name, worth in zip(one.matters, (READ, READ_TOO), strict=False)]
        for text, one in zip(texts, read, strict=True)
    ]
    known, own = _named(catalogue), {text.all for text in texts}
    pseudo = [one for one in _pseudo(others, topics, catalogue) if one[0].all not in own]
    figures: dict[str, Any] = {"matters": len(labels), "read": len(read), "messages": len(pseudo)}
    limits: tuple[float, ...] = ()
    if len(read) >= FOLDS:
        fold = numpy.random.RandomState(SEED).randint(0, FOLDS, size=len(read))
        held: list[Matters] = []
        for n in range(FOLDS):
            some = [told for m, one in zip(fold, by_reading, strict=True) if m != n for told in one]
            held.append(_fit([*known, *some], pseudo, labels))
        judged = [held[n] for n in fold]
        limits, told = _measured(texts, read, judged, topics, catalogue)
        figures |= told
    whole = _fit([*known, *(told for one in by_reading for told in one)], pseudo, labels)
    return replace(whole, thresholds=limits), figures


def _named(catalogue: Sequence[Topic]) -> list[Told]:
    told = [(text, one.matter, 1.0) for text, one in zip(lines(catalogue), catalogue, strict=True)]
    for one in {one.matter: one for one in catalogue}.values():
        told += [(Text.of((), words(said)), one.matter, SAID) for said in said_of(one)]
    return told


def _pseudo(others: Sequence[Row], topics: Topics, catalogue: Sequence[Topic]) -> list[Told]:
    met: Counter[str] = Counter()
    told = []
    for text, name in _clear(others, topics, Keywords(catalogue)):
        met[name] += 1
        if met[name] <= MOST_OF_ONE:
            told.append((text, name, PSEUDO))
    return told


def _fit(known: Sequence[Told], pseudo: Sequence[Told], labels: tuple[str, ...]) -> Matters:
    told = [one for one in (*known, *pseudo) if one[1] in labels]
    counts, places = counted([text for text, _, _ in told])
    table, right = Table.learnt(counts, 2), numpy.array([labels.index(name) for _, name, _ in told])
    weight = numpy.array([worth for _, _, worth in told])
    warmth = _warmth(table.rows, right, weight, len(told) - len(pseudo))
    coef, bias = _matter_fit(table.rows, right, weight)
    return Matters(labels, Block.of(places, table.idf, coef), bias, warmth)


def _measured(
    texts: Sequence[Text],
    read: Sequence[Reading],
    judged: Sequence[Matters],
    topics: Topics,
    catalogue: Sequence[Topic],
) -> tuple[tuple[float, ...], dict[str, Any]]:
    """By matter, from which confidence on it is right often enough; and how often among three."""
    keywords, first, three, sure, drawn, guessed = Keywords(catalogue), [], [], [], [], []
    for text, one, model in zip(texts, read, judged, strict=True):
        found = find(keywords, text, topics.ask(text), (model.labels, model.ask(text)))
        names = [keywords.topics[n].matter for n in found.order]
        guessed.append(names[0])
        first.append(names[0] in one.matters)
        three.append(bool(set(names) & set(one.matters)))
        sure.append(found.chances[found.order[0]])
        drawn.append(one.drawn == "random")
    hits, confidence, mine = numpy.array(first), numpy.array(sure), numpy.array(drawn)
    named, labels = numpy.array(guessed), judged[0].labels
    limits = tuple(
        scores.lowest(confidence[named == name], hits[named == name], PRECISION) for name in labels
    )
    asked = numpy.array([limits[labels.index(name)] for name in guessed])
    acted = confidence >= asked
    figures = {
        "rows": int(mine.sum()),
        "first": round(float(hits[mine].mean()), 4),
        "among_three": round(float(numpy.array(three)[mine].mean()), 4),
        "acted_on": round(float(acted[mine].mean()), 4),
        "acted_on_right": round(float(hits[acted].mean()), 4) if acted.any() else None,
        "acted_on_matters": sum(limit < NEVER for limit in limits),
    }
    return limits, figures


def counted(texts: Sequence[Text]) -> tuple[csr_matrix, Array]:
    return squeezed(table_of([word_vector(text) for text in texts]))


def far_from_gold(others: Sequence[Row]) -> list[Row]:
    """Without the gold set's texts and whatever is near one of them."""
    if not any(row.gold for row in others):
        return list(others)
    family = families(others)
    near = {int(family[n]) for n, row in enumerate(others) if row.gold}
    return [row for n, row in enumerate(others) if int(family[n]) not in near]


def _matter_fit(table: csr_matrix, right: Array, weight: Array) -> tuple[Array, Array]:
    fit = LinearSVC(C=0.5, class_weight="balanced", random_state=SEED)
    fit.fit(table, right, sample_weight=weight)
    return fit.coef_.astype(numpy.float32), fit.intercept_.astype(numpy.float32)


def _warmth(table: csr_matrix, right: Array, weight: Array, named: int) -> float:
    """How far scores are to be believed: least surprise on messages held out."""
    fold = numpy.arange(len(right)) % FOLDS
    held = (fold == 0) & (numpy.arange(len(right)) >= named)
    if not held.any():
        return WARMTHS[-1]
    coef, bias = _matter_fit(table[~held], right[~held], weight[~held])
    told, mine = table[held] @ coef.T + bias, right[held]
    losses = {
        warmth: -numpy.log(softmax(told / warmth)[numpy.arange(len(mine)), mine] + 1e-9).mean()
        for warmth in WARMTHS
    }
    return min(losses, key=losses.__getitem__)


def _clear(others: Sequence[Row], topics: Topics, keywords: Keywords) -> list[tuple[Text, str]]:
    """Messages whose matter the catalogue's words and the trained topics agree on."""
    found = []
    for row in others:
        scored = keywords.scores(row.text.head, row.text.rest)
        fields = topics.ask(row.text)
        share = _shares(keywords.topics, scored, fields)
        best = max(share, key=share.__getitem__, default="")
        if best and share[best] >= CLEAR * sum(share.values()):
            found.append((row.text, best))
    return found


def _shares(
    catalogue: Sequence[Topic], scored: Array, fields: Mapping[str, float]
) -> dict[str, float]:
    """The best line's score of each matter, squared, among those that fit the field."""
    share: dict[str, float] = {}
    for n, score in enumerate(scored.tolist()):
        if not score:
            continue
        label = label_of(catalogue[n])
        worth = score**2 * (fields.get(label, 0.0) if label else 0.35)
        matter = catalogue[n].matter
        share[matter] = max(share.get(matter, 0.0), worth)
    return share
