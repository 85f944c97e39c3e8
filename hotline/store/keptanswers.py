"""What was answered under an Idempotency-Key to a post that makes no receipt, for seven days."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.errors import KeyMismatch
from hotline.store.cipher import Cipher
from hotline.store.tables import AnswerRow


@dataclass(frozen=True)
class Post:
    """Whose post, under which key, and the hash of what it asked for."""

    scope: str
    key: str
    request_hash: str

    @property
    def place(self) -> str:
        return f"answer.body.{self.scope}.{self.key}"


async def answered(connection: AsyncConnection, cipher: Cipher, post: Post) -> str | None:
    """The first answer, or None: there was none. Raises KeyMismatch where another was asked."""
    known = select(AnswerRow.request_hash, AnswerRow.body).where(
        AnswerRow.scope == post.scope, AnswerRow.key == post.key
    )
    row = (await connection.execute(known)).one_or_none()
    if row is None:
        return None
    if row.request_hash != post.request_hash:
        raise KeyMismatch
    return cipher.unlock(row.body, post.place)


async def keep(
    connection: AsyncConnection, cipher: Cipher, post: Post, body: str, at: datetime
) -> None:
    """Keeps an answer; the first under a key stays."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    made = dialect.insert(AnswerRow).values(
        scope=post.scope,
        key=post.key,
        request_hash=post.request_hash,
        status=200,
        body=cipher.lock(body, post.place),
        created_at=at,
    )
    await connection.execute(made.on_conflict_do_nothing(index_elements=["scope", "key"]))
