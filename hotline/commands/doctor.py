"""Says in plain words what is wrong with the installation; 1 when something is."""

import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

from classifiers import registry
from escalation.audit import list_ends
from escalation.calendar import ZONE, WorkCalendar
from hotline import config_safe
from hotline.commands import chart, floors, mailcheck, records, stationery, switchboard
from hotline.commands.failing import Failed
from hotline.commands.finding import Finding, Mark, note, well, wrong
from hotline.commands.opening import say, store_of, terms_of
from hotline.config import Settings, WrongSetting
from hotline.domain.shanghai import city_day
from hotline.store.database import files_of
from hotline.wiring import system_clock

GIB = 2**30
OTHERS = 0o077
ENOUGH, SCARCE = 5 * GIB, GIB
# No clock that is right shows a time before this program was written.
EARLIEST = datetime(2026, 1, 1, tzinfo=ZONE)


async def run(settings: Settings, *, mail: bool = False) -> int:
    worst = 0
    asked = mailcheck.findings(settings) if mail else findings(settings, system_clock())
    async for finding in asked:
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
    for finding in floors.findings():
        yield finding
    yield await mailcheck.relay(settings)
    async for finding in switchboard.findings(settings):
        yield finding
    for finding in stationery.findings(settings.folder, city_day(now)):
        yield finding
    yield _disk(settings)
    yield _keys(settings)
    yield _open_to_others(settings)
    try:
        async with store_of(settings, make=False) as store:
            async for finding in records.findings(store, settings, now):
                yield finding
    except Failed as failed:
        yield wrong(str(failed))


def _settings(settings: Settings) -> Iterator[Finding]:
    yield well(f"设置有效，数据目录 / settings are valid, data lie in: {settings.folder}")
    try:
        yield well(f"期限方案 / profile: {terms_of(settings).version}")
    except WrongSetting as error:
        yield wrong(str(error))
    for name in config_safe.samples(settings):
        yield note(
            f"{name} 是公开的示例密钥，只能在本机演示 / {name} is a sample, for this machine only"
        )
    if settings.limits.public == "off":
        yield note("公众限流已关闭，仅可用于测试 / public limits are off: for tests only")
    if settings.mail.lmtp or settings.mail.boxes:
        yield well("收信已配置，可用 doctor --mail 逐一检查 / mail: check it with doctor --mail")
    else:
        yield note("收信：未配置 / mail: not configured")
    if chart.library() is None:
        yield note(
            "没有图表组件，页面只有表格；安装 npm 后重新 make install"
            " / no charts, tables only: install npm and run make install again"
        )


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
    places = [settings.folder, *(Path(one).parent for one in files_of(settings.database_url)[:1])]
    free = min(shutil.disk_usage(_there(place)).free for place in places)
    text = f"磁盘剩余 {free / GIB:.1f} GiB / free on disk"
    if free < SCARCE:
        return wrong(f"{text}：太少，请清理 / too little")
    return note(text) if free < ENOUGH else well(text)


def _there(place: Path) -> Path:
    """The folder, or the nearest above it that is there already."""
    return next(one for one in (place, *place.absolute().parents) if one.exists())


def _keys(settings: Settings) -> Finding:
    path = settings.folder / "keys.json"
    if not path.exists():
        return note("密钥文件还没有，首次运行时生成 / keys are made at the first start")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return wrong(f"密钥文件权限为 {mode:04o}，应为 0600：chmod 600 {path} / keys lie open")
    return well("密钥文件权限正确 / the keys' file is private")


def _open_to_others(settings: Settings) -> Finding:
    """What others on this machine could read: in a closed folder nothing, else what lies in it."""
    places = [settings.folder, *map(Path, files_of(settings.database_url))]
    if not places[0].is_dir():
        return note("数据目录还没有 / the data folder is not there yet")
    if _mode(places[0]) & OTHERS:
        places += sorted(settings.folder.iterdir())
    seen = [one for one in places[1:] if one.exists() and _mode(one) & OTHERS]
    reached = [one for one in seen if _mode(one.parent) & OTHERS]
    if not reached:
        return well("数据只有本账号可读 / the data are private")
    names = " ".join(str(one) for one in dict.fromkeys(reached))
    return note(f"本机其他账号可读，请执行 chmod -R go= {names} / open to others")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
