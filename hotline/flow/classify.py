"""Ask the classifier off the loop, believe it only when sure, keep the operator's correction."""

import asyncio

from classifiers.model import Reading
from hotline.domain.case import Case
from hotline.domain.people import Actor, Tree
from hotline.flow.centre import Centre
from hotline.flow.route import Route, route
from hotline.store import catalogue
from hotline.store.work import Work

LONGEST_WAIT = 10.0  # seconds; a text that stalls the classifier goes to a dispatcher instead


async def read(centre: Centre, title: str, body: str) -> Reading:
    """What the machine thinks of a text; raises TimeoutError rather than holding up the queue."""
    reader = await centre.reader()
    loop = asyncio.get_running_loop()
    task = loop.run_in_executor(centre.threads, reader.read, title, body)
    return await asyncio.wait_for(task, LONGEST_WAIT)


def suggest(centre: Centre, reading: Reading, text: str) -> tuple[Route, dict[str, object]]:
    """The duty list's department beside the classifier's own, as it is stored in the case."""
    tree = centre.rules.tree
    chosen = route(centre.city, tree, reading.topic.label, reading.district.label, text)
    shown = reading.as_json()
    shown["route"] = {
        "department": chosen.department,
        "name": tree.top(chosen.department) if chosen.department else None,
        "reason": chosen.reason,
        "duty": chosen.duty,
        "inform": chosen.inform,
    }
    return chosen, shown


def sure(reading: Reading, chosen: Route, tree: Tree) -> bool:
    """May the case go by itself? Topic and department must both be sure, and agree.

    An emergency never waits for a threshold: it goes as soon as the duty list knows the unit.
    """
    if chosen.department is None or chosen.inform:
        return False
    if reading.urgency.label == "critical":
        return True
    unit = tree.departments[chosen.department]
    above = tree.departments.get(unit.parent or "")
    agree = reading.department.label in (unit.name, above.name if above else "")
    return reading.topic.sure and reading.department.sure and agree


async def learn(work: Work, case: Case, before: dict[str, str], actor: Actor) -> None:
    """An operator's correction is a label: what was suggested, what was chosen."""
    chosen = {"type": case.type.value, "topic": case.topic, "urgency": case.urgency.value}
    if case.lead:
        chosen["department"] = case.lead
    for field, value in chosen.items():
        if value and before.get(field) != value:
            label = {
                "case_id": case.id,
                "field": field,
                "suggested": before.get(field) or "",
                "chosen": value,
                "by": actor.name,
                "at": work.at,
            }
            await catalogue.add_label(work.connection, label)
