"""Labelled rows as they are read from files: texts with what is known of them."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from classifiers import readings
from classifiers.catalogue import kinds_of, label_of, topics
from classifiers.features import HEAD_WORDS, PLACES, Text, Vector, word_vector
from classifiers.gold.rows import Message
from classifiers.readings import Reading
from classifiers.tokens import telling, words

COPY = 0.6  # cosine from which on two texts are one


@dataclass(frozen=True)
class Row:
    """A text; `raw` as against words that came ready-made and without stop words."""

    text: Text
    label: str = ""  # of the training labels
    kinds: tuple[str, ...] = ()  # of department, that the real answer names
    answer: tuple[str, ...] = ()  # the answer's words: to learn from, never to be asked
    raw: bool = True
    gold: bool = False  # for measuring alone


@dataclass(frozen=True)
class Rows:
    """What the files hold, by what it can teach."""

    topics: list[Row] = field(default_factory=list)
    departments: list[Row] = field(default_factory=list)
    others: list[Row] = field(default_factory=list)  # raw messages without labels
    read: list[Reading] = field(default_factory=list)  # and what a reader said of some


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV or JSON lines file, gzipped or not."""
    body = path.read_bytes()
    if path.suffix == ".gz":
        body = gzip.decompress(body)
    text = body.decode("utf-8-sig")
    if ".jsonl" in path.suffixes or ".json" in path.suffixes:
        for line in text.splitlines():
            if line.strip():
                yield {name: str(value or "") for name, value in json.loads(line).items()}
    else:
        yield from csv.DictReader(io.StringIO(text))


def text_of(row: Mapping[str, str]) -> Text:
    """A row's words, ready-made or cut here; the first of ready-made ones are the title's."""
    if row.get("tokens"):
        found = telling(row["tokens"].split())
        return Text.of(found[: HEAD_WORDS - 2], found[HEAD_WORDS - 2 :])
    return Text.of(words(row.get("title") or ""), words(body_of(row)))


def body_of(row: Mapping[str, str]) -> str:
    return row.get("body") or row.get("content") or row.get("text") or ""


def load(paths: Sequence[Path]) -> Rows:
    """A file is known by its columns; corrections of dispatchers are rows like others."""
    found = Rows()
    for path in paths:
        rows = list(read_rows(path))
        found.read.extend(one for one in readings.of(rows) if one not in found.read)
        for row in rows:
            _sort(row, found)
    return found


def _sort(row: Mapping[str, str], into: Rows) -> None:
    text, raw = text_of(row), not row.get("tokens")
    label = row.get("label") or _label(row.get("topic") or "")
    named = row.get("departments") or row.get("department") or ""
    kinds = tuple(dict.fromkeys(kind for name in named.split("|") for kind in _kinds(name)))
    if label:
        into.topics.append(Row(text, label, raw=raw))
    if kinds:
        into.departments.append(
            Row(text, kinds=kinds, answer=tuple(words((row.get("reply") or "")[:1500])))
        )
    if not label and raw and not row.get("reply"):
        one = Message("", row.get("title") or "", body_of(row))
        into.others.append(Row(text, gold=one.key[1] in readings.gold()))


def _label(topic: str) -> str:
    for one in topics():
        if one.path == topic:
            return label_of(one) or ""
    return ""


def _kinds(department: str) -> tuple[str, ...]:
    return kinds_of(department) or ((department,) if department else ())


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def plain_table(rows: Iterable[Row]) -> csr_matrix:
    """Word counts of unit length, weighed by rarity among the rows themselves."""
    table, places = squeezed(table_of([word_vector(row.text) for row in rows]))
    seen = numpy.bincount(table.indices, minlength=len(places))
    table.data *= (numpy.log((1 + table.shape[0]) / (1 + seen)) + 1)[table.indices]
    return unit(table)


def table_of(vectors: Sequence[Vector]) -> csr_matrix:
    starts = numpy.cumsum([0, *(len(one.places) for one in vectors)])
    where = [one.places for one in vectors]
    data = [one.values for one in vectors]
    flat = (numpy.concatenate(data), numpy.concatenate(where), starts)
    return csr_matrix(flat, shape=(len(vectors), PLACES), dtype=numpy.float32)


def squeezed(table: csr_matrix) -> tuple[csr_matrix, numpy.ndarray]:
    """The same without empty columns, and which places its columns are."""
    places, columns = numpy.unique(table.indices, return_inverse=True)
    small = (table.data, columns, table.indptr)
    return csr_matrix(small, shape=(table.shape[0], len(places))), places


def unit(table: csr_matrix) -> csr_matrix:
    norms = numpy.sqrt(numpy.asarray(table.multiply(table).sum(axis=1)).ravel())
    norms[norms == 0] = 1.0
    table.data /= numpy.repeat(norms, numpy.diff(table.indptr)).astype(numpy.float32)
    return table


def families(rows: Sequence[Row]) -> numpy.ndarray:
    """A number by row, the same for copies and near-copies: they must not part between folds."""
    table = plain_table(rows)
    alike = (table @ table.T).tocsr()
    alike.data[alike.data < COPY] = 0
    alike.eliminate_zeros()
    found: numpy.ndarray = connected_components(alike, directed=False)[1]
    return found


def folds(family: numpy.ndarray, count: int, seed: int) -> numpy.ndarray:
    """A fold by row, from the numbers that `families` gave; a family lies in one fold."""
    drawn = numpy.random.RandomState(seed).randint(0, count, size=int(family.max()) + 1)
    found: numpy.ndarray = drawn[family]
    return found
