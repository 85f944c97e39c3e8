"""What a text is found by: its words, their two-letter pieces, and how they are typed in pinyin."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from classifiers.tokens import LONGEST, STOP, jieba_cutter, normalise

HAN = re.compile(r"[一-鿿]")
RUNS = re.compile(r"[一-鿿]+")
SIGNS = re.compile(r"[一-鿿a-z0-9]+")
LATIN = re.compile(r"[a-z]{2,40}")
PIECE, SYNONYM, SOUND = 0.5, 0.6, 0.8  # what each says, beside a word of the text itself: 1
MOST = 48  # terms of one question
# Marked with a digit in front: no word of a text reads so.
SYLLABLES, INITIALS = "0", "1"
Synonyms = Sequence[Sequence[str]]


def terms(text: str) -> list[str]:
    """Words and the pieces of longer ones, in their order; of a long text every part is read."""
    found: list[str] = []
    for start in range(0, len(text), LONGEST):
        for word in _cut(normalise(text[start : start + LONGEST])):
            found.append(word)
            found += _pieces(word)
    return found


def _cut(text: str) -> Iterable[str]:
    for cut in jieba_cutter()(text.lower()):
        for word in SIGNS.findall(cut):
            if word not in STOP and (len(word) > 1 or HAN.search(word)):
                yield word


def _pieces(word: str) -> list[str]:
    if len(word) < 3 or not HAN.search(word):
        return []
    return [word[n : n + 2] for n in range(len(word) - 1)]


def held(text: str) -> set[str]:
    """What a text is found by when every word asked for must stand in it: its words, and every
    pair of characters that stand together, however a dictionary cuts them."""
    found = set(terms(text))
    for start in range(0, len(text), LONGEST):
        for run in RUNS.findall(normalise(text[start : start + LONGEST])):
            found.update(run[n : n + 2] for n in range(len(run) - 1))
    return found


def sought(question: str) -> list[str]:
    """What all of must stand in a text: of long words every pair, as the cut of a text may differ."""
    found: list[str] = []
    for word in _cut(normalise(question)):
        found += _pieces(word) or [word]
    return list(dict.fromkeys(found))[:MOST]


def sounds(text: str) -> list[str]:
    """How the words may be typed without characters: pairs of syllables, and first letters."""
    found: list[str] = []
    for run in re.findall(r"[一-鿿]+", normalise(text)):
        read = spelled(run)
        found += [SYLLABLES + a + b for a, b in zip(read, read[1:], strict=False)]
        found += [SYLLABLES + one for one in read]
        first = "".join(one[0] for one in read)
        found += [INITIALS + piece for piece in _runs(first, 3)]
        found += [INITIALS + first] if len(first) == 2 else []
    return found


def spelled(run: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # its dictionaries take a moment to read

    return [one for one in lazy_pinyin(run, style=Style.NORMAL, v_to_u=False) if one.isascii()]


@cache
def _syllables() -> frozenset[str]:
    from pypinyin import pinyin_dict
    from pypinyin.contrib.tone_convert import to_normal

    toned = {one for readings in pinyin_dict.pinyin_dict.values() for one in readings.split(",")}
    plain = {to_normal(one) for one in toned}
    return frozenset(one for one in plain if one.isascii() and one.isalpha())


def syllables(typed: str) -> list[str]:
    """A run of letters as syllables; empty where it is none: gongjijin -> gong ji jin."""
    ends: list[list[str] | None] = [[], *[None] * len(typed)]
    for at in range(len(typed)):
        before = ends[at]
        if before is None:
            continue
        for size in range(1, 7):
            piece, held = typed[at : at + size], ends[min(at + size, len(typed))]
            if at + size <= len(typed) and piece in _syllables():
                longer = [*before, piece]
                if held is None or len(longer) < len(held):
                    ends[at + size] = longer
    return ends[-1] or []


def _runs(text: str, size: int) -> list[str]:
    return [text[n : n + size] for n in range(len(text) - size + 1)]


def asked(question: str, synonyms: Synonyms = ()) -> dict[str, float]:
    """The terms of a question with how much each says; what is typed in letters is read as sounds."""
    text = normalise(question).lower()
    found: dict[str, float] = {}
    for word in _cut(text):
        found[word] = 1.0
        for piece in _pieces(word):
            found.setdefault(piece, PIECE)
    for word in _meant(text, synonyms):
        for term in terms(word):
            found.setdefault(term, SYNONYM)
    for typed in LATIN.findall(text):
        if syllables(typed):
            found.pop(typed, None)  # it is no word, but how one is typed
        for term in _sounded(typed):
            found.setdefault(term, SOUND)
    return dict(list(found.items())[:MOST])


def _meant(text: str, synonyms: Synonyms) -> Iterable[str]:
    for group in synonyms:
        if any(word in text for word in group):
            yield from (word for word in group if word not in text)


def _sounded(typed: str) -> list[str]:
    read = syllables(typed)
    if len(read) > 1 and len(typed) > len(read):  # every letter a syllable: first letters are meant
        return [SYLLABLES + a + b for a, b in zip(read, read[1:], strict=False)]
    if read and len(typed) > 1:
        return [SYLLABLES + typed]
    return [INITIALS + typed] if len(typed) == 2 else [INITIALS + p for p in _runs(typed, 3)]


def known_by(title: str, keys: Iterable[str], body: str) -> Mapping[str, str]:
    """What an index keeps of a text, a field each, terms parted by spaces."""
    others = list(keys)
    return {
        "title": " ".join(terms(title)),
        "keys": " ".join([t for one in others for t in terms(one)]),
        "body": " ".join(terms(body)),
        "sounds": " ".join(dict.fromkeys(s for one in (title, *others) for s in sounds(one))),
    }
