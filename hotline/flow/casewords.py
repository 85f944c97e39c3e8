"""Cases by their words: what was typed made into terms or a telephone's hash; the index is kept."""

import asyncio
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from classifiers import terms
from hotline.flow.centre import Centre
from hotline.store import casesearch
from hotline.store.find import Wanted
from hotline.store.vault import normal_phone

BATCH, ROUNDS = 50, 80  # cases a transaction, transactions a tick
PAUSE = (
    0.05  # seconds between two full ones: after an upgrade a million wait, and citizens go first
)
BETWEEN = re.compile(r"[\s\-+()（）]")
NUMBER = re.compile(r"20\d{6}(-\d{0,6}|\d{6})?")  # of a case, or the beginning of one
LEAST, MOST = 7, 13  # digits of a telephone number


def telephone(typed: str) -> str:
    """The telephone number that was typed, in digits; empty where it is something else."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    digits = BETWEEN.sub("", plain)
    if NUMBER.fullmatch(plain) or not digits.isascii() or not digits.isdigit():
        return ""
    return normal_phone(digits) if LEAST <= len(digits) <= MOST else ""


def hashed(centre: Centre, typed: str) -> str:
    """By which its cases are found and no number is told; empty where no telephone was typed."""
    digits = telephone(typed)
    return centre.cipher.blind("phone", digits) if digits else ""


async def sought(centre: Centre, wanted: Wanted) -> Wanted:
    """The same wish in the terms that the databases know."""
    typed = wanted.q.strip()
    if not typed:
        return wanted
    caller = hashed(centre, typed)
    if caller:
        return replace(wanted, q="", caller=caller)
    if NUMBER.fullmatch(typed):
        return wanted
    return replace(wanted, words=tuple(await asyncio.to_thread(terms.sought, typed)))


async def index(centre: Centre) -> int:
    """Takes in what was made since, in the order of ids; safe to run twice and on several nodes."""
    done = 0
    for _ in range(ROUNDS):
        async with centre.look() as look:
            rows = await casesearch.unworded(look.connection, BATCH)
        if not rows:
            break
        cut = await asyncio.to_thread(_cut, rows)
        async with centre.work() as work:
            await casesearch.keep(work.connection, cut)
        done += len(rows)
        if len(rows) == BATCH:
            await asyncio.sleep(PAUSE)
    return done


def _cut(rows: Sequence[Any]) -> list[tuple[Any, set[str]]]:
    told = [(row, f"{row.title}\n{row.content}\n{row.district}") for row in rows]
    return [(row, terms.held(said)) for row, said in told]
