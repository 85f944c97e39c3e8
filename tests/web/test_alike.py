"""A guess at what is there and at what is not: the same work for both, and the same time."""

import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from argon2 import PasswordHasher
from scipy.stats import ks_2samp
from sqlalchemy import event

from hotline.domain.errors import NoSuchCase
from hotline.domain.words import Role
from hotline.flow import citizen, intake
from hotline.flow.centre import Centre
from hotline.store import accounts
from hotline.web import auth
from hotline.web.problems import SignInWrong
from hotline.wiring import MovingClock
from tests.makers import a_complaint
from tests.support.scale import Scale

Guess = Callable[[Centre, int, bool], Awaitable[None]]
MANY = 20  # of each that are there


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at a low cost, for the accounts and for nobody's alike."""
    cheap = PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)
    monkeypatch.setattr(auth, "hasher", cheap)
    monkeypatch.setattr(auth, "_NOBODY", cheap.hash("nobody has this password"))


@pytest.fixture
async def numbers(centre: Centre) -> list[str]:
    """Complaints that are there, as long in the house as any other, and accounts beside them."""
    made = [(await intake.receive(centre, a_complaint(f"a{n}"))).number for n in range(MANY)]
    while await intake.triage_pending(centre):
        pass
    async with centre.work() as work:
        for n in range(MANY):
            kept = auth.hasher.hash(f"Correct-horse-{n}")
            new = accounts.NewOfficer(f"known-{n:04}", "某人", Role.AGENT, None, kept)
            await accounts.add(work.connection, work.cipher, new, work.at)
    return made


def at_a_case(numbers: list[str]) -> Guess:
    async def guess(centre: Centre, n: int, known: bool) -> None:
        number = numbers[n % MANY]
        asked = number if known else f"{number[:9]}{900_000 + n % MANY}"
        with pytest.raises(NoSuchCase):
            await citizen.enter(centre, asked, "0000-0000", f"198.51.100.{n % 250}")

    return guess


async def at_an_account(centre: Centre, n: int, known: bool) -> None:
    name = f"{'known' if known else 'thing'}-{n % MANY:04}"
    with pytest.raises(SignInWrong):
        await auth.sign_in(centre, name, "Wrong-horse-12345", f"198.51.100.{n % 250}")


def door(name: str, numbers: list[str]) -> Guess:
    return {"query code": at_a_case(numbers), "sign-in": at_an_account}[name]


@contextmanager
def statements(centre: Centre) -> Iterator[list[str]]:
    """What the database is asked meanwhile, by whoever."""
    told: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        told.append(statement)

    engines = {id(one): one.sync_engine for one in (centre.store.reader, centre.store.writer)}
    for engine in engines.values():
        event.listen(engine, "before_cursor_execute", note)
    yield told
    for engine in engines.values():
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", ["query code", "sign-in"])
async def test_the_database_is_asked_the_same_whether_it_is_there_or_not(
    centre: Centre, numbers: list[str], name: str
) -> None:
    guess, asked = door(name, numbers), []
    for known in (True, False):
        with statements(centre) as told:
            await guess(centre, 0, known)
        asked.append(told)
    assert len(asked[0]) > 4 and asked[0] == asked[1]


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("name", ["query code", "sign-in"])
async def test_the_time_of_an_answer_does_not_tell_what_is_there(
    centre: Centre, clock: MovingClock, numbers: list[str], name: str, scale: Scale
) -> None:
    """Row 28: two thousand of each in turn, held against each other by Kolmogorov and Smirnov.

    Of two samples of the same a twentieth differs by chance: three are taken, and a difference that
    is there shows in each.
    """
    if not scale.alike:
        pytest.skip("only at its full size")
    guess = door(name, numbers)
    found = [await compared(guess, centre, clock, scale.alike) for _ in range(3)]
    print(f"{name}: p of {scale.alike} against {scale.alike}: {found}")
    assert max(found) > 0.05


async def compared(guess: Guess, centre: Centre, clock: MovingClock, many: int) -> float:
    took: dict[bool, list[float]] = {True: [], False: []}
    gc.collect()
    gc.disable()
    try:
        for n in range(-20, many):
            if n % MANY == 0:  # the doors are open again
                clock.move_to(clock.at + timedelta(minutes=31))
            for known in ((True, False), (False, True))[n % 2]:
                started = perf_counter()
                await guess(centre, n, known)
                if n >= 0:
                    took[known].append(perf_counter() - started)
    finally:
        gc.enable()
    return float(ks_2samp(took[True], took[False]).pvalue)
