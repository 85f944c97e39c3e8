"""Is it an outage, or a fault of ours? The database away, full or busy, or the disk: 503, not 500."""

import errno
from collections.abc import Iterator

DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)


# PostgreSQL's classes of conditions: no connection, no room, shutting down or starting, broken disk.
AWAY = ("08", "53", "57", "58")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def unavailable(error: BaseException) -> bool:
    """The database is away, full or busy, or the disk is: the same may go through later."""
    if isinstance(error, OSError) and error.errno in DISK:
        return True
    cause = getattr(error, "orig", None)
    if any(str(getattr(one, "sqlstate", "")).startswith(AWAY) for one in _causes(cause)):
        return True
    names = {kind.__name__ for kind in type(error).__mro__}
    away = {"OperationalError", "InterfaceError", "TimeoutError", "ConnectionError"}
    return bool(names & away) or bool(getattr(error, "connection_invalidated", False))
