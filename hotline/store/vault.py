"""Citizens' identity at rest: field encryption, look-up by keyed hash, logged reveals.

`reveal` is the only way out of it to a person; everything else sees what `masked` holds. A letter's
address goes from here to the sealed outbox, and is shown to nobody on the way.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain import chaining, people
from hotline.domain.case import GENESIS
from hotline.domain.people import Actor
from hotline.store import callers
from hotline.store.cipher import Cipher
from hotline.store.ledgers import IdentityRow, RevealRow
from hotline.store.wording import masked

MASKED = select(IdentityRow.case_id, IdentityRow.masked).where(
    IdentityRow.case_id.in_(bindparam("wanted", expanding=True))
)
FIELDS = ("name", "phone", "email", "address", "id_number")
MASKS = {
    "name": people.mask_name,
    "phone": people.mask_phone,
    "email": people.mask_email,
    "address": people.mask_address,
    "id_number": people.mask_id_number,
}


@dataclass(frozen=True)
class Identity:
    """Who wrote, in clear; lives only between the form and the vault, and in a reveal."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    id_number: str = ""

    def masked(self) -> dict[str, str]:
        return {name: MASKS[name](value) for name, value in self.__dict__.items() if value}


def normal_phone(phone: str) -> str:
    """Digits only, without the country's 86: what two spellings of one number share."""
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", phone))
    return digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits


def email_hash(cipher: Cipher, address: str) -> str:
    return cipher.blind("email", address.strip().lower())


class Vault:
    """Identity in one unit of work."""

    def __init__(self, connection: AsyncConnection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher

    async def put(self, case_id: int, identity: Identity, words: Mapping[str, str]) -> None:
        locked: dict[str, Any] = {
            name: self._cipher.lock(value, f"identity.{name}.{case_id}") if value else None
            for name, value in identity.__dict__.items()
        }
        phone, email = normal_phone(identity.phone), identity.email
        await self._connection.execute(
            insert(IdentityRow).values(
                case_id=case_id,
                words=self._cipher.lock(
                    json.dumps(dict(words), ensure_ascii=False), f"identity.words.{case_id}"
                ),
                masked=identity.masked(),
                phone_hash=self._cipher.blind("phone", phone) if phone else None,
                email_hash=email_hash(self._cipher, email) if email else None,
                **locked,
            )
        )

    async def copy(self, source: int, target: int, words: Mapping[str, str]) -> None:
        """The same citizen in another case, locked anew for its row."""
        told = await self.compared(source)
        await self.put(target, Identity(**told), words)

    async def masked(self, case_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        found = await self._connection.execute(MASKED, {"wanted": list(case_ids)})
        return {row.case_id: row.masked for row in found}

    async def letter_address(self, case_id: int) -> str:
        """Where the citizen is written to; for the sealed outbox only."""
        locked = (
            await self._connection.execute(
                select(IdentityRow.email).where(IdentityRow.case_id == case_id)
            )
        ).scalar_one_or_none()
        return self._cipher.unlock(locked, f"identity.email.{case_id}") if locked else ""

    async def name_of(self, case_id: int) -> str:
        """The citizen's name for the machine alone, to take it out of what is written of the case."""
        named = IdentityRow.__table__.c.name
        asked = select(named).where(IdentityRow.case_id == case_id)
        locked = (await self._connection.execute(asked)).scalar_one_or_none()
        return self._cipher.unlock(locked, f"identity.name.{case_id}") if locked else ""

    async def compared(self, case_id: int) -> dict[str, str]:
        """Identity in clear for the machine alone, to take it out of a text before publication."""
        found = await self._connection.execute(
            select(*IdentityRow.__table__.c).where(IdentityRow.case_id == case_id)
        )
        row = found.one_or_none()
        return {
            name: self._cipher.unlock(getattr(row, name), f"identity.{name}.{case_id}")
            for name in FIELDS
            if row is not None and getattr(row, name) is not None
        }

    async def writes_from(self, case_id: int, address: str) -> bool:
        """Whether this is the e-mail address the citizen has left with the case."""
        found = await self._connection.execute(
            select(IdentityRow.case_id).where(
                IdentityRow.case_id == case_id,
                IdentityRow.email_hash == email_hash(self._cipher, address),
            )
        )
        return found.scalar_one_or_none() is not None

    async def reveal(
        self, case_id: int, fields: Sequence[str], purpose: str, actor: Actor, at: datetime
    ) -> dict[str, str]:
        """The fields in clear; the record is written in the same unit of work, or nothing is told."""
        row = (
            await self._connection.execute(
                select(*IdentityRow.__table__.c).where(IdentityRow.case_id == case_id)
            )
        ).one_or_none()
        await self._record(case_id, fields, purpose, actor, at)
        if row is None:
            return {}
        told: dict[str, str] = {}
        for name in fields:
            if name == "words":
                told |= json.loads(self._cipher.unlock(row.words, f"identity.words.{case_id}"))
            elif getattr(row, name) is not None:
                told[name] = self._cipher.unlock(getattr(row, name), f"identity.{name}.{case_id}")
        return told

    async def correct(self, case_id: int, changes: Mapping[str, str]) -> None:
        """New values in the place of wrong ones: found by them from now on, and by no old one."""
        row = (
            await self._connection.execute(
                select(*IdentityRow.__table__.c).where(IdentityRow.case_id == case_id)
            )
        ).one_or_none()
        if row is None or not changes:
            return
        told: dict[str, Any] = {
            name: self._cipher.lock(value, f"identity.{name}.{case_id}")
            for name, value in changes.items()
        }
        shown = {name: MASKS[name](value) for name, value in changes.items()}
        told["masked"] = {**row.masked, **shown}
        if "phone" in changes:
            told["phone_hash"] = self._cipher.blind("phone", normal_phone(changes["phone"]))
        if "email" in changes:
            told["email_hash"] = email_hash(self._cipher, changes["email"])
        mine = update(IdentityRow).where(IdentityRow.case_id == case_id)
        await self._connection.execute(mine.values(told))

    async def _record(
        self, case_id: int, fields: Sequence[str], purpose: str, actor: Actor, at: datetime
    ) -> None:
        last = (
            await self._connection.execute(
                select(RevealRow.seq, RevealRow.hash)
                .where(RevealRow.case_id == case_id)
                .order_by(RevealRow.seq.desc())
                .limit(1)
            )
        ).one_or_none()
        record = {
            "case_id": case_id,
            "seq": last.seq + 1 if last else 1,
            "at": at,
            "role": actor.role.value,
            "actor": actor.name,
            "origin": actor.origin,
            "fields": list(fields),
            "purpose": masked(purpose),  # before it is hashed
            "previous": last.hash if last else GENESIS,
        }
        await self._connection.execute(
            insert(RevealRow).values(**record, hash=chaining.link(reveal_body(record)))
        )

    async def cases_of_phone(self, phone: str, limit: int = 20) -> list[int]:
        """Cases of the same telephone, newest first, without opening a single number."""
        hashed = self._cipher.blind("phone", normal_phone(phone))
        return await self.cases_of_hash(hashed, limit)

    async def cases_of_hash(self, phone_hash: str, limit: int = 20) -> list[int]:
        """The same where only the keyed hash is at hand, as in a call's record."""
        return await callers.newest(self._connection, [phone_hash], limit)


def reveal_body(record: Mapping[str, Any]) -> str:
    """The record as its hash is taken of it."""
    told = {**record, "at": record["at"].astimezone(UTC).isoformat()}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)
