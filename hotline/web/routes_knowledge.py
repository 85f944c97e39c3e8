"""The JSON interface's routes of the knowledge base: for anyone, and for those who keep it."""

from typing import Any

from hotline.domain.article import AUTHORS, REVIEWERS
from hotline.domain.words import Role
from hotline.web import answers_knowledge as told
from hotline.web import api_articles, api_knowledge, articleforms
from hotline.web.routes_desk import NUMBER, PAGE
from hotline.web.routing import ANYONE, WORKERS, Param, Route

WITHDRAWERS = REVIEWERS | {Role.LEADER}
WORD = {"type": "string", "maxLength": 120}
TOPIC = Param("topic", "query", "事项，任一级", schema=WORD)
ASKED = (
    Param("q", "query", "问题或词语，可用拼音", schema={"type": "string", "maxLength": 200}),
    Param("place", "query", "区县", schema=WORD),
    TOPIC,
    Param("cursor", "query", "翻页标记", schema=NUMBER),
    Param("limit", "query", "条数", schema={"type": "integer", "minimum": 1, "maximum": 50}),
)
LISTED = (
    Param(
        "stage",
        "query",
        "最新一版的状态",
        schema={"type": "string", "enum": sorted(api_articles.STAGES)},
    ),
    Param("department", "query", "负责单位及下属"),
    TOPIC,
    Param("q", "query", "标题中的词语", schema={"type": "string", "maxLength": 100}),
    *PAGE,
)


NOTHING: dict[str, Any] = {"type": "object", "properties": {}, "title": "Nothing"}


def of(summary: str, what: Any, status: int = 200, **more: Any) -> dict[str, Any]:
    return {"summary": summary, "answers": {status: summary}, "told": what, **more}


def routes() -> list[Route]:
    return [*public(), *written(), *lacking()]


def public() -> list[Route]:
    every, api = "/api/v1/knowledge", api_knowledge
    asked = of("知识库", told.Answers, params=ASKED, limit="read")
    one = of("知识", told.ArticleRead, limit="read")
    said = of("是否有用", told.Counted, body=articleforms.UsefulForm, limit="look_up")
    offered = of("输入时推荐答案", told.Offered, body=articleforms.TypedForm, limit="read")
    return [
        Route("GET", every, api.get_knowledge, ANYONE, **asked),
        Route("POST", every + "/suggestions", api.post_suggestions, ANYONE, **offered),
        Route("GET", every + "/{id}", api.get_article, ANYONE, **one),
        Route("POST", every + "/{id}/usefulness", api.post_usefulness, ANYONE, **said),
    ]


def written() -> list[Route]:
    every, api, forms = "/api/v1/articles", api_articles, articleforms
    one, shown = every + "/{id}", told.ArticleTold
    listed = of("知识管理列表", told.Articles, params=LISTED)
    offered = of("座席输入时推荐答案", told.Offered, body=forms.TypedForm)
    added = of("起草知识", shown, 201, body=forms.ArticleForm)
    saved = of("修改知识", shown, body=forms.RewriteForm)
    reviewed = of("审核知识", shown, body=forms.ReviewForm)
    gone = of("撤下知识", shown, body=forms.ReasonForm)
    used = of("登记使用", told.Counted, body=forms.UseForm)
    submitted = of("提交审核", shown, body=NOTHING)
    confirmed = of("确认有效", shown, body=NOTHING)
    return [
        Route("GET", every, api.get_articles, WORKERS, **listed),
        Route("POST", every, api.post_article, AUTHORS, **added),
        Route("POST", every + "/suggestions", api.post_suggestions, WORKERS, **offered),
        Route("GET", one, api.get_article, WORKERS, **of("知识各版", shown)),
        Route("PUT", one + "/draft", api.put_draft, AUTHORS, **saved),
        Route("POST", one + "/submission", api.post_submission, AUTHORS, **submitted),
        Route("POST", one + "/review", api.post_review, REVIEWERS, **reviewed),
        Route("POST", one + "/confirmation", api.post_confirmation, AUTHORS, **confirmed),
        Route("POST", one + "/withdrawal", api.post_withdrawal, WITHDRAWERS, **gone),
        Route("POST", one + "/uses", api.post_use, WORKERS, **used),
    ]


def lacking() -> list[Route]:
    every, api = "/api/v1/articles", api_articles
    gaps, offers = of("没有答案的问题", told.Gaps), of("可转为知识的咨询", told.Offers)
    ended = of("处理没有答案的问题", told.Gaps, body=articleforms.GapForm)
    taken = of("将咨询转为知识草稿", told.ArticleTold, 201, body=NOTHING)
    return [
        Route("GET", every + "/lacking/questions", api.get_gaps, WORKERS, **gaps),
        Route("POST", every + "/lacking/questions/{key}", api.post_gap, AUTHORS, **ended),
        Route("GET", every + "/lacking/consultations", api.get_offers, AUTHORS, **offers),
        Route("POST", every + "/lacking/consultations/{number}", api.post_offer, AUTHORS, **taken),
    ]
