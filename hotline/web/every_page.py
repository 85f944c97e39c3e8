"""Every page there is: the citizens' and the desks'; the JSON interface is in routes."""

from hotline.web import (
    admin,
    admin_accounts,
    admin_reveals,
    citizen,
    office,
    office_account,
    office_alerts,
    office_case,
    office_duty,
    office_exports,
    office_figurereports,
    office_figures,
    office_knowledge,
    office_letters,
    office_model,
    office_notices,
    office_orders,
    office_phone,
    office_rule,
    office_rules,
    papers,
)
from hotline.web.routing import Route

PAGES = (
    citizen,
    office,
    office_case,
    office_orders,
    office_phone,
    papers,
    office_notices,
    office_duty,
    office_account,
    admin,
    admin_accounts,
    admin_reveals,
    office_rules,
    office_rule,
    office_model,
    office_alerts,
    office_letters,
    office_knowledge,
    office_figures,
    office_exports,
    office_figurereports,
)


def routes() -> list[Route]:
    return [route for page in PAGES for route in page.routes()]
