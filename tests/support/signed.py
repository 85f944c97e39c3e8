"""Many recent cases with what they are known by, put into the rows at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from classifiers.similar import sign
from hotline.flow.centre import Centre
from hotline.store import rows
from hotline.store.repeattables import SignatureKeyRow, SignatureRow
from hotline.store.tables import CaseRow
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
