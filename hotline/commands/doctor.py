"""Says in plain words what is wrong with the installation; 1 when something is."""

import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

from channels.desk import SendFailed
from channels.mailbox.send import SmtpSender
from classifiers import registry
from escalation.audit import Health, latest_on_time, list_ends
from escalation.calendar import ZONE, WorkCalendar
from hotline.commands import chart, stationery, switchboard
from hotline.commands.failing import Failed
from hotline.commands.finding import Finding, Mark, note, well, wrong
from hotline.commands.opening import check_schema, say, store_of, terms_of
from hotline.config import Settings, WrongSetting
from hotline.store import accounts, agenda, catalogue, receipts, stale, stumbles
from hotline.store.cipher import Cipher, Keys
from hotline.store.database import NotDurable, Store
from hotline.wiring import make_senders, system_clock

GIB = 2**30
ENOUGH, SCARCE = 5 * GIB, GIB
# No clock that is right shows a time before this program was written.
EARLIEST = datetime(2026, 1, 1, tzinfo=ZONE)
BACKLOG_AGE = timedelta(minutes=5)


async def run(settings: Settings) -> int:
    worst = 0
    async for finding in findings(settings, system_clock()):
        say(f"{finding.mark} {finding.text}")
        worst |= finding.mark is Mark.WRONG
    say(
        "发现问题，请按上面的 ✗ 处理 / see the lines marked ✗"
        if worst
        else "一切正常 / all is well"
    )
    return int(worst)


async def findings(settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    for finding in (*_settings(settings), _clock(now), _holidays(now), _model(settings)):
        yield finding
    yield await _relay(settings)
    async for finding in switchboard.findings(settings):
        yield finding
    for finding in stationery.findings(settings.folder):
        yield finding
    yield _disk(settings)
    yield _keys(settings)
    try:
        async with store_of(settings, make=False) as store:
            async for finding in _database(store, settings, now):
                yield finding
            if settings.folder.joinpath("keys.json").exists():
                yield await _accounts(store, settings)
    except Failed as failed:
        yield wrong(str(failed))


def _settings(settings: Settings) -> Iterator[Finding]:
    yield well(f"设置有效，数据目录 / settings are valid, data lie in: {settings.folder}")
    try:
        yield well(f"期限方案 / profile: {terms_of(settings).version}")
    except WrongSetting as error:
        yield wrong(str(error))
    if settings.limits.public == "off":
        yield note("公众限流已关闭，仅可用于测试 / public limits are off: for tests only")
    if settings.mail.lmtp:
        yield note("已设置收信端口，但本版本没有邮箱部分 / this version has no mailbox yet")
    else:
        yield note("邮箱：未配置 / mail: not configured")
    if chart.library() is None:
        yield note(
            "没有图表组件，页面只有表格；安装 npm 后重新 make install"
            " / no charts, tables only: install npm and run make install again"
        )


async def _relay(settings: Settings) -> Finding:
    """The relay is spoken to, and signed in to; no letter is sent."""
    sender = make_senders(settings).get("mail")
    if not isinstance(sender, SmtpSender):
        return note("发信：未配置，通知只在系统内 / letters: no relay, notices stay inside")
    try:
        await sender.check()
    except SendFailed as error:
        return wrong(f"发信服务器不能使用 / the mail relay cannot be used: {error}")
    return well(f"发信服务器 / mail relay: {settings.mail.smtp}")


def _clock(now: datetime) -> Finding:
    if now < EARLIEST:
        return wrong(f"系统时间不对（{now:%Y-%m-%d}），请校时 / the clock is wrong")
    return well(f"系统时间 / clock: {now.astimezone(ZONE):%Y-%m-%d %H:%M:%S %z}")


def _holidays(now: datetime) -> Finding:
    calendar = WorkCalendar.china()
    last, year = calendar.last_year, now.astimezone(ZONE).year
    if last < year:
        return wrong(
            f"节假日安排只到 {last} 年，工作日计算不可靠，请升级 chinesecalendar"
            " / holidays are out of date"
        )
    if list_ends(calendar, now):
        return note(
            f"节假日安排只到 {last} 年，明年的期限先按普通周暂算；国务院公布后请升级 chinesecalendar，"
            f"期限会自动重算（hotline recount） / holidays known until {last}: upgrade when published"
        )
    return well(f"节假日安排到 {last} 年 / holidays known until {last}")


def _model(settings: Settings) -> Finding:
    try:
        chosen = registry.chosen(settings.folder)
        if chosen is None:
            return note("没有分类模型，只按目录关键词分类 / no model: keywords only")
        registry.load(chosen)
    except (registry.BadModel, OSError, ValueError) as error:
        return wrong(f"分类模型不能使用 / the model cannot be used: {error}")
    return well(f"分类模型 / model: {chosen.name}")


def _disk(settings: Settings) -> Finding:
    place = settings.folder
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    text = f"磁盘剩余 {free / GIB:.1f} GiB / free on disk"
    if free < SCARCE:
        return wrong(f"{text}：太少，请清理 / too little")
    return note(text) if free < ENOUGH else well(text)


def _keys(settings: Settings) -> Finding:
    path = settings.folder / "keys.json"
    if not path.exists():
        return note("密钥文件还没有，首次运行时生成 / keys are made at the first start")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return wrong(f"密钥文件权限为 {mode:04o}，应为 0600：chmod 600 {path} / keys lie open")
    return well("密钥文件权限正确 / the keys' file is private")


async def _database(store: Store, settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    yield well(f"数据库可用 / database: {store.url.render_as_string(hide_password=True)}")
    try:
        await store.check_durable()
        yield well("数据库落盘设置正确 / the database is durable")
    except NotDurable as error:
        yield wrong(f"数据库可能丢失已确认的数据 / not durable: {error}")
    try:
        await check_schema(store, make=False)
        yield well("数据库结构最新 / the schema is the newest")
    except Failed as failed:
        yield wrong(str(failed))
        return
    for finding in [
        await _city(store),
        *(await _terms(store, settings)),
        *(await _watch(store, now)),
    ]:
        yield finding


async def _city(store: Store) -> Finding:
    async with store.read() as connection:
        units = len(await catalogue.departments(connection))
        duties = len(await catalogue.duties(connection))
    if not units or not duties:
        return wrong("没有承办单位或职责清单，请运行 hotline seed / no departments or duty list")
    return well(f"承办单位 {units} 个，职责清单 {duties} 条 / departments, duties")


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
        last = await agenda.last_tick(connection)
        late, oldest = await agenda.late(connection, latest_on_time(now))
        waiting, since = await receipts.backlog(connection)
        stumbling, _, _ = await stumbles.standing(connection)
    found = []
    if last is not None and last > now + timedelta(minutes=1):
        found.append(wrong(f"库中有晚于现在的记录（{last:%Y-%m-%d %H:%M}），时钟可能倒退"))
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


async def _accounts(store: Store, settings: Settings) -> Finding:
    cipher = Cipher(Keys.load_or_make(settings.folder))
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
