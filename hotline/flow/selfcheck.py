"""Does the hotline keep what it promises of itself? Each minute; what breaks is an alarm to people.

An alarm is told once and stands until it is mended; its text says what to do first.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from escalation import audit
from hotline.domain.words import Role
from hotline.flow import alarms
from hotline.flow.centre import Centre
from hotline.flow.pulse import GONE, SKEW
from hotline.flow.storm import storm
from hotline.store import acts, agenda, beats, ledger, queues, receiptchecks, stumbles
from hotline.store import alarms as kept
from hotline.store.alarms import Alarm
from hotline.store.beats import Beat

SERVICE = "service"
TOLD = (Role.SYSADMIN, Role.SHIFT_LEAD)
TRIAGE, UNSENT = timedelta(minutes=5), timedelta(minutes=15)
SCARCE = 1 << 30  # bytes
BACKUP = timedelta(days=7)


async def check(centre: Centre) -> list[str]:
    """Sounds what is broken, ends what is mended; returns the keys of what is broken."""
    found = {one.key: one for one in [*_disk(centre.files), *(await _looked(centre))]}
    async with centre.look() as look:
        open_ = {one["key"] for one in await kept.listed(look.connection, 1000) if _ours(one)}
    if open_ != set(found):
        async with centre.work() as work:
            for alarm in found.values():
                if alarm.key not in open_:
                    await alarms.sound(work, alarm, "热线系统告警", TOLD)
            await kept.end(work.connection, SERVICE, work.at, but=list(found))
    return sorted(found)


def _ours(one: dict[str, Any]) -> bool:
    return bool(one["kind"] == SERVICE)


def _alarm(key: str, text: str) -> Alarm:
    return Alarm(SERVICE, key, text)


async def _looked(centre: Centre) -> list[Alarm]:
    """Everything from one moment: a count that runs on meanwhile is no difference."""
    now, found = centre.now(), list[Alarm]()
    async with ledger.snapshot(centre.store) as connection:
        _, unbalanced = await receiptchecks.conservation(connection)
        waiting = await queues.lengths(connection)
        unsent = await queues.undelivered(connection, now - UNSENT)
        late, oldest = await agenda.late(connection, audit.latest_on_time(now))
        ticked = await agenda.last_tick(connection)
        health = audit.Health(ticked, late, oldest, *await stumbles.standing(connection))
        nodes = await beats.standing(connection)
        saved, first = await acts.last(connection, "backup")
    for one in unbalanced:
        text = f"收件账目不平（{one.place}）：{one.what}。请运行 hotline verify，见手册“账目不平”。"
        found.append(_alarm(f"conservation:{one.place}:{one.what}"[:120], text))
    found += _queues(waiting["triage"], unsent, now)
    if waiting["unreadable"][0]:
        text = "有诉求原件还在，却打不开，没有登记分派；多半是密钥文件不对。见手册“有毒来件”。"
        found.append(_alarm("unreadable", text))
    found += _watch(health, now)
    found += [alarm for node in nodes for alarm in _node(node)]
    if first and now - (saved or first) > BACKUP:
        text = "已有 7 天以上没有备份。请运行 hotline backup，并把文件存到别处。"
        found.append(_alarm("backup", text))
    return found


def _queues(triage: queues.Queue, unsent: int, now: datetime) -> Iterator[Alarm]:
    waiting, since = triage
    if since and now - since > TRIAGE:
        text = "有诉求收到 5 分钟以上还没有登记分派。诉求都已保存；请查看日志，必要时重启 serve。"
        yield _alarm("triage", text)
    elif storm(waiting, since, now):
        text = "诉求集中涌入：先全部收下，分派会慢一些，查重暂停，平稳后自动补做。无需重启。"
        yield _alarm("storm", text)
    if unsent:
        text = "有通知到时 15 分钟还没有发出。请检查 serve（或 serve --only mail）和发信服务器。"
        yield _alarm("outbox", text)


def _watch(health: audit.Health, now: datetime) -> Iterator[Alarm]:
    if health.last_tick is not None and health.silent(now):
        text = "督办时钟停了 3 分钟以上，催办督办不会按时发出。请启动 serve 或 serve --only watch。"
        yield _alarm("watch", text)
    if health.late:
        yield _alarm(
            "late", "有到点的催办督办迟了 1 分钟以上没有执行。请查看日志中的 tick.failed。"
        )


def _node(node: Beat) -> Iterator[Alarm]:
    if node.silent > GONE:
        text = f"节点 {node.node} 没有了音讯。请看它是否还在运行，见手册“一个节点失联”。"
        yield _alarm(f"node:{node.node}"[:120], text)
    elif abs(node.skew) > SKEW:
        text = (
            f"节点 {node.node} 的时钟与数据库相差 {SKEW:.0f} 秒以上，它的督办时钟已暂停。"
            "请校时，见手册“时钟不对”。"
        )
        yield _alarm(f"clock:{node.node}"[:120], text)


def _disk(folder: Path) -> Iterator[Alarm]:
    if shutil.disk_usage(folder).free < SCARCE:
        text = "数据目录所在磁盘不足 1 GiB，写满后将拒收诉求。请马上清理，见手册“磁盘满”。"
        yield _alarm("disk", text)
