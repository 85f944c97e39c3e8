"""Routes of the JSON interface for rules, decisions and the model."""

from typing import Any

from hotline.domain.words import Role
from hotline.flow.drift import TURNERS
from hotline.flow.rules import READERS, TRIERS, WRITERS
from hotline.web import answers_rules, api_model, api_rules, ruleforms
from hotline.web.routes_desk import NUMBER, PAGE
from hotline.web.routing import WORKERS, Param, Route

VERSION = Param("version", "query", "第几版；不写为现行版", schema=NUMBER)
LOOKERS = TURNERS | {Role.SYSADMIN, Role.DISPATCHER}  # who may see how the model stands


def routes() -> list[Route]:
    def of(summary: str, told: Any, **more: Any) -> dict[str, Any]:
        return {"summary": summary, "answers": {200: summary}, "told": told, **more}

    rules, model = "/api/v1/rules", "/api/v1/model"
    listed = of("职责清单", answers_rules.RulesTold, params=(VERSION,))
    versions = of("职责清单各版", answers_rules.Versions, params=PAGE)
    put = of("启用新的职责清单", answers_rules.RulesTold, body=ruleforms.BookForm)
    checked = of("检查职责清单", answers_rules.Findings, body=ruleforms.BookForm)
    tried = of("试算职责清单", answers_rules.TrialTold, body=ruleforms.TrialForm)
    traced = of("派单依据与决定", answers_rules.Decisions)
    told = of("分类模型", answers_rules.ModelTold)
    turned = of("停用或恢复自动派单", answers_rules.ModelTold, body=api_model.Turn)
    decisions = "/api/v1/cases/{number}/decisions"
    return [
        Route("GET", rules, api_rules.get_rules, READERS, **listed),
        Route("PUT", rules, api_rules.put_rules, WRITERS, **put),
        Route("GET", rules + "/versions", api_rules.get_versions, READERS, **versions),
        Route("POST", rules + "/check", api_rules.post_check, READERS, **checked),
        Route("POST", rules + "/try", api_rules.post_try, TRIERS, **tried),
        Route("GET", decisions, api_rules.get_decisions, WORKERS, **traced),
        Route("GET", model, api_model.get_model, LOOKERS, **told),
        Route("POST", model + "/dispatch", api_model.post_dispatch, TURNERS, **turned),
    ]
