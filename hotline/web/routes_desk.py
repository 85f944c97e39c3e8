"""The desks' routes of the JSON interface: live events, notices, duty rosters, call tasks, hints on replies."""

from typing import Any

from hotline.domain.words import Role
from hotline.flow.ringing import CALLERS
from hotline.web import answers_desk, api_desk, live, replyhints, rosterforms
from hotline.web.routing import WORKERS, Param, Route

NUMBER = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
PAGE = (
    Param("below", "query", "翻页：上一页最后一条的编号", schema=NUMBER),
    Param("limit", "query", "每页条数", schema={**NUMBER, "maximum": 200}),
)
OPEN = Param("state", "query", "状态", schema={"type": "string", "enum": sorted(api_desk.STATES)})
AT_CASE = Param(
    "case",
    "query",
    "诉求编号：只推送谁正在看这件诉求（presence）",
    schema={"type": "string", "pattern": "^[0-9]{8}-[0-9]{6,9}$"},
)
WRITERS = frozenset({Role.LEADER, Role.SHIFT_LEAD})


def routes() -> list[Route]:
    def of(summary: str, told: Any, **more: Any) -> dict[str, Any]:
        return {"summary": summary, "answers": {200: summary}, "told": told, **more}

    roster = "/api/v1/departments/{code}/roster"
    known = of("值班表", answers_desk.RosterTold)
    written = of("更新值班表", answers_desk.RosterTold, body=rosterforms.RosterBody)
    noticed = of("通知", answers_desk.Notices, params=PAGE)
    read = of("标为已读", answers_desk.Unread, body=api_desk.ReadUpTo)
    tasks = of("电话任务", answers_desk.Tasks, params=(OPEN, *PAGE))
    tried = of("登记拨打结果", answers_desk.TaskTold, body=api_desk.TryForm)
    units = of("承办单位及其代码", answers_desk.UnitsTold)
    events = of("实时事件（SSE）", "text/event-stream", params=(AT_CASE,), refusals=(404,))
    return [
        Route("GET", "/api/v1/events", live.events, WORKERS, **events),
        Route("GET", "/api/v1/notices", api_desk.get_notices, WORKERS, **noticed),
        Route("POST", "/api/v1/notices/read", api_desk.post_read, WORKERS, **read),
        Route("GET", "/api/v1/departments", api_desk.get_departments, WORKERS, **units),
        Route("GET", roster, api_desk.get_roster, WORKERS, **known),
        Route("PUT", roster, api_desk.put_roster, WRITERS, **written),
        Route("GET", "/api/v1/call-tasks", api_desk.get_tasks, WORKERS, **tasks),
        Route("POST", "/api/v1/call-tasks/{id}/tries", api_desk.post_try, CALLERS, **tried),
        *replyhints.routes(),
    ]
