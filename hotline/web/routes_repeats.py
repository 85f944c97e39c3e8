"""The JSON interface's routes of repeats and rising matters."""

from typing import Any

from hotline.flow.rising import READERS
from hotline.web import answers_repeats, api_repeats
from hotline.web.routes_desk import PAGE
from hotline.web.routing import FILERS, Param, Route

STATE = Param(
    "state",
    "query",
    "状态：open 持续中，ended 已结束，waiting 待认领",
    schema={"type": "string", "enum": sorted(api_repeats.ALERTS)},
)


def routes() -> list[Route]:
    def of(summary: str, told: Any, **more: Any) -> dict[str, Any]:
        return {"summary": summary, "answers": {200: summary}, "told": told, **more}

    every = "/api/v1/alerts"
    asked = of("疑似重复", answers_repeats.Repeats, body=api_repeats.RepeatForm)
    listed = of("热点预警", answers_repeats.Alerts, params=(STATE, *PAGE))
    taken = of("认领预警", answers_repeats.AlertTold, body=api_repeats.AcknowledgeForm)
    taking = every + "/{id}/acknowledgement"
    return [
        Route("POST", "/api/v1/repeats", api_repeats.post_repeats, FILERS, **asked),
        Route("GET", every, api_repeats.get_alerts, READERS, **listed),
        Route("POST", taking, api_repeats.post_acknowledgement, READERS, **taken),
    ]
