"""The citizen's interface: file a complaint, follow it, add to it, rate it."""

from dataclasses import replace

from aiohttp import web

from channels import web as channel
from channels.forms import BadForm, FieldProblem
from channels.message import Attachment, Incoming
from hotline.domain.state import Action, State
from hotline.flow import citizen, intake
from hotline.flow.enclosures import too_much
from hotline.store import counters, files
from hotline.web import challenge, shown
from hotline.web.bodies import code_of, json_object, key_of, new_key, number_of, origin_of
from hotline.web.keys import CENTRE, LANGUAGE
from hotline.web.routing import Handler
from hotline.web.schemas import read_act
from hotline.web.shown import answer


async def post_complaint(request: web.Request) -> web.Response:
    """201 only when it is on disk; the same key with the same body gets the same answer."""
    centre, key = request.app[CENTRE], key_of(request)
    await challenge.check(request, "complaint", *challenge.of_header(request))
    body = await json_object(request)
    try:
        incoming = await read_complaint(request, body, key or new_key())
    except BadForm:
        await refused(request, "web")
        raise
    receipt = await intake.receive(centre, incoming, scope="web" if key else None)
    return answer(
        {
            "number": receipt.number,
            "query_code": receipt.query_code,
            "received_at": shown.moment(receipt.received_at),
            "state": State.REGISTERED.value,
            "state_text": State.REGISTERED.name_in(request[LANGUAGE]),
        },
        status=201,
        headers={"Location": f"/api/v1/complaints/{receipt.number}"},
    )


async def read_complaint(
    request: web.Request, body: dict[str, object], key: str, channel_name: str = "web"
) -> Incoming:
    """The form read and its files looked up; an unknown file is a problem of its field."""
    centre = request.app[CENTRE]
    form = channel.read(body)
    kept = []
    async with centre.look() as look:
        for token in form.attachments:
            found = await files.find(look.connection, centre.cipher, token)
            # Under a key the same post may come again after its files were bound to its case.
            used = found is not None and found.case_id is not None
            if found is None or (used and "Idempotency-Key" not in request.headers):
                raise BadForm([UNKNOWN_FILE])
            kept.append(Attachment(found.token, found.name, found.size, found.type))
    if sum(one.size for one in kept) > centre.case_bytes:
        told = too_much(centre)
        raise BadForm([FieldProblem("attachments", "too_long", told.zh, told.en)])
    made = channel.incoming(
        form, channel=channel_name, key=key, at=centre.now(), attachments=tuple(kept)
    )
    return replace(made, channel=channel_name)


UNKNOWN_FILE = FieldProblem(
    "attachments", "unknown", "附件不存在或已使用，请重新上传。", "Unknown or used attachment."
)


async def refused(request: web.Request, channel_name: str) -> None:
    """A form that fails validation is counted, not kept."""
    centre = request.app[CENTRE]
    async with centre.work() as work:
        await counters.count(work.connection, work.at, channel_name, "refused")


async def get_complaint(request: web.Request) -> web.Response:
    found = await citizen.progress(
        request.app[CENTRE],
        number_of(request),
        code_of(request),
        origin_of(request),
        request[LANGUAGE],
    )
    return answer(shown.progress(found), headers={"Cache-Control": "no-store"})


def _act(action: Action) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        body = await json_object(request) if request.can_read_body else {}
        found = await citizen.citizen_act(
            request.app[CENTRE],
            number_of(request),
            code_of(request),
            read_act(action, body),
            origin=origin_of(request),
            key=key_of(request),
        )
        return answer(shown.progress(found))

    return handler


post_supplement = _act(Action.SUPPLEMENT)
post_withdrawal = _act(Action.WITHDRAW)
post_rating = _act(Action.RATE)
post_urge = _act(Action.URGE)
post_reopening = _act(Action.REOPEN)
