"""Logs on standard error: stage, counts and seconds; never comment texts, names of people, addresses or tokens.

Our own messages hold none. What others log (libraries, tracebacks of errors that quote a row) passes a filter: what has
the form of personal data is replaced, statements lose their values, and of an error only class and places are told.
"""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

Event = MutableMapping[str, Any]
HIDDEN = "[hidden]"
# Loggers that tell what was asked for, word by word: rows of statements, and addresses with searches in them.
QUIET = {
    "sqlalchemy": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "uvicorn.access": logging.WARNING,
    "hpack": logging.WARNING,
    "presidio-analyzer": logging.ERROR,
}
# What follows a ? in an address: searches hold words and names.
_QUERY = re.compile(r"(?<=\S)\?[^\s\"']*=[^\s\"']*")
_SECRETS = re.compile(
    r"(?i)(\b(?:authorization|bearer|x-api-key|api[_-]?key|token|password|secret|cookie)\b\"?'?\s*[:=]?\s*)"
    r"(?:bearer\s+)?[\w.~+/=-]{6,}"
)
_OWN_KEYS = re.compile(r"\bsv_[\w-]{8,}")
# Values and rows that SQLAlchemy and the drivers put behind a message.
_VALUES = re.compile(r"(?s)(?:\[parameters: |\[SQL: |DETAIL: |CONTEXT: ).*")


def configure_logs(level: str) -> None:
    """Send the project's log to standard error, one key=value line each."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                hide_errors,
                hide_personal,
                structlog.processors.KeyValueRenderer(),
            ]
        )
    )
    # A line that can't be written is left out: what logging would print of it instead is its bare arguments.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, root.level))


def hide_errors(_logger: object, _method: str, event: Event) -> Event:
    """Tell of an error its class and where it happened: its message may quote what it choked on."""
    record = event.pop("exc_info", None)
    event.pop("exception", None)
    error = record[1] if isinstance(record, tuple) else record
    if isinstance(error, BaseException):
        event["error"] = " < ".join(_told(one) for one in _chain(error))
    return event


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        following = following.__cause__ or following.__context__
    return found


def _told(error: BaseException) -> str:
    return f"{type(error).__name__} at {_places(error.__traceback__)}"


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-6:]
    return " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames) or "no place"


def hide_personal(_logger: object, _method: str, event: Event) -> Event:
    """Replace in every value what has the form of personal data, secrets, and searches in addresses."""
    for name, value in event.items():
        if name not in ("timestamp", "level", "error"):
            event[name] = value if isinstance(value, int | float | bool) else clean_line(str(value))
    return event


def clean_line(text: str) -> str:
    """Give a line without what no log may hold."""
    text = _VALUES.sub(HIDDEN, text)
    text = _QUERY.sub("?" + HIDDEN, text)
    text = _OWN_KEYS.sub(HIDDEN, _SECRETS.sub(rf"\1{HIDDEN}", text))
    for span in reversed(_apart(text)):
        text = text[: span[0]] + HIDDEN + text[span[1] :]
    return text


def _apart(text: str) -> list[tuple[int, int]]:
    # Only who logs loads it: phone numbers have large tables.
    from nlp.text.structured import find_structured

    found: list[tuple[int, int]] = []
    for span in find_structured(text, addresses=False):
        if span.kind != "IP" and (not found or span.start >= found[-1][1]):
            found.append((span.start, span.end))
    return found
