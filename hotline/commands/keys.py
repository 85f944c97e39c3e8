"""`hotline keys`: which there are, and a new one for everything that is encrypted, online."""

import argparse
from collections import Counter
from dataclasses import dataclass, replace

from hotline.commands.failing import Failed
from hotline.commands.opening import ready_store, say
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.store import acts, rotation
from hotline.store.cipher import Cipher, Keys
from hotline.store.database import Store
from hotline.wiring import system_clock


@dataclass(frozen=True)
class Asked:
    """`list`, or `rotate` to a key of a suite (none: the one of the present key)."""

    doing: str
    suite: str | None = None


def asked(told: argparse.Namespace) -> Asked:
    return Asked(told.doing, getattr(told, "suite", None))


async def run(settings: Settings, wanted: Asked) -> int:
    async with ready_store(settings, make=False) as (store, cipher):
        if wanted.doing == "rotate":
            await _rotate(settings, store, cipher, wanted.suite)
        keys = Keys.load_or_make(settings.folder)
        async with store.read() as connection:
            left = await rotation.left(connection, cipher)
    count = Counter(keys.suites.get(name, "intl") for name in keys.fields)
    kinds = ", ".join(f"{n} {suite}" for suite, n in count.items())
    suite = keys.suites.get(keys.current, "intl")
    say(
        f"当前密钥 {keys.current}（{suite}），共 {len(keys.fields)} 把 / current key; in all: {kinds}"
    )
    say(f"仍用旧密钥的数据 {left} 项 / values under an older key")
    return 0 if not left else 1


async def _rotate(settings: Settings, store: Store, cipher: Cipher, suite: str | None) -> None:
    """A rotation that was interrupted goes on with the key that it began with."""
    keys, before = Keys.load_or_make(settings.folder), cipher.current
    if not keys.rotating:
        keys = keys.with_new(suite or keys.suites.get(keys.current, "intl"))
        keys.save(settings.folder)
    elif suite and suite != keys.suites.get(keys.current, "intl"):
        raise Failed("上次轮换尚未完成，请先运行 hotline keys rotate / finish the last one first")
    cipher.refresh()
    moved = 0
    async for page in rotation.rotate(store, cipher):
        moved += page
    about = {"from": before, "to": keys.current, "suite": keys.suites[keys.current], "n": moved}
    async with store.write() as connection:
        await acts.record(connection, system_clock(), OPERATOR, "keys_rotated", about)
    replace(keys, rotating=False).save(settings.folder)
    say(f"已用新密钥 {keys.current} 重新加密 {moved} 项 / values encrypted anew")
