"""The routes that anyone may call: file, follow, add to, rate; and what the city tells everyone."""

from typing import Any

from channels.web import ComplaintForm
from hotline.domain.state import Action
from hotline.web import answers, api_citizen, api_city, attachments, challenge, published
from hotline.web.routing import ANYONE, KEY, Handler, Param, Route
from hotline.web.schemas import model

SUMMARIES = {
    "/api/v1/topics": "事项目录",
    "/api/v1/published": "公开的诉求",
}
BASE = "/api/v1/complaints"
SOLUTION = Param(
    challenge.HEADER,
    "header",
    "验证结果 token:number；只在回答 challenge_needed 之后需要",
    schema={"type": "string", "maxLength": challenge.LONGEST},
)
CODE = Param("Query-Code", "header", "查询码", required=True)
SEARCHED = (
    Param("q", "query", "标题或文中的词语", schema={"type": "string", "maxLength": 100}),
    Param(
        "cursor",
        "query",
        "翻页标记",
        schema={"type": "integer", "minimum": 0, "maximum": 999999999},
    ),
    Param("limit", "query", "条数", schema={"type": "integer", "minimum": 1, "maximum": 50}),
)
CITIZENS = (
    ("supplements", Action.SUPPLEMENT, api_citizen.post_supplement, "补充信息"),
    ("withdrawal", Action.WITHDRAW, api_citizen.post_withdrawal, "撤诉"),
    ("rating", Action.RATE, api_citizen.post_rating, "评价"),
    ("urge", Action.URGE, api_citizen.post_urge, "催办"),
    ("reopening", Action.REOPEN, api_citizen.post_reopening, "再次来诉"),
)


def routes() -> list[Route]:
    return [*complaints(), *own_case(), *told_to_everyone()]


def complaints() -> list[Route]:
    filed: dict[str, Any] = {
        "body": ComplaintForm,
        "answers": {201: "编号与查询码"},
        "told": answers.Received,
        "params": (KEY, SOLUTION),
    }
    sent: dict[str, Any] = {"body": "multipart", "answers": {201: "附件凭证"}, "told": answers.File}
    post, upload = api_citizen.post_complaint, attachments.upload
    return [
        Route("POST", BASE, post, ANYONE, "登记诉求", limit="intake", **filed),
        Route("POST", "/api/v1/attachments", upload, ANYONE, "上传附件", limit="upload", **sent),
    ]


def own_case() -> list[Route]:
    told: dict[str, Any] = {"answers": {200: "诉求进展"}, "told": answers.Progress}
    told["limit"] = "look_up"
    get = api_citizen.get_complaint
    found = [Route("GET", BASE + "/{number}", get, ANYONE, "查询本人诉求", params=(CODE,), **told)]
    for name, action, handler, summary in CITIZENS:
        path = f"{BASE}/{{number}}/{name}"
        asked: dict[str, Any] = {"body": model(action), "params": (CODE, KEY)}
        found.append(Route("POST", path, handler, ANYONE, summary, **asked, **told))
    return found


def told_to_everyone() -> list[Route]:
    def open_to_all(path: str, handler: Handler, told: type, *params: Param) -> Route:
        summary = SUMMARIES[path]
        said: dict[str, Any] = {"answers": {200: summary}, "told": told, "limit": "read"}
        return Route("GET", path, handler, ANYONE, summary, params=params, **said)

    return [
        open_to_all("/api/v1/topics", api_city.get_topics, answers.Topics),
        open_to_all("/api/v1/published", published.get_published, answers.Published, *SEARCHED),
    ]
