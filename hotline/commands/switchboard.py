"""What the doctor asks the telephone: whether switches may speak to us, and whether ours answers."""

import asyncio
from collections.abc import AsyncIterator

from channels.telephone.ami import Ami
from channels.telephone.esl import Esl
from channels.telephone.line import Dialect, Lost, Wire
from hotline.commands.finding import Finding, note, well, wrong
from hotline.config import Settings

PATIENCE = 5.0


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    calls = settings.calls
    doors = [
        name
        for name, secret in (
            ("/api/v1/calls/events", calls.secret),
            ("/api/v1/cti/…", calls.generic_token),
        )
        if secret.get_secret_value()
    ]
    place = calls.ami or calls.esl
    if not doors and not place:
        yield note("电话交换机：未配置 / switch: not configured")
    for door in doors:
        yield well(f"通话事件接口已启用 / call events are taken at: {door}")
    if place:
        yield await _asked(settings, place)
    folder = calls.recordings
    if folder is not None and not folder.is_dir():
        yield wrong(f"录音目录不存在 / no such folder of recordings: {folder}")


async def _asked(settings: Settings, place: str) -> Finding:
    """The switch is spoken to and signed in to; nothing is asked of it."""
    calls = settings.calls
    dialect: Dialect = (
        Ami(calls.ami_user, calls.ami_secret.get_secret_value())
        if calls.ami
        else Esl(calls.esl_password.get_secret_value())
    )
    host, _, port = place.rpartition(":")
    try:
        async with asyncio.timeout(PATIENCE):
            wire = Wire(*await asyncio.open_connection(host.strip("[]"), int(port)))
            try:
                await dialect.open(wire)
            finally:
                await wire.close()
    except (OSError, Lost, TimeoutError) as error:
        told = str(error) or type(error).__name__
        return wrong(f"交换机不能使用 / the switch cannot be used: {place} {told}")
    return well(f"交换机 / switch: {dialect.name} {place}")
