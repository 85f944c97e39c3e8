"""Does the hotline keep what it promises of itself? Twice a minute; what breaks is an alarm to people.

An alarm is told once and stands until it is mended; its text says what to do first. Each promise is
looked at by itself: one that cannot be is told too, and keeps no other from being told.
"""

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from escalation import audit
from escalation.calendar import ZONE
from hotline.domain.words import Role
from hotline.flow import alarms, checking, receiptkeeping
from hotline.flow.centre import Centre
from hotline.flow.checking import Check, alarm
from hotline.flow.pulse import GONE, SKEW
from hotline.flow.storm import storm
from hotline.store import acts, agenda, beats, queues, stumbles
from hotline.store import alarms as kept
from hotline.store.alarms import Alarm
from hotline.store.beats import Beat
from hotline.store.database import NotDurable, files_of

SERVICE = checking.SERVICE
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
OVERDUE = 120.0  # seconds since the last whole look at all of this
UNREAD = 10  # texts in a row that the classifier did not read
SCARCE = 1 << 30  # bytes
BACKUP = timedelta(days=7)


async def check(centre: Centre, node: str = "") -> list[str]:
    """Sounds what is broken, ends what is mended; returns the keys of what is broken.

    What only one process can know of itself (its ticks, its lines) has its `node` in the key, and
    no other that is alive ends it.
    """
    standing = await checking.standing(centre)
    found = await checking.made(centre, node, CHECKS)
    stays = standing.stays(node, found, GONE)
    if standing.keys - stays != set(found.alarms) - stays:
        async with centre.work() as work:
            for one in found.alarms.values():
                if one.key not in standing.keys:
                    await alarms.sound(work, one, "热线系统告警", TOLD)
            await kept.end(work.connection, SERVICE, work.at, but=[*found.alarms, *stays])
    return sorted(found.alarms)


async def _balanced(centre: Centre, node: str) -> list[Alarm]:
    """By channel: how much is missing changes with each receipt, and is still the same alarm."""
    broken, uncounted = await receiptkeeping.unbalanced(centre)
    text = "收件账目不平（{}）：{}。请运行 hotline verify，见手册“账目不平”。"
    found = [alarm(f"conservation:{one}", text.format(one, broken[one])) for one in broken]
    if uncounted:
        text = (
            "前天及以前的收件账目接连几次没有核对完，以前的差错现在发现不了。请查看日志中 accounts 的"
            " tick.failed 或 tick.broken_off，并运行 hotline verify 核对。"
        )
        found.append(alarm("conservation:old", text))
    return found


async def _waiting(centre: Centre, node: str) -> list[Alarm]:
    now, found = centre.now(), list[Alarm]()
    async with centre.look() as look:
        waiting = await queues.waiting(look.connection)
        unsent = await queues.undelivered(look.connection, now - UNSENT)
    if waiting["unreadable"][0]:
        text = "有诉求原件还在，却打不开，没有登记分派；多半是密钥文件不对。见手册“有毒来件”。"
        found.append(alarm("unreadable", text))
    return [*found, *_queues(waiting["triage"], unsent, now), *_old(waiting, now)]


async def _watched(centre: Centre, node: str) -> Iterator[Alarm]:
    now = centre.now()
    async with centre.look() as look:
        late, oldest = await agenda.late(look.connection, audit.latest_on_time(now))
        ticked = await agenda.last_tick(look.connection)
        standing = await stumbles.standing(look.connection)
    return _watch(audit.Health(ticked, late, oldest, *standing), now)


async def _nodes(centre: Centre, node: str) -> list[Alarm]:
    async with centre.look() as look:
        return [one for beat in await beats.standing(look.connection) for one in _node(beat)]


async def _saved(centre: Centre, node: str) -> Iterator[Alarm]:
    async with centre.look() as look:
        # What was just restored lies in the file it came from.
        saved, first = await acts.last(look.connection, "backup", "restore")
    old = first is not None and centre.now() - (saved or first) > BACKUP
    text = "已有 7 天以上没有备份。请运行 hotline backup，并把文件存到别处。"
    return iter([alarm("backup", text)] if old else [])


def _queues(triage: queues.Queue, unsent: int, now: datetime) -> Iterator[Alarm]:
    waiting, since = triage
    if since and now - since > TRIAGE:
        text = "有诉求收到 5 分钟以上还没有登记分派。诉求都已保存；请查看日志，必要时重启 serve。"
        yield alarm("triage", text)
    elif storm(waiting, since, now):
        text = "诉求集中涌入：先全部收下，分派会慢一些，查重暂停，平稳后自动补做。无需重启。"
        yield alarm("storm", text)
    if unsent:
        text = "有通知到时 15 分钟还没有发出。请检查 serve（或 serve --only mail）和发信服务器。"
        yield alarm("outbox", text)


def _old(waiting: Mapping[str, queues.Queue], now: datetime) -> Iterator[Alarm]:
    for name, (bound, text) in BOUNDS.items():
        _, since = waiting[name]
        if since and now - since > bound:
            yield alarm(f"queue:{name}", f"{text}。请查看日志，必要时重启 serve。")


async def _ticks(centre: Centre, node: str) -> list[Alarm]:
    failing = [one for schedule in centre.schedules for one in schedule.failing(FAILING).items()]
    text = (
        f"节点 {node} 的后台任务 {{}} 反复失败（{{}}）。"
        "请查看该节点日志中的 tick.failed、tick.hangs；恢复后它会自己补做，告警自动解除。"
    )
    return [alarm(f"job:{one[0]}@{node}"[-120:], text.format(*one)) for one in failing]


async def _lines(centre: Centre, node: str) -> list[Alarm]:
    """A line that comes and goes is none: its failures are forgotten when it has stood a while."""
    if all(one.failures < UNHEARD for one in centre.lines):
        return []
    text = (
        f"节点 {node} 连不上电话交换机，或连上又断，来电不会弹屏。"
        "请检查交换机和网络；连稳一分钟后告警自动解除。"
    )
    return [alarm(f"switch@{node}"[-120:], text)]


async def _durable(centre: Centre, node: str) -> list[Alarm]:
    """Whether what is acknowledged lasts."""
    try:
        await centre.store.check_durable()
    except NotDurable as error:
        text = f"数据库设置被改动，断电可能丢失已确认的诉求（{error}）。请马上改回并重启数据库。"
        return [alarm("durable", text)]
    return []


async def _followed(centre: Centre, node: str) -> list[Alarm]:
    text = (
        "数据库没有同步备库在跟随，主库再坏就会丢诉求。"
        "请按手册“主库损坏，备库接替”第 4 步做好备库。"
    )
    return [] if await centre.store.followed() else [alarm("follower", text)]


async def _holidays(centre: Centre, node: str) -> list[Alarm]:
    last = centre.calendar.last_year
    text = f"节假日安排只到 {last} 年，期限算不准。请升级 chinesecalendar。"
    old = last < centre.now().astimezone(ZONE).year
    return [alarm("holidays", text)] if old else []


async def _read(centre: Centre, node: str) -> list[Alarm] | None:
    """It is over when a text is read, and not before: a restart alone mends nothing."""
    readings = centre.readings
    if readings.unread >= UNREAD:
        text = (
            f"节点 {node} 的自动分类连续 {readings.unread} 件没有读出（{readings.error}）。诉求照常收下，"
            "都等派单员人工分派。请在该节点运行 hotline doctor，看模型能否使用、所在磁盘是否应答，然后重启 "
            "serve；读出一件后告警自动解除。"
        )
        return [alarm(f"classifier@{node}"[-120:], text)]
    return None if readings.unread or not readings.ever else []


def _watch(health: audit.Health, now: datetime) -> Iterator[Alarm]:
    if health.last_tick is not None and health.silent(now):
        text = "督办时钟停了 3 分钟以上，催办督办不会按时发出。请启动 serve 或 serve --only watch。"
        yield alarm("watch", text)
    if health.late:
        yield alarm("late", "有到点的催办督办迟了 1 分钟以上没有执行。请查看日志中的 tick.failed。")


def _node(node: Beat) -> Iterator[Alarm]:
    if node.silent > GONE:
        text = f"节点 {node.node} 没有了音讯。请看它是否还在运行，见手册“一个节点失联”。"
        yield alarm(f"node:{node.node}"[:120], text)
    elif abs(node.skew) > SKEW:
        text = (
            f"节点 {node.node} 的时钟与数据库相差 {SKEW:.0f} 秒以上，它的督办时钟已暂停。"
            "请校时，见手册“时钟不对”。"
        )
        yield alarm(f"clock:{node.node}"[:120], text)


def free(centre: Centre) -> int:
    """Bytes that are free where there are least: beside the database's file, or in the data folder."""
    beside = [Path(one).parent for one in files_of(centre.store.url)[:1]]
    return min(shutil.disk_usage(one).free for one in (centre.files, *beside))


async def _disk(centre: Centre, node: str) -> Iterator[Alarm]:
    return _rooms(centre)


def _rooms(centre: Centre) -> Iterator[Alarm]:
    if free(centre) < SCARCE:
        text = "数据所在磁盘不足 1 GiB，写满后将拒收诉求。请马上清理，见手册“磁盘满”。"
        yield alarm("disk", text)
    if centre.reserve.full:
        text = (
            "磁盘已满，已暂停收件，登录和办理只靠预留的空间继续。请马上清理，见手册“磁盘满”；"
            "腾出空间后自动恢复收件。"
        )
        yield alarm("full", text)


def _check(name: str, zh: str, kinds: str, look: Any) -> Check:
    return Check(name, zh, frozenset(kinds.split()), look)


CHECKS = (
    _check("disk", "磁盘空间", "disk full", _disk),
    _check("jobs", "后台任务", "job", _ticks),
    _check("switch", "电话交换机连接", "switch", _lines),
    _check("classifier", "自动分类", "classifier", _read),
    _check("queues", "各队列等候", "triage storm outbox queue unreadable", _waiting),
    _check("watch", "督办时钟", "watch late", _watched),
    _check("nodes", "各节点音讯和时钟", "node clock", _nodes),
    _check("conservation", "收件账目", "conservation", _balanced),
    _check("backup", "备份", "backup", _saved),
    _check("durable", "数据库设置", "durable", _durable),
    _check("follower", "同步备库", "follower", _followed),
    _check("holidays", "节假日安排", "holidays", _holidays),
)
