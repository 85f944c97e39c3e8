"""Serving: what the whole process keeps for good is looked through by the collector no more."""

import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from hotline.commands import opening, serve
from hotline.config import Settings
from hotline.flow.centre import Centre, City
from hotline.wiring import Parts
from tests.support.readers import SaysSo

MANY = 20_000  # objects of a model


class Large(SaysSo):
    """A reader with as many objects as a model has."""

    def __init__(self) -> None:
        self.dictionary = [[n] for n in range(MANY)]


@pytest.fixture
def collector() -> Iterator[None]:
    """As it was, for the tests that come after."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


async def test_what_is_loaded_to_serve_is_left_alone_by_the_collector(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collector: None
) -> None:
    usual, told, ready = gc.get_threshold(), list[tuple[int, int]](), threading.Event()

    def make_reader(city: City) -> Large:
        ready.wait(10)  # as long as a model takes, the door is open before it is there
        return Large()

    def served(settings: Settings, *, make: bool) -> AbstractAsyncContextManager[Centre]:
        return opening.centre_of(settings, Parts(make_reader=make_reader), make=make)

    def say(line: str) -> None:
        told.append((gc.get_freeze_count(), len(gc.get_objects())))
        ready.set()
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(serve, "centre_of", served)
    monkeypatch.setattr(serve, "say", say)
    await serve.run(Settings(database_url=sqlite_url, data=tmp_path), port=0)
    ((kept, left),) = told
    assert kept > 10 * left, "the most of it is not looked at again"
    assert gc.get_freeze_count() > kept + MANY // 2, "nor the model, which came later"
    assert gc.get_threshold() > usual
