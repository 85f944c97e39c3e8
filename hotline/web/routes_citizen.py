"""The routes that anyone may call: file, follow, add to, rate; and what the city tells everyone."""

from channels.web import ComplaintForm
from hotline.domain.state import Action
from hotline.web import api_citizen, api_city, attachments
from hotline.web.routing import ANYONE, Param, Route
from hotline.web.schemas import model

CODE = Param("Query-Code", "header", "查询码", required=True)
KEY = Param("Idempotency-Key", "header", "提交标识：相同标识的重复提交只登记一次")
CITIZENS = (
    ("supplements", Action.SUPPLEMENT, api_citizen.post_supplement, "补充信息"),
    ("withdrawal", Action.WITHDRAW, api_citizen.post_withdrawal, "撤诉"),
    ("rating", Action.RATE, api_citizen.post_rating, "评价"),
    ("urge", Action.URGE, api_citizen.post_urge, "催办"),
    ("reopening", Action.REOPEN, api_citizen.post_reopening, "再次来诉"),
)


def routes() -> list[Route]:
    base = "/api/v1/complaints"
    found = [
        Route(
            "POST",
            base,
            api_citizen.post_complaint,
            ANYONE,
            "登记诉求",
            body=ComplaintForm,
            answers={201: "已登记，编号与查询码"},
            params=(KEY,),
            limit="intake",
        ),
        Route(
            "GET",
            base + "/{number}",
            api_citizen.get_complaint,
            ANYONE,
            "查询本人诉求",
            answers={200: "诉求进展"},
            params=(CODE,),
            limit="look_up",
        ),
        Route(
            "POST",
            "/api/v1/attachments",
            attachments.upload,
            ANYONE,
            "上传附件",
            body="multipart",
            answers={201: "附件凭证"},
            limit="upload",
        ),
        Route(
            "GET",
            "/api/v1/topics",
            api_city.get_topics,
            ANYONE,
            "事项目录",
            answers={200: "目录"},
            limit="read",
        ),
        Route(
            "GET",
            "/api/v1/knowledge",
            api_city.get_knowledge,
            ANYONE,
            "知识库",
            answers={200: "条目"},
            params=(Param("q", "query", "词语"),),
            limit="read",
        ),
        Route(
            "GET",
            "/api/v1/published",
            api_city.get_published,
            ANYONE,
            "公开的诉求",
            answers={200: "条目"},
            limit="read",
        ),
    ]
    for name, action, handler, summary in CITIZENS:
        found.append(
            Route(
                "POST",
                f"{base}/{{number}}/{name}",
                handler,
                ANYONE,
                summary,
                body=model(action),
                answers={200: "诉求进展"},
                params=(CODE, KEY),
                limit="look_up",
            )
        )
    return found
