"""What the doctor says of the database: whether it is durable, and how the work in it stands."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from escalation.audit import Health, latest_on_time
from escalation.calendar import ZONE
from hotline.commands.failing import Failed
from hotline.commands.finding import Finding, note, well, wrong
from hotline.commands.opening import check_schema, terms_of
from hotline.config import Settings, WrongSetting
from hotline.flow import borders
from hotline.store import (
    accounts,
    agenda,
    alarms,
    catalogue,
    decisions,
    receipts,
    rulebooks,
    stale,
    stumbles,
)
from hotline.store.cipher import Cipher, Keys
from hotline.store.database import NotDurable, Store

BACKLOG_AGE = timedelta(minutes=5)


async def findings(store: Store, settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    yield well(f"数据库可用 / database: {store.url.render_as_string(hide_password=True)}")
    try:
        await store.check_durable()
        yield well("数据库落盘设置正确 / the database is durable")
    except NotDurable as error:
        yield wrong(f"数据库可能丢失已确认的数据 / not durable: {error}")
    if not await store.followed():
        yield wrong(
            "数据库写了多台主机，却没有同步备库在跟随：主库坏了会丢诉求；提交若一直等待，也是这个原因。"
            "见手册“主库损坏，备库接替” / several hosts, but no synchronous follower"
        )
    try:
        await check_schema(store, make=False)
        yield well("数据库结构最新 / the schema is the newest")
    except Failed as failed:
        yield wrong(str(failed))
        return
    for finding in [
        await _city(store),
        await _map(store, settings),
        *(await _terms(store, settings)),
        *(await _watch(store, now)),
        *(await _dispatch(store)),
    ]:
        yield finding
    if settings.folder.joinpath("keys.json").exists():
        yield await _accounts(store, settings)


async def _city(store: Store) -> Finding:
    async with store.read() as connection:
        units = len(await catalogue.departments(connection))
        duties = len(await rulebooks.rules(connection))
    if not units or not duties:
        return wrong("没有承办单位或职责清单，请运行 hotline seed / no departments or duty list")
    return well(f"承办单位 {units} 个，职责清单 {duties} 条 / departments, duties")


async def _map(store: Store, settings: Settings) -> Finding:
    async with store.read() as connection:
        districts = await catalogue.districts(connection)
    try:
        found = borders.load(settings)
    except WrongSetting as error:
        return wrong(str(error))
    lost = borders.strangers(found, districts)
    drawn = len(found) - len(lost)
    told = f"区县界线 {drawn}/{len(districts)} 个 / districts with borders"
    if lost:
        names = "、".join(lost)
        return wrong(
            f"{told}；界线文件 {borders.place(settings)} 里的“{names}”不是本市的区县，没有画出，"
            "请改为现名后重启 / names no district of the city: not drawn, rename it and restart"
        )
    if drawn < len(districts):
        return note(f"{told}；其余按中心位置示意，见 HOTLINE_BOUNDARIES / the rest is a sketch")
    return well(told)


async def _terms(store: Store, settings: Settings) -> list[Finding]:
    """What the profile says of topics and departments that the city has not; what is provisional."""
    async with store.read() as connection:
        topics = {
            name
            for topic in await catalogue.topics(connection)
            for name in (topic["level1"], topic["level2"], topic["level3"])
        }
        codes = {unit.code for unit in await catalogue.departments(connection)}
        waiting = await stale.how_many_provisional(connection)
    found = [note(f"{waiting} 个期限按普通周暂算 / provisional deadlines")] if waiting else []
    try:
        misfits = terms_of(settings).misfits(topics, codes)
    except WrongSetting:
        return found  # said already
    return found + [wrong(f"期限方案 {one.key}：{one.zh} / {one.en}") for one in misfits]


async def _watch(store: Store, now: datetime) -> list[Finding]:
    async with store.read() as connection:
        last, latest = [await one(connection) for one in (agenda.last_tick, agenda.latest_tick)]
        late, oldest = await agenda.late(connection, latest_on_time(now))
        waiting, since = await receipts.backlog(connection)
        stumbling, _, _ = await stumbles.standing(connection)
    found = []
    if latest is not None and latest > now + timedelta(minutes=1):
        found.append(wrong(f"库中有晚于现在的记录（{latest:%Y-%m-%d %H:%M}），时钟可能倒退"))
    if Health(last, late, oldest).silent(now):
        text = f"{last.astimezone(ZONE):%Y-%m-%d %H:%M}" if last else "从未 / never"
        found.append(note(f"督办时钟现未运行，最后一次：{text} / the watch is not running"))
    else:
        found.append(well("督办时钟在运行 / the watch is running"))
        if late:
            found.append(wrong(f"有 {late} 个到点的催督没有执行 / rungs are late"))
        if stumbling:
            found.append(wrong(f"有 {stumbling} 个催督反复失败 / rungs keep failing"))
    if waiting and since and now - since > BACKLOG_AGE:
        found.append(note(f"{waiting} 件诉求等待分拣，最早 {since:%m-%d %H:%M} / wait for triage"))
    return found


async def _dispatch(store: Store) -> list[Finding]:
    """Whether cases go by themselves, and what alarms nobody has mended."""
    async with store.read() as connection:
        switch = await decisions.switch(connection)
        sounding = await alarms.listed(connection, limit=10)
    found = [wrong(f"{one['text']} / an open alarm: {one['kind']}") for one in sounding]
    if not switch.running:
        found.append(note(f"自动派单已停用：{switch.reason} / automatic dispatch is off"))
    return found


async def _accounts(store: Store, settings: Settings) -> Finding:
    cipher = Cipher(Keys.load_or_make(settings.folder, settings.suite), settings.folder)
    try:
        async with store.read() as connection:
            kept = await accounts.first_passwords(connection, cipher)
    except Exception as error:  # keys of another installation, or no such table yet
        return wrong(
            f"账号不能读取，密钥与数据库不符？ / accounts cannot be read: {type(error).__name__}"
        )
    if kept:
        return note(f"{len(kept)} 个账号仍用初始密码 / accounts with their first password")
    return well("没有账号仍用初始密码 / no account has its first password")
