"""A receipt as the case that it becomes: what is known of it before anything is written."""

from hotline.domain import interest, perform
from hotline.domain.acts import centre as acts
from hotline.domain.case import Case
from hotline.domain.masking import mask_words
from hotline.domain.people import Tree
from hotline.domain.promises import Step
from hotline.domain.state import State
from hotline.domain.words import Channel, Kind, Party, Urgency
from hotline.flow import repeats
from hotline.flow.centre import Centre
from hotline.flow.classify import Thought, shown
from hotline.flow.route import Route
from hotline.store import receipts


def asked(centre: Centre, letter: receipts.Opened, thought: Thought | None) -> repeats.Asked:
    """The complaint as it is compared with others; who reported something is linked to nothing."""
    reading = thought.reading if thought else None
    kind = letter.type or (reading.type.label if reading else "")
    district = letter.district or (reading.district.label if reading else "")
    return repeats.asked(
        centre,
        letter.title,
        letter.content,
        at=letter.clock_from,
        district=district,
        phone=letter.identity.get("phone"),
        email=letter.identity.get("email"),
        guarded=letter.anonymous or letter.confidential or kind == Kind.REPORT.value,
    )


def case_of(centre: Centre, letter: receipts.Opened, thought: Thought | None, problem: str) -> Case:
    reading = thought.reading if thought else None
    case = Case(
        number=letter.number,
        state=State.REGISTERED,
        type=Kind(letter.type or (reading.type.label if reading else Kind.COMPLAINT.value)),
        urgency=Urgency(reading.urgency.label if reading else Urgency.NORMAL.value),
        channel=Channel(letter.channel),
        received_at=letter.clock_from,
        title=mask_words(letter.title, letter.identity.get("name", ""), letter.content),
        content=mask_words(letter.content, letter.identity.get("name", "")),
        district=letter.district or (reading.district.label if reading else ""),
        anonymous=letter.anonymous,
        confidential=letter.confidential,
        party=Party(letter.party),
        language=letter.language,
        notes=dict(letter.notes),
    )
    if problem:
        case.notes["triage"] = problem
    if thought is not None:
        case.topic = thought.reading.topic.label
        case.suggestions = shown(thought, centre.rules.tree)
    return case


def told_otherwise(letter: receipts.Opened, thought: Thought | None) -> bool:
    """The citizen was shown the guess and chose another topic: a person looks at it first."""
    said = letter.notes.get("said_topic", "")
    return bool(said and thought is not None and said != thought.reading.topic.label)


def accused(case: Case, thought: Thought, tree: Tree) -> bool:
    """In a 举报 the unit that is named may be who is reported: a person decides where it goes."""
    text, unit = f"{case.title}\n{case.content}", thought.chosen.department or ""
    return case.type is Kind.REPORT and interest.named(tree, unit, text)


def dispatch(case: Case, chosen: Route, step: Step) -> None:
    perform.perform(case, acts.Accept(), step)
    told = acts.Transfer(
        department=chosen.department or "",
        co_departments=chosen.co_departments,
        reason=chosen.reason,
    )
    perform.perform(case, told, step)
