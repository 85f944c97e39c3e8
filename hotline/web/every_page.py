"""Every page there is: the citizens' and the desks'; the JSON interface is in routes."""

from hotline.web import (
    admin,
    citizen,
    office,
    office_alerts,
    office_case,
    office_duty,
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
    admin,
    office_rules,
    office_rule,
    office_model,
    office_alerts,
    office_letters,
)


def routes() -> list[Route]:
    return [route for page in PAGES for route in page.routes()]
