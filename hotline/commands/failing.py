"""How a command says that it cannot go on; the command line turns it into an exit code."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from hotline.store import snapshot


class Failed(Exception):
    """A command that cannot go on, and why, in one line for the person at the terminal."""


@contextmanager
def snapshots(doing: str, files: str) -> Iterator[None]:
    """What taking a snapshot or putting one back may stumble over, told to the operator."""
    try:
        yield
    except snapshot.NoTool as error:
        raise Failed(
            f"本机没有 {error}，请安装 PostgreSQL 客户端程序（如 postgresql-client）后重试"
            f" / {error} is not on this machine: install PostgreSQL's client programs"
        ) from None
    except (snapshot.ToolFailed, sqlite3.Error) as error:
        raise Failed(f"数据库{doing}失败 / the database: {error}") from None
    except OSError as error:
        raise Failed(f"{files}: {error.strerror}") from None
