"""Every route of the JSON interface, with who may call it."""

from collections.abc import Iterable
from typing import Any

from channels.web import ComplaintForm
from hotline.domain.words import Cause, Channel
from hotline.store import orderlist
from hotline.store.filekinds import ALLOWED, UNKNOWN
from hotline.web import (
    answers,
    answers_orders,
    answers_repeats,
    api_bulk,
    api_city,
    api_inspections,
    api_interests,
    api_letters,
    api_orders,
    api_privacy,
    api_staff,
    attachments,
    caseparams,
    health,
    marked,
    openapi,
    papers,
    routes_callbacks,
    routes_calls,
    routes_citizen,
    routes_desk,
    routes_hall,
    routes_knowledge,
    routes_repeats,
    routes_rules,
)
from hotline.web.routing import (
    ANYONE,
    FILERS,
    KEY,
    STAFF,
    WORKERS,
    Handler,
    Param,
    Route,
)

FORMAT = Param(
    "format",
    "query",
    "文件格式：Word（默认）或 PDF",
    schema={"type": "string", "enum": sorted(papers.TYPES), "default": "docx"},
)
PAPER: dict[str, Any] = {"told": tuple(papers.TYPES.values()), "params": (FORMAT,)}


def staff_complaint() -> dict[str, object]:
    """The citizen's form, with the channel it really came by and its call."""
    schema = ComplaintForm.model_json_schema(ref_template="#/components/schemas/{model}")
    schema["title"] = "StaffComplaint"
    schema["properties"] |= {
        "channel": {"type": "string", "enum": [one.value for one in Channel], "default": "phone"},
        "call_id": {"type": ["string", "null"], "maxLength": 120},
    }
    return schema


def sessions() -> list[Route]:
    path = "/api/v1/sessions"
    opened: dict[str, Any] = {
        "body": api_staff.SignIn,
        "answers": {201: "会话"},
        "told": answers.Session,
        "limit": "sign_in",
    }
    ended: dict[str, Any] = {"answers": {204: "已退出"}}
    return [
        Route("POST", path, api_staff.post_session, ANYONE, "登录", **opened),
        Route("DELETE", path, api_staff.delete_session, STAFF, "退出", early=True, **ended),
    ]


def cases() -> list[Route]:
    every = "/api/v1/cases"
    one = every + "/{number}"

    def of_case(method: str, path: str, handler: Handler, summary: str, **more: Any) -> Route:
        return Route(method, path, handler, WORKERS, summary, answers={200: summary}, **more)

    filed: dict[str, Any] = {
        "body": staff_complaint(),
        "answers": {201: "已登记"},
        "told": answers_repeats.Filed,
        "params": (KEY,),
    }
    acted: dict[str, Any] = {"body": "action", "told": answers.CaseTold}
    revealed: dict[str, Any] = {"body": api_staff.Reveal, "told": answers.Revealed}
    listed: dict[str, Any] = {
        "answers": {200: "一页诉求"},
        "told": answers.Cases,
        "params": caseparams.listed(),
    }
    return [
        Route("GET", every, api_staff.get_cases, WORKERS, "诉求列表", **listed),
        Route("POST", every, api_staff.post_case, FILERS, "代诉求人登记", **filed),
        of_case("GET", one, api_staff.get_case, "诉求详情", told=answers.CaseTold),
        of_case(
            "GET", one + "/timeline", api_staff.get_timeline, "办理过程", told=answers.Timeline
        ),
        of_case("GET", one + "/reminder", papers.reminder, "催办通知书", **PAPER),
        of_case("POST", one + "/actions", api_staff.post_action, "办理动作", **acted),
        of_case("POST", one + "/reveal", api_staff.post_reveal, "查看诉求人信息", **revealed),
        of_case(
            "GET",
            "/api/v1/attachments/{token}",
            attachments.download,
            "下载附件",
            told=(*ALLOWED, "text/plain", UNKNOWN),
        ),
    ]


def orders() -> list[Route]:
    every = "/api/v1/orders"

    def choice(values: Iterable[str]) -> dict[str, object]:
        return {"type": "string", "enum": sorted(values)}

    params = (
        Param("state", "query", "状态，可用逗号隔开多个；live 为在办，appealed 为申诉待裁定"),
        Param("level", "query", "督办级别", schema={"type": "integer", "minimum": 2, "maximum": 6}),
        Param("department", "query", "承办单位代码"),
        Param("cause", "query", "督办事由", schema=choice(cause.value for cause in Cause)),
        Param("overdue", "query", "是否逾期未回复", schema=choice(["true", "false"])),
        Param("q", "query", "文号或诉求编号", schema={"type": "string", "maxLength": 40}),
        Param("sort", "query", "排序", schema=choice(orderlist.SORTS)),
        *caseparams.listed()[-2:],
    )
    listed: dict[str, Any] = {"answers": {200: "一页督办单"}, "told": answers_orders.Orders}
    one: dict[str, Any] = {"answers": {200: "督办单"}, "told": answers_orders.OrderTold}
    return [
        Route("GET", every, api_orders.get_orders, WORKERS, "督办单列表", params=params, **listed),
        Route("GET", every + "/{id}", api_orders.get_order, WORKERS, "督办单详情", **one),
        Route(
            "GET",
            every + "/{id}/paper",
            papers.order,
            WORKERS,
            "督办单、督办函或通报",
            answers={200: "文书"},
            **PAPER,
        ),
    ]


def reports() -> list[Route]:
    asked = (
        Param("from", "query", "起始日期"),
        Param("to", "query", "结束日期"),
        Param("by", "query", "分组"),
    )
    path, handler = "/api/v1/reports/{name}", api_city.get_report
    told: dict[str, Any] = {"answers": {200: "报表"}, "told": answers.Report}
    return [Route("GET", path, handler, api_city.READERS, "统计报表", params=asked, **told)]


def machines() -> list[Route]:
    alive: dict[str, Any] = {"answers": {200: "存活"}, "told": answers.Alive}
    ready: dict[str, Any] = {"answers": {200: "可以", 503: "不能"}, "told": answers.Ready}
    return [
        Route(
            "GET",
            "/api/v1/openapi.json",
            openapi.get_document,
            ANYONE,
            "接口文档",
            answers={200: "OpenAPI"},
            told="application/json",
        ),
        Route("GET", "/api/v1/docs", openapi.get_docs, ANYONE, "接口说明页", api=False),
        Route("GET", "/healthz", health.healthz, ANYONE, "是否存活", **alive),
        Route("GET", "/readyz", health.readyz, ANYONE, "能否服务", **ready),
        Route("GET", "/metrics", health.metrics, ANYONE, "运行指标", api=False),
    ]


def routes() -> list[Route]:
    return [
        *routes_citizen.routes(),
        *sessions(),
        *api_bulk.routes(),
        *cases(),
        *orders(),
        *routes_desk.routes(),
        *api_letters.routes(),
        *marked.interface(),
        *api_privacy.routes(),
        *api_interests.routes(),
        *routes_calls.routes(),
        *routes_hall.routes(),
        *routes_callbacks.routes(),
        *routes_rules.routes(),
        *routes_repeats.routes(),
        *routes_knowledge.routes(),
        *api_inspections.routes(),
        *reports(),
        *machines(),
    ]
