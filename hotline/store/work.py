"""One unit of work over everything that is kept: done together, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain import chaining
from hotline.domain.post import Post
from hotline.store.casebook import CaseBook
from hotline.store.cipher import Cipher
from hotline.store.database import Store
from hotline.store.vault import Vault


@dataclass
class Work:
    """The books open in one transaction, and its moment."""

    connection: AsyncConnection
    cases: CaseBook
    vault: Vault
    at: datetime
    cipher: Cipher
    ways: frozenset[str] = frozenset()  # out of the database, as far as they are open: mail, …
    post: Post = Post()


@asynccontextmanager
async def writing(
    store: Store,
    cipher: Cipher,
    at: datetime,
    ways: frozenset[str] = frozenset(),
    post: Post | None = None,
) -> AsyncIterator[Work]:
    cipher.refresh()
    chaining.choose(cipher.suite)
    async with store.write() as connection:
        books = CaseBook(connection), Vault(connection, cipher)
        work = Work(connection, *books, at, cipher, ways, post or Post())
        yield work
        await work.cases.number_orders()


@asynccontextmanager
async def reading(store: Store, cipher: Cipher, at: datetime) -> AsyncIterator[Work]:
    async with store.read() as connection:
        yield Work(connection, CaseBook(connection), Vault(connection, cipher), at, cipher)
