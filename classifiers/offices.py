"""Fits who answers (kinds of department) and what the matter is (level 2 of the catalogue).

Departments learn from messages, from the real answers to them (as further texts, never to be asked
with), and from the catalogue. Matters have no labelled rows: the catalogue's own words teach them,
and messages in which these words and the trained topics agree clearly (distant supervision).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from scipy.sparse import csr_matrix, hstack
from sklearn.svm import LinearSVC

from classifiers import fitting, scores
from classifiers.catalogue import Topic, kinds_of, label_of, said_of
from classifiers.features import Text, word_vector
from classifiers.fitting import Table
from classifiers.keywords import Keywords
from classifiers.linear import Block, Departments, Matters, Topics, believed, softmax
from classifiers.readings import Reading
from classifiers.rows import Row, families, folds, squeezed, table_of
from classifiers.tokens import words

Array = numpy.ndarray
FOLDS, SEED = 5, 12345
ANSWER, CATALOGUE, FIELDS = 0.6, 0.5, 0.25  # what an answer, a line, a topic's score weigh
PRECISION = 0.95
SAID = 0.5  # what a word weighs that citizens use for a matter
CLEAR, PSEUDO, MOST_OF_ONE = 0.4, 0.2, 150  # share of the best matter; its weight as a label
READ, READ_TOO = 3.0, 1.0  # what a reader's first and second matter weigh
WARMTHS = (0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0)


def lines(catalogue: Sequence[Topic]) -> list[Text]:
    """A catalogue line as a text: its names, then its phrases."""
    return [
        Text.of(words(one.level3), [*words(one.level2), *words("，".join(one.phrases))])
        for one in catalogue
    ]


def fit_departments(
    rows: Sequence[Row], topics: Topics, stranger: Topics, catalogue: Sequence[Topic]
) -> tuple[Departments, dict[str, Any]]:
    """`stranger`: topics that saw no near-copy of these rows; the figures are measured with it."""
    labels = tuple(sorted({kind for row in rows for kind in row.kinds}))
    right = numpy.array([[kind in row.kinds for kind in labels] for row in rows], dtype=int)
    known = [one for one in catalogue if set(kinds_of(one.department)) & set(labels)]
    extra = numpy.array([[k in kinds_of(one.department) for k in labels] for one in known], int)
    answers = [Text.of((), row.answer) for row in rows]
    texts = [*(row.text for row in rows), *answers, *lines(known)]
    seen, places = counted(texts)
    table = Table.learnt(seen, 2, among=len(rows))
    wanted, count = numpy.vstack([right, right, extra]), len(rows)
    weight = numpy.repeat([1.0, ANSWER, CATALOGUE], [count, count, len(known)])
    fold, held = folds(rows, FOLDS, SEED), numpy.zeros(right.shape)
    apart = _with_fields(table.rows, texts, stranger)
    for n in range(FOLDS):
        some = numpy.concatenate([fold != n, fold != n, numpy.full(len(known), True)])
        part, bias = fitting.one_by_one(apart[some], wanted[some], weight[some])
        held[fold == n] = apart[:count][fold == n] @ part.T + bias
    limit, figures = _measured(labels, held, right, fold)
    whole, bias = fitting.one_by_one(_with_fields(table.rows, texts, topics), wanted, weight)
    block = Block.of(places, table.idf, whole[:, : len(places)])
    fields = whole[:, len(places) :] * FIELDS
    belief = fitting.belief(held, right)
    return Departments(labels, block, fields, bias, belief, (limit,) * len(labels)), figures


def counted(texts: Sequence[Text]) -> tuple[csr_matrix, Array]:
    return squeezed(table_of([word_vector(text) for text in texts]))


def _with_fields(table: csr_matrix, texts: Sequence[Text], topics: Topics) -> csr_matrix:
    fields = numpy.array([topics.machine(topics.components(text)) for text in texts])
    return hstack([table, csr_matrix(fields * FIELDS)]).tocsr()


def _measured(
    labels: Sequence[str], held: Array, right: Array, fold: Array
) -> tuple[float, dict[str, Any]]:
    """One threshold for all kinds, since most have too few rows for one of their own."""
    chances, answered = numpy.zeros(held.shape), numpy.zeros(len(held), dtype=bool)
    for n in range(FOLDS):
        belief = fitting.belief(held[fold != n], right[fold != n])
        chances[fold == n] = believed(held[fold == n], belief)
    guessed, confidence = chances.argmax(axis=1), chances.max(axis=1)
    hits = right[numpy.arange(len(right)), guessed].astype(bool)
    for n in range(FOLDS):
        limit = scores.lowest(confidence[fold != n], hits[fold != n], PRECISION)
        answered[fold == n] = confidence[fold == n] >= limit
    figures = {
        **scores.hits_among(right, held),
        **scores.certainty(confidence, hits, answered),
        "per_label": _by_label(labels, right, guessed),
    }
    return scores.lowest(confidence, hits, PRECISION), figures


def _by_label(labels: Sequence[str], right: Array, guessed: Array) -> dict[str, Any]:
    found = {}
    for n, label in enumerate(labels):
        mine = guessed == n
        found[label] = {
            "rows": int(right[:, n].sum()),
            "suggested": int(mine.sum()),
            "precision": round(float(right[mine, n].mean()), 4) if mine.any() else None,
            "recall": round(float((right[:, n] & mine).sum() / max(right[:, n].sum(), 1)), 4),
        }
    return found


def fit_matters(
    others: Sequence[Row], topics: Topics, catalogue: Sequence[Topic], read: Sequence[Reading] = ()
) -> tuple[Matters, dict[str, Any]]:
    """`read`: messages whose matter a reader told; the others teach what words and topics agree on."""
    labels = tuple(sorted({one.matter for one in catalogue}))
    told = [(text, one.matter, 1.0) for text, one in zip(lines(catalogue), catalogue, strict=True)]
    for one in {one.matter: one for one in catalogue}.values():
        told += [(Text.of((), words(said)), one.matter, SAID) for said in said_of(one)]
    for seen in read:
        text = Text.of(words(seen.title), words(seen.body))
        told += [
            (text, name, worth)
            for name, worth in zip(seen.matters, (READ, READ_TOO), strict=False)
            if name in labels
        ]
    met: Counter[str] = Counter()
    for text, name in _clear(others, topics, Keywords(catalogue)):
        met[name] += 1
        if met[name] <= MOST_OF_ONE:
            told.append((text, name, PSEUDO))
    learnt = sum(min(n, MOST_OF_ONE) for n in met.values())
    counts, places = counted([text for text, _, _ in told])
    table, right = Table.learnt(counts, 2), numpy.array([labels.index(name) for _, name, _ in told])
    weight = numpy.array([worth for _, _, worth in told])
    warmth = _warmth(table.rows, right, weight, len(right) - learnt)
    coef, bias = _matter_fit(table.rows, right, weight)
    figures = {
        "lines": len(catalogue),
        "read": len(read),
        "messages": learnt,
        "matters": len(labels),
    }
    return Matters(labels, Block.of(places, table.idf, coef), bias, warmth), figures


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
    catalogue: Sequence[Topic], scored: Mapping[int, float], fields: Mapping[str, float]
) -> dict[str, float]:
    """The best line's score of each matter, squared, among those that fit the field."""
    share: dict[str, float] = {}
    for n, score in scored.items():
        label = label_of(catalogue[n])
        worth = score**2 * (fields.get(label, 0.0) if label else 0.35)
        matter = catalogue[n].matter
        share[matter] = max(share.get(matter, 0.0), worth)
    return share
