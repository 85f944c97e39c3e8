"""Whether what is empty was erased by right: each erasure has its act in the chain and its line outside."""

from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store import erasing, erasureledger
from hotline.store.cipher import Cipher
from hotline.store.findings import Broken
from hotline.store.ledgers import ActRow

ACT = "erased"


async def erasures(
    connection: AsyncConnection, cipher: Cipher, folder: Path
) -> AsyncIterator[Broken]:
    """I6: an erasure without its act is a deletion; a line without its erasure is a case come back."""
    done = await erasing.numbers(connection)
    acts = await connection.execute(select(ActRow.about).where(ActRow.act == ACT))
    recorded = {(one["number"], one["through"]) for one in acts.scalars()}
    for number, (_, _, through) in done.items():
        if (number, through) not in recorded:
            yield Broken("I6", number, "its words are gone, and no act says who erased them")
    try:
        outside = erasureledger.read(erasureledger.path(folder), cipher)
    except (erasureledger.Forged, ValueError, KeyError) as error:
        yield Broken("I6", "erasures", f"the list cannot be trusted: {type(error).__name__}")
        return
    for number in sorted(set(outside) - set(done)):
        yield Broken("I9", number, "was erased, and is here again: start the hotline or restore")
