"""Between the telephone's facts and its rows: events as they lie in the raw row, records as they fold."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from channels.telephone.events import CallEvent, Kind, Recording, Seat
from channels.telephone.fold import CallRecord
from hotline.domain.people import mask_phone
from hotline.store.vault import normal_phone

PLAIN = (
    "direction queue agent phase outcome offered_at queued_at answered_at ended_at last_at wait_s"
    " talk_s hold_s legs transfers conferenced cause digit"
).split()
EVENT = tuple(one.name for one in fields(CallEvent))


def event_to_json(event: CallEvent) -> dict[str, Any]:
    told = {name: getattr(event, name) for name in EVENT}
    told["at"] = event.at.isoformat()
    if event.recording is not None:
        told["recording"] = asdict(event.recording)
    return {name: value for name, value in told.items() if value not in (None, "", ())}


def event_from_json(told: dict[str, Any]) -> CallEvent:
    facts = dict(told)
    facts["at"] = datetime.fromisoformat(facts["at"])
    facts["kind"] = Kind(facts["kind"])
    facts["call_id"] = facts.get("call_id", "")
    facts["ivr_path"] = tuple(facts.get("ivr_path", ()))
    if "state" in facts:
        facts["state"] = Seat(facts["state"])
    if "recording" in facts:
        facts["recording"] = Recording(**facts["recording"])
    return CallEvent(**facts)


def citizens_number(record: CallRecord) -> str:
    """Whom the call is with: who rang us, or whom we rang."""
    return record.to if record.direction == "out" else record.from_


def number_to_hash(number: str) -> str:
    """What two spellings share; empty for a withheld number, which nobody can call back."""
    digits = normal_phone(number)
    return digits if len(digits) >= 5 else ""


def call_values(record: CallRecord) -> dict[str, Any]:
    """A record as the columns of its row, but for what is locked."""
    return {
        "call_id": record.call_id,
        **{name: getattr(record, name) for name in PLAIN},
        "phase": record.phase.value,
        "outcome": record.outcome.value,
        "agents": list(record.agents),
        "flags": list(record.flags),
        "masked": mask_phone(citizens_number(record))[:40],
    }


def secrets_of(record: CallRecord) -> dict[str, Any]:
    return {
        "from": record.from_,
        "to": record.to,
        "leg": record.leg,
        "ivr_path": list(record.ivr_path),
        "recordings": [asdict(one) for one in record.recordings],
    }
