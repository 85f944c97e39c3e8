"""Checks audit chains, the conservation equation and the invariants over the whole database."""

import json
from collections import Counter
from dataclasses import asdict

from hotline.commands.opening import ready_store, say
from hotline.config import Settings
from hotline.store.ledger import Verdict, verify
from hotline.wiring import system_clock

SHOWN = 20  # places named; the rest are counted


async def run(settings: Settings, *, as_json: bool = False) -> int:
    async with ready_store(settings, make=False) as (store, cipher):
        verdict = await verify(store, cipher, settings.folder, system_clock())
    if as_json:
        say(json.dumps(as_object(verdict), ensure_ascii=False))
    else:
        _tell(verdict)
    return 0 if verdict.ok else 1


def as_object(verdict: Verdict) -> dict[str, object]:
    return {
        "ok": verdict.ok,
        "cases": verdict.cases,
        "entries": verdict.entries,
        "channels": verdict.channels,
        "broken": [asdict(one) for one in verdict.broken[:SHOWN]],
        "broken_in_all": verdict.broken_in_all,
    }


def _tell(verdict: Verdict) -> None:
    say(f"诉求 {verdict.cases} 件，流程记录 {verdict.entries} 条 / cases, entries")
    for channel, counts in verdict.channels.items():
        if counts["received"]:
            parts = " + ".join(
                f"{n} {name}" for name, n in counts.items() if n and name != "received"
            )
            say(f"{channel}: {counts['received']} received = {parts}")
    if verdict.ok:
        say("全部成立 / everything holds")
        return
    by_kind = Counter(one.invariant for one in verdict.broken)
    kinds = "，".join(f"{name} × {n}" for name, n in sorted(by_kind.items()))
    say(f"有 {verdict.broken_in_all} 处不成立 / places broken: {kinds}")
    for one in verdict.broken[:SHOWN]:
        say(f"  {one.invariant} {one.place}: {one.what}")
