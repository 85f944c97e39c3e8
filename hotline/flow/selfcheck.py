"""Does the hotline keep what it promises of itself? Each minute; what breaks is an alarm to people.

An alarm is told once and stands until it is mended; its text says what to do first.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from escalation import audit
from escalation.calendar import ZONE
from hotline.domain.words import Role
from hotline.flow import alarms
from hotline.flow.centre import Centre
from hotline.flow.pulse import GONE, SKEW
from hotline.flow.storm import storm
from hotline.store import acts, agenda, beats, ledger, queues, receiptchecks, stumbles
from hotline.store import alarms as kept
from hotline.store.alarms import Alarm
from hotline.store.beats import Beat
from hotline.store.database import NotDurable, files_of

SERVICE = "service"
TOLD = (Role.SYSADMIN, Role.SHIFT_LEAD)
TRIAGE, UNSENT = timedelta(minutes=5), timedelta(minutes=15)
# Other queues that the hotline works off by itself: how old the oldest may be, and what to do then.
BOUNDS = {
    "letters": (timedelta(minutes=15), "有来信收下 15 分钟以上还没有读。来信都已保存"),
    "call_events": (timedelta(minutes=1), "有话务事件 1 分钟以上没有汇入通话记录，来电弹屏会迟"),
    "figures": (timedelta(minutes=15), "有办理记录 15 分钟以上没有汇入统计，报表数字偏旧"),
    "exports": (timedelta(hours=1), "有导出任务 1 小时以上没有完成"),
}
FAILING = 300.0  # seconds that a tick may fail again and again
UNHEARD = 5  # times in a row that the line to a switch was not had or not kept: about a minute
SCARCE = 1 << 30  # bytes
BACKUP = timedelta(days=7)


async def check(centre: Centre, node: str = "") -> list[str]:
    """Sounds what is broken, ends what is mended; returns the keys of what is broken.

    What only one process can know of itself (its ticks, its lines) has its `node` in the key, and
    no other that is alive ends it.
    """
    looked, nodes = await _looked(centre)
    own = [*_disk(centre), *_ticks(centre, node), *_lines(centre, node)]
    found = {one.key: one for one in [*own, *looked, *(await _lasting(centre))]}
    async with centre.look() as look:
        open_ = {one["key"] for one in await kept.listed(look.connection, 1000) if _ours(one)}
    theirs = {key for key in open_ for other in nodes - {node} if key.endswith(f"@{other}")}
    if open_ - theirs != set(found):
        async with centre.work() as work:
            for alarm in found.values():
                if alarm.key not in open_:
                    await alarms.sound(work, alarm, "热线系统告警", TOLD)
            await kept.end(work.connection, SERVICE, work.at, but=[*found, *theirs])
    return sorted(found)


def _ours(one: dict[str, Any]) -> bool:
    return bool(one["kind"] == SERVICE)


def _alarm(key: str, text: str) -> Alarm:
    return Alarm(SERVICE, key, text)


async def _looked(centre: Centre) -> tuple[list[Alarm], set[str]]:
    """Everything from one moment: a count that runs on meanwhile is no difference. Beside it the
    nodes that are alive."""
    now, found = centre.now(), list[Alarm]()
    async with ledger.snapshot(centre.store) as connection:
        _, unbalanced = await receiptchecks.conservation(connection)
        waiting = await queues.waiting(connection)
        unsent = await queues.undelivered(connection, now - UNSENT)
        late, oldest = await agenda.late(connection, audit.latest_on_time(now))
        ticked = await agenda.last_tick(connection)
        health = audit.Health(ticked, late, oldest, *await stumbles.standing(connection))
        nodes = await beats.standing(connection)
        # What was just restored lies in the file it came from.
        saved, first = await acts.last(connection, "backup", "restore")
    for one in unbalanced:
        text = f"收件账目不平（{one.place}）：{one.what}。请运行 hotline verify，见手册“账目不平”。"
        found.append(_alarm(f"conservation:{one.place}:{one.what}"[:120], text))
    found += [*_queues(waiting["triage"], unsent, now), *_old(waiting, now)]
    if waiting["unreadable"][0]:
        text = "有诉求原件还在，却打不开，没有登记分派；多半是密钥文件不对。见手册“有毒来件”。"
        found.append(_alarm("unreadable", text))
    found += _watch(health, now)
    found += [alarm for node in nodes for alarm in _node(node)]
    if first and now - (saved or first) > BACKUP:
        text = "已有 7 天以上没有备份。请运行 hotline backup，并把文件存到别处。"
        found.append(_alarm("backup", text))
    return found, {node.node for node in nodes if node.silent <= GONE}


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


def _old(waiting: Mapping[str, queues.Queue], now: datetime) -> Iterator[Alarm]:
    for name, (bound, text) in BOUNDS.items():
        _, since = waiting[name]
        if since and now - since > bound:
            yield _alarm(f"queue:{name}", f"{text}。请查看日志，必要时重启 serve。")


def _ticks(centre: Centre, node: str) -> Iterator[Alarm]:
    for schedule in centre.schedules:
        for name, error in schedule.failing(FAILING).items():
            text = (
                f"节点 {node} 的后台任务 {name} 反复失败（{error}）。"
                "请查看该节点日志中的 tick.failed；恢复后它会自己补做，告警自动解除。"
            )
            yield _alarm(f"job:{name}@{node}"[-120:], text)


def _lines(centre: Centre, node: str) -> Iterator[Alarm]:
    """A line that comes and goes is none: its failures are forgotten when it has stood a while."""
    if any(one.failures >= UNHEARD for one in centre.lines):
        text = (
            f"节点 {node} 连不上电话交换机，或连上又断，来电不会弹屏。"
            "请检查交换机和网络；连稳一分钟后告警自动解除。"
        )
        yield _alarm(f"switch@{node}"[-120:], text)


async def _lasting(centre: Centre) -> Sequence[Alarm]:
    """Whether what is acknowledged lasts; whether working days can be counted."""
    found = []
    try:
        await centre.store.check_durable()
    except NotDurable as error:
        text = f"数据库设置被改动，断电可能丢失已确认的诉求（{error}）。请马上改回并重启数据库。"
        found.append(_alarm("durable", text))
    if not await centre.store.followed():
        text = (
            "数据库没有同步备库在跟随，主库再坏就会丢诉求。"
            "请按手册“主库损坏，备库接替”第 4 步做好备库。"
        )
        found.append(_alarm("follower", text))
    if centre.calendar.last_year < centre.now().astimezone(ZONE).year:
        text = (
            f"节假日安排只到 {centre.calendar.last_year} 年，期限算不准。请升级 chinesecalendar。"
        )
        found.append(_alarm("holidays", text))
    return found


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


def free(centre: Centre) -> int:
    """Bytes that are free where there are least: beside the database's file, or in the data folder."""
    beside = [Path(one).parent for one in files_of(centre.store.url)[:1]]
    return min(shutil.disk_usage(one).free for one in (centre.files, *beside))


def _disk(centre: Centre) -> Iterator[Alarm]:
    if free(centre) < SCARCE:
        text = "数据所在磁盘不足 1 GiB，写满后将拒收诉求。请马上清理，见手册“磁盘满”。"
        yield _alarm("disk", text)
    if centre.reserve.full:
        text = (
            "磁盘已满，已暂停收件，登录和办理只靠预留的空间继续。请马上清理，见手册“磁盘满”；"
            "腾出空间后自动恢复收件。"
        )
        yield _alarm("full", text)
