"""Many cases put into the rows at once: with what they are known by, or of a crowd with one matter."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from classifiers.similar import sign
from hotline.flow.centre import Centre
from hotline.store import rows
from hotline.store.inbox import give_numbers
from hotline.store.repeattables import SignatureKeyRow, SignatureRow
from hotline.store.tables import CaseRow
from hotline.store.vault import Identity
from tests.makers import a_case

PAGE = 500


async def fill(centre: Centre, texts: Sequence[tuple[str, str]], first: datetime) -> None:
    """A case a text, a minute apart; their ids run from 1 in a database without cases."""
    made = _rows(texts, first)
    while page := list(islice(made, PAGE)):
        async with centre.store.write() as connection:
            for table, place in ((CaseRow, 0), (SignatureRow, 1)):
                await connection.execute(insert(table), [one[place] for one in page])
            keys = [key for one in page for key in one[2]]
            await connection.execute(insert(SignatureKeyRow), keys)


def _rows(texts: Sequence[tuple[str, str]], first: datetime) -> Iterator[tuple[Any, Any, Any]]:
    like = rows.case_values(a_case())
    for n, (title, content) in enumerate(texts, 1):
        at, signature = first + timedelta(minutes=n), sign(title, content)
        told = {"number": f"{at:%Y%m%d}-{n:06}", "title": title, "content": content}
        case = {**like, **told, "id": n, "version": 1, "received_at": at}
        row = {"case_id": n, "at": at, "swept": True, "packed": signature.pack()}
        yield case, row, [{"key": key, "case_id": n} for key in signature.keys]


WATER = "公用事业/供水/停水"


async def crowd(
    centre: Centre, many: int, first: int = 0, *, phone: int = 0, place: str = "望江区"
) -> list[str]:
    """So many cases of one matter at this moment, each from somebody else unless `phone` is told."""
    async with centre.work() as work:
        numbers = await give_numbers(work.connection, [work.at] * many)
        for n, number in enumerate(numbers, first):
            case = a_case(number=number, received_at=work.at, topic=WATER, district=place)
            await work.cases.add(case)
            who = Identity(phone=f"139{phone or n + 1:08}")
            await work.vault.put(case.id or 0, who, {"title": case.title, "content": case.content})
    return list(numbers)
