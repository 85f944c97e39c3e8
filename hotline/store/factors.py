"""The second factor of an account: its secret, the last code used, recovery codes; none twice."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.cipher import CROCKFORD, MISREAD, Cipher, secret_hash
from hotline.store.guardtables import RecoveryCodeRow
from hotline.store.ledgers import OfficerRow

CODES, LETTERS = 10, 16  # ten codes of eighty bits


async def begin(connection: AsyncConnection, cipher: Cipher, officer_id: int, secret: str) -> None:
    """A secret that counts only after a first code from it was shown."""
    locked = cipher.lock(secret, f"officer.factor.{officer_id}")
    await connection.execute(
        update(OfficerRow)
        .where(OfficerRow.id == officer_id, OfficerRow.factor_since.is_(None))
        .values(factor_secret=locked, factor_step=0)
    )


async def secret_of(connection: AsyncConnection, cipher: Cipher, officer_id: int) -> str | None:
    found = await connection.execute(
        select(OfficerRow.factor_secret).where(OfficerRow.id == officer_id)
    )
    locked = found.scalar_one_or_none()
    return cipher.unlock(locked, f"officer.factor.{officer_id}") if locked else None


async def use_step(connection: AsyncConnection, officer_id: int, step: int) -> bool:
    """Takes the code of a half-minute; False when it, or a later one, was taken before."""
    taken = await connection.execute(
        update(OfficerRow)
        .where(OfficerRow.id == officer_id, OfficerRow.factor_step < step)
        .values(factor_step=step)
    )
    return bool(taken.rowcount)


async def confirm(connection: AsyncConnection, officer_id: int, at: datetime) -> list[str]:
    """From now on the factor is asked for; returns the recovery codes, told only now."""
    await connection.execute(
        update(OfficerRow).where(OfficerRow.id == officer_id).values(factor_since=at)
    )
    return await new_codes(connection, officer_id)


async def new_codes(connection: AsyncConnection, officer_id: int) -> list[str]:
    """Ten codes in place of those there were."""
    mine = RecoveryCodeRow.officer_id == officer_id
    await connection.execute(delete(RecoveryCodeRow).where(mine))
    codes = [_new_code() for _ in range(CODES)]
    told = [{"hash": _hash(officer_id, code), "officer_id": officer_id} for code in codes]
    await connection.execute(insert(RecoveryCodeRow), told)
    return codes


def _new_code() -> str:
    letters = "".join(secrets.choice(CROCKFORD) for _ in range(LETTERS))
    return "-".join(letters[at : at + 4] for at in range(0, LETTERS, 4))


def _hash(officer_id: int, code: str) -> str:
    return secret_hash(f"{officer_id}:{code.strip().upper().translate(MISREAD)}")


async def use_code(connection: AsyncConnection, officer_id: int, code: str) -> bool:
    """A recovery code is gone once it was used."""
    used = delete(RecoveryCodeRow).where(
        RecoveryCodeRow.hash == _hash(officer_id, code), RecoveryCodeRow.officer_id == officer_id
    )
    return bool((await connection.execute(used)).rowcount)


async def codes_left(connection: AsyncConnection, officer_id: int) -> int:
    counted = select(func.count()).where(RecoveryCodeRow.officer_id == officer_id)
    return int((await connection.execute(counted)).scalar_one())


async def forget(connection: AsyncConnection, officer_ids: Sequence[int]) -> None:
    """The factor was lost: it has to be set anew at the next sign-in."""
    ids = list(officer_ids)
    gone = delete(RecoveryCodeRow).where(RecoveryCodeRow.officer_id.in_(ids))
    await connection.execute(gone)
    bare = {"factor_secret": None, "factor_since": None, "factor_step": 0}
    await connection.execute(update(OfficerRow).where(OfficerRow.id.in_(ids)).values(**bare))
