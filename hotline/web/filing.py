"""Filing from a call: one case a call, however often the key is pressed, by whomever."""

import hashlib
from dataclasses import replace
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from channels.message import Incoming, Receipt
from hotline.domain.errors import KeyMismatch, NotPossible
from hotline.flow import intake, interests, phone
from hotline.store.callrows import number_to_hash
from hotline.web.bodies import KEY
from hotline.web.keys import ACTOR, CENTRE

SCOPE = "call"  # under which a call's answer is replayed, to whoever presses the key again


def call_key(call_id: str) -> str:
    """The receipt's key: the call itself."""
    key = f"call.{call_id}"
    return key if KEY.fullmatch(key) else "call." + hashlib.sha256(call_id.encode()).hexdigest()


def checked(call_id: Any, channel: str) -> str | None:
    """The call that a filing names; what has a call came by telephone."""
    if call_id in (None, ""):
        return None
    if not (isinstance(call_id, str) and len(call_id) <= 120):
        raise BadForm([FieldProblem("call_id", "string", "通话编号应为文字。", "call_id: text.")])
    if channel != "phone":
        zh = "由通话登记的诉求，来源渠道应为电话。"
        raise BadForm(
            [FieldProblem("channel", "mismatch", zh, "What has a call came by telephone.")]
        )
    return call_id


async def with_number(request: web.Request, body: dict[str, Any], call_id: str) -> dict[str, Any]:
    """The caller's number, where none was typed: the agent need not see it to file it."""
    contact = body.get("contact") or {}
    if body.get("anonymous") or not isinstance(contact, dict) or contact.get("phone"):
        return body
    try:
        number = await phone.number_of(request.app[CENTRE], request[ACTOR], call_id)
    except phone.NoSuchCall:
        return body  # a call of another system, or another's: its number is not ours to give
    if len(number_to_hash(number)) < 7:
        return body
    return {**body, "contact": {**contact, "phone": number}}


async def file(
    request: web.Request, incoming: Incoming, *, scope: str | None, call_id: str | None
) -> Receipt:
    """A call about what the actor is kept out of is to them a call of another system: filed apart."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    if call_id is not None and await interests.hides(centre, actor, call_id):
        said = (call_id, actor.name, incoming.title, incoming.content)  # pressed twice, filed once
        incoming = replace(incoming, key=call_key("\n".join(said)))
        return await intake.file(centre, incoming, actor, scope=scope)
    if call_id is None:
        return await intake.file(centre, incoming, actor, scope=scope)
    try:
        receipt = await intake.file(centre, incoming, actor, scope=SCOPE, call_id=call_id)
    except KeyMismatch:
        number = await phone.filed_as(centre, call_id)
        if number is None:
            raise
        raise NotPossible(
            f"本次通话已登记为 {number}，其他内容请在该诉求中补充。",
            f"This call was filed as {number}; supplement that case instead.",
            field="call_id",
        ) from None
    await phone.tie(centre, actor, call_id, receipt.number, "filed")
    return receipt
