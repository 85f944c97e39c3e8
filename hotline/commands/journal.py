"""The log: one JSON object a line on standard error, without a citizen's words."""

import json
import logging
import sys
import traceback
import warnings
from typing import Any, TextIO, cast

import structlog


def to_stderr(level: int) -> None:
    """One JSON object a line; tracebacks without local variables, which may hold a citizen's words."""
    stream = Unfailing(sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
            ),
            _without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, stream)),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Line())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    warnings.showwarning = cast(Any, _warned)


class Unfailing:
    """A full disk takes no lines, and must not take the service with them: they are counted."""

    def __init__(self, out: TextIO) -> None:
        self._out, self.lost = out, 0

    def write(self, text: str) -> int:
        told = f'{{"event": "log.lines_lost", "level": "error", "lines": {self.lost}}}\n'
        try:
            self._out.write((told if self.lost else "") + text)
            self._out.flush()
        except (OSError, ValueError):  # full, or closed
            self.lost += text.count("\n")
        else:
            self.lost = 0
        return len(text)

    def flush(self) -> None:
        """Written through already."""


class Line(logging.Formatter):
    """What the libraries log, in the same shape; of an exception its kind and its place."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])[-5:]
            told["exception"] = record.exc_info[0].__name__
            told["at"] = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
        return json.dumps(told, ensure_ascii=False)


def _warned(_: Any, category: type[Warning], filename: str, lineno: int, *__: Any) -> None:
    """A library's warning may quote what a stranger sent: its kind and its place are enough."""
    told = {"warning": category.__name__, "at": f"{filename}:{lineno}"}
    structlog.get_logger(__name__).warning("library.warned", **told)


def _without_values(_: Any, __: str, event: Any) -> Any:
    """An exception's own text may quote what was typed or bound: its kind is enough to find it."""
    for part in event.get("exception") or ():
        if isinstance(part, dict):
            part["exc_value"] = ""
            part.pop("exceptions", None)
    return event
