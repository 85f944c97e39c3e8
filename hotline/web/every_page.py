"""Every page there is: the citizens' and the desks'; the JSON interface is in routes."""

from hotline.web import (
    admin,
    admin_accounts,
    admin_reveals,
    citizen,
    citizen_privacy,
    marked,
    office,
    office_account,
    office_alerts,
    office_case,
    office_duty,
    office_figures,
    office_interests,
    office_knowledge,
    office_letters,
    office_model,
    office_notices,
    office_orders,
    office_phone,
    office_privacy,
    office_queue,
    office_rule,
    office_rules,
    papers,
    rating,
)
from hotline.web.routing import Route

PAGES = (
    citizen,
    rating,
    citizen_privacy,
    office,
    office_queue,
    office_privacy,
    office_case,
    office_interests,
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
    marked,
    office_knowledge,
    office_figures,
)


def routes() -> list[Route]:
    return [route for page in PAGES for route in page.routes()]
