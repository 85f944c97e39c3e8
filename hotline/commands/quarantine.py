"""The tray on the command line: list, show, replay, link, file, dismiss; recorded as the operator's."""

from channels.mailbox.worker import Readers
from escalation.calendar import ZONE
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, say
from hotline.config import Settings
from hotline.domain.errors import Refused
from hotline.domain.people import OPERATOR
from hotline.flow import judging, marked
from hotline.flow.centre import Centre
from hotline.flow.tray import Why

MOST = 200


async def run(settings: Settings, doing: str, **told: str | int | None) -> int:
    async with centre_of(settings, make=False) as centre, Readers(1) as readers:
        try:
            await _do(centre, readers, doing, told)
        except Refused as error:
            raise Failed(f"{error.zh} / {error.en}") from None
    return 0


async def _do(
    centre: Centre, readers: Readers, doing: str, told: dict[str, str | int | None]
) -> None:
    if doing == "list":
        await _list(centre, str(told.get("kind") or ""))
        return
    if doing in ("addresses", "clear"):
        await _addresses(centre, str(told.get("address") or ""), str(told.get("reason") or ""))
        return
    letter_id = int(told.get("letter") or 0)
    charset = str(told.get("charset") or "") or None
    if doing == "show":
        await _show(centre, readers, letter_id, charset)
    elif doing == "replay":
        say(await judging.replay(centre, readers, OPERATOR, letter_id, charset))
    elif doing == "link":
        number = str(told.get("number") or "")
        say(await judging.link(centre, readers, OPERATOR, letter_id, number))
    elif doing == "file":
        say(await judging.open_case(centre, readers, OPERATOR, letter_id))
    else:
        say(await judging.dismiss(centre, OPERATOR, letter_id, str(told.get("reason") or "")))


async def _list(centre: Centre, kind: str) -> None:
    found = await judging.listed(centre, OPERATOR, kind, limit=1000)
    for one in found:
        why = Why(one.tray).zh if one.tray else one.outcome
        at = one.received_at.astimezone(ZONE)
        say(
            f"{one.id}\t{at:%Y-%m-%d %H:%M}\t{one.mailbox}\t{why}\t{one.number or '-'}\t{_plain(one.subject)}"
        )
    if not found:
        say("没有待处理的来信 / no letter waits")


async def _addresses(centre: Centre, cleared: str, reason: str) -> None:
    """Lists them, or writes to one again."""
    if cleared:
        await marked.clear(centre, OPERATOR, cleared, reason)
        say("已恢复发信 / letters may go there again")
        return
    page, more = 1, True
    while more:
        found = await marked.listed(centre, OPERATOR, page, MOST)
        page, more = page + 1, len(found) > MOST
        for one in found[:MOST]:
            at = one.at.astimezone(ZONE)
            say(f"{one.hash}\t{at:%Y-%m-%d %H:%M}\t{one.number or '-'}\t{_plain(one.reason)}")
    if page == 2 and not found:
        say("没有退信地址 / no letter has come back")


async def _show(centre: Centre, readers: Readers, letter_id: int, charset: str | None) -> None:
    shown = await judging.show(centre, readers, OPERATOR, letter_id, charset)
    say(f"主题 / subject: {_plain(shown.subject)}")
    say(f"来自 / from: {_plain(shown.sender)}")
    for name, size in shown.attachments:
        say(f"附件 / file: {_plain(name)} ({size})")
    if shown.unreadable:
        say(f"未能解析 / not read: {shown.unreadable}")
    say("")
    say(_plain(shown.text))


def _plain(text: str) -> str:
    """Nothing in a letter may write to the terminal anything but words."""
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)
