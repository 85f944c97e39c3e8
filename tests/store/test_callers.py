"""A caller's cases are found newest first, at the cost of those that are wanted."""

from typing import Any

from sqlalchemy import Table, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.flow.centre import Centre
from hotline.store import callers
from hotline.store.ledgers import IdentityRow
from tests.support.plans import plan_of

ID, PHONE, MAIL = IdentityRow.case_id, IdentityRow.phone_hash, IdentityRow.email_hash


async def planted(connection: AsyncConnection, first: int, many: int, **hashes: str) -> None:
    table: Table = IdentityRow.metadata.tables[IdentityRow.__tablename__]
    one: dict[str, Any] = {"words": b"x", "masked": {}, "phone_hash": None, "email_hash": None}
    rows = [{**one, **hashes, "case_id": first + n} for n in range(many)]
    await connection.execute(insert(table), rows)
    await connection.execute(text("ANALYZE"))


async def test_of_one_who_called_often_and_long_ago_only_the_newest_are_read(
    any_centre: Centre,
) -> None:
    """The sabotaged question is the plain one: as the number is frequent, PostgreSQL looks for it
    among all cases from the newest on, and everybody's later ones lie before it."""
    plain = select(ID).where(or_(PHONE == "a", MAIL == "a")).order_by(ID.desc()).limit(5)
    async with any_centre.store.write() as connection:
        await planted(connection, 1, 300, phone_hash="a")
        await planted(connection, 1_000, 6_000)
        assert await callers.newest(connection, ["a"], 5) == [300, 299, 298, 297, 296]
        assert "ix_identity_phone" in await plan_of(connection, callers.newest_of(["a"], 5))
        if connection.dialect.name == "postgresql":
            assert "ix_identity_phone" not in await plan_of(connection, plain)


async def test_telephone_and_address_are_one_caller_and_each_case_is_told_once(
    any_centre: Centre,
) -> None:
    async with any_centre.store.write() as connection:
        await planted(connection, 1, 1, phone_hash="a")
        await planted(connection, 2, 1, phone_hash="a", email_hash="b")
        await planted(connection, 3, 1, email_hash="b")
        await planted(connection, 4, 1, phone_hash="c", email_hash="d")
        assert await callers.newest(connection, ["a", "b", "a"], 9) == [3, 2, 1]
        assert await callers.newest(connection, ["a"], 9) == [2, 1]
        assert await callers.newest(connection, [], 9) == []
