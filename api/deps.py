"""What routes ask for: the slice that the parameters describe, and how every route may end."""

import calendar
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import wraps
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request
from fastapi.concurrency import run_in_threadpool

from api.access import CallerDep, StoreDep
from api.errors import ParameterError
from api.kept import data_key, kept_of
from api.schemas.base import Period
from api.settings import ApiSettings
from cx.committee import ROLES
from cx.journey import STAGES
from data.store.queries.bands import AGE_BANDS, ENGAGEMENT_BANDS, SCORE_BANDS
from data.store.queries.clock import newest_record
from data.store.queries.slices import UNKNOWN, Slice
from data.store.repositories.keys import KeyInfo
from data.store.unit_of_work import Store

T = TypeVar("T")
SOURCES = ("nps", "csat", "ces", "ticket", "in_app", "review_note")
AGES, ENGAGEMENTS, BANDS = (*AGE_BANDS, UNKNOWN), (*ENGAGEMENT_BANDS, UNKNOWN), (*SCORE_BANDS, UNKNOWN)
TIME_BYTES = 64
_NEWEST = "newest record"
# Years that a customer's record can lie in; anything else is a slip, and some are more than a calendar holds.
FIRST_YEAR, LAST_YEAR = 1900, 2200
_MANY = "Several: repeat it or join them with commas. `unknown` is what is missing."
Words = Annotated[list[str], Query(description=_MANY)]


def joined(allowed: tuple[str, ...]) -> str:
    """Give the pattern of words joined by commas."""
    one = "|".join(re.escape(word).replace("\\-", "-") for word in allowed)
    return f"^(?:{one})(?:,(?:{one}))*$"


def _some(allowed: tuple[str, ...], text: str = "") -> Any:  # noqa: ANN401 - FastAPI's own type
    """Describe a list of fixed words; `_words` checks them, with a message that lists them."""
    described = f"{_MANY} {text}".strip()
    return Query(description=described, json_schema_extra={"items": {"type": "string", "pattern": joined(allowed)}})


def one_word(allowed: tuple[str, ...], text: str) -> Any:  # noqa: ANN401 - FastAPI's own type
    """Describe a parameter with a fixed set of words; `read_choice` checks it."""
    return Query(description=text, json_schema_extra={"enum": list(allowed)})


def some_words(allowed: tuple[str, ...], text: str) -> Any:  # noqa: ANN401 - FastAPI's own type
    """Describe fixed words joined by commas, or none; `read_list` checks them."""
    return Query(description=text, json_schema_extra={"pattern": f"^$|{joined(allowed)}"})


def _written(pattern: str, text: str) -> Any:  # noqa: ANN401 - FastAPI's own type
    """Describe a text of a form; `get_slice` reads it."""
    return Query(description=text, json_schema_extra={"pattern": pattern})


# A day, or a time with or without its zone. As a description: 31 February is refused too.
_TIME = r"^(19|20|21)\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|\+0\d:00)?)?$"
_PERIOD = r"^(19|20|21)\d\d(-(Q[1-4]|W(0[1-9]|[1-4]\d|5[0-2])|(0[1-9]|1[0-2])))?$"
AsOf = Annotated[str | None, _written(_TIME, "Day or time to look back from; the newest record.")]
Since = Annotated[str | None, _written(_TIME, "First day or time looked at; all of it.")]
Window = Annotated[str | None, _written(r"^\d{1,4}d$", "Instead of `since`: days before `as_of`, as 90d.")]
WholePeriod = Annotated[
    str | None, _written(_PERIOD, "Instead of the three: 2026, 2026-Q3, 2026-09 or 2026-W39, whole, in UTC.")
]


def get_slice(
    request: Request,
    store: StoreDep,
    caller: CallerDep,
    as_of: AsOf = None,
    since: Since = None,
    window: Window = None,
    period: WholePeriod = None,
    segment: Words = [],  # noqa: B006 - FastAPI copies it
    industry: Words = [],  # noqa: B006
    tier: Words = [],  # noqa: B006
    motion: Words = [],  # noqa: B006
    account_age: Annotated[list[str], _some(AGES, "Since the contract began.")] = [],  # noqa: B006
    engagement: Annotated[list[str], _some(ENGAGEMENTS, "Licensed users active, mean of 4 weeks.")] = [],  # noqa: B006
    role: Annotated[list[str], _some(ROLES)] = [],  # noqa: B006
    stage: Annotated[list[str], _some((*STAGES, UNKNOWN))] = [],  # noqa: B006
    source: Annotated[list[str], _some(SOURCES)] = [],  # noqa: B006
    score_band: Annotated[list[str], _some(BANDS, "Unknown: without a score.")] = [],  # noqa: B006
) -> Slice:
    """Read the filters; a csm key's accounts are part of every one of them.

    Raises:
        ParameterError: A day, a window or one of the fixed words is not understood.
    """
    begin, end = _read_window(as_of, since, window, period)
    if end is None:
        end = newest_time(request, store, caller)
    settings: ApiSettings = request.app.state.settings
    return Slice(
        as_of=end,
        since=_days_back(window, end) if window is not None else begin,
        accounts=caller.accounts,
        scope=caller.accounts,
        segments=_words(segment),
        industries=_words(industry),
        tiers=_words(tier),
        motions=_words(motion),
        account_ages=_words(account_age, "account_age", AGES),
        engagements=_words(engagement, "engagement", ENGAGEMENTS),
        roles=_words(role, "role", ROLES),
        stages=_words(stage, "stage", (*STAGES, UNKNOWN)),
        sources=_words(source, "source", SOURCES),
        score_bands=_words(score_band, "score_band", BANDS),
        anonymous_min_group=settings.anonymous_min_group,
    )


def newest_time(request: Request, store: Store, caller: KeyInfo) -> datetime:
    """Give the newest record's time, where a window ends that does not say."""

    def find() -> datetime:
        with store.read() as session:
            return newest_record(session)

    end = kept_of(request).get(data_key(request, _NEWEST), find, size=lambda _: TIME_BYTES)
    # The newest record may be another account's: its day is known to everybody, its time is not.
    return end if caller.accounts is None else datetime.combine(end.date(), time.max, UTC)


def at_once(read: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """Make a dependency of what reads parameters only: each change of threads would wait behind what they compute."""

    @wraps(read)
    async def ask(**parameters: Any) -> T:  # noqa: ANN401
        return read(**parameters)

    return ask


def beside(read: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """Make a dependency of what reads a slice: in a thread only where it has to look for the newest record."""

    @wraps(read)
    async def ask(request: Request, **parameters: Any) -> T:  # noqa: ANN401
        if request.method == "GET" and kept_of(request).holds(data_key(request, _NEWEST)):
            return read(request=request, **parameters)
        return await run_in_threadpool(read, request=request, **parameters)

    return ask


SliceDep = Annotated[Slice, Depends(beside(get_slice))]


def _read_window(
    as_of: str | None, since: str | None, window: str | None, period: str | None
) -> tuple[datetime | None, datetime | None]:
    """Read both ends; None where nothing says them."""
    if period is not None:
        if any(value is not None for value in (as_of, since, window)):
            raise ParameterError("period says both ends: leave out as_of, since and window")
        return _read_period(period)
    if since is not None and window is not None:
        raise ParameterError("since and window are both given: give one of them")
    return _read_time(since, "since"), _read_time(as_of, "as_of", end_of_day=True)


def _read_time(value: str | None, name: str, *, end_of_day: bool = False) -> datetime | None:
    if value is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            day = date.fromisoformat(value)
            return _in_range(datetime.combine(day, time.max if end_of_day else time.min, UTC))
        # A plus sign in an address reads as a blank.
        found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
        return _in_range(found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise ParameterError(f"{name}={value[:40]!r} is no time: write 2026-09-30 or 2026-09-30T12:00:00Z") from error


def _in_range(found: datetime) -> datetime:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"no year from {FIRST_YEAR} to {LAST_YEAR}")
    return found


def _days_back(window: str, end: datetime) -> datetime:
    found = re.fullmatch(r"(\d{1,5})d", window, re.ASCII)
    if found is None:
        raise ParameterError(f"window={window[:40]!r} is not understood: write days, such as 90d")
    try:
        return _in_range(end - timedelta(days=int(found.group(1))))
    except (OverflowError, ValueError) as error:
        raise ParameterError(f"window={window!r} reaches before the year {FIRST_YEAR}") from error


def _read_period(period: str) -> tuple[datetime, datetime]:
    """First and last instant of a year, quarter, month or ISO week, UTC."""
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|W(\d{2})|(\d{2})))?", period, re.ASCII)
    try:
        if found is None:
            raise ValueError("no period")
        year, quarter, week, month = (None if part is None else int(part) for part in found.groups())
        first, last = _days_of(year or 0, quarter, week, month)
        return _in_range(datetime.combine(first, time.min, UTC)), _in_range(datetime.combine(last, time.max, UTC))
    except (ValueError, OverflowError) as error:
        raise ParameterError(f"period={period[:40]!r} is none: write 2026, 2026-Q3, 2026-09 or 2026-W39") from error


def _days_of(year: int, quarter: int | None, week: int | None, month: int | None) -> tuple[date, date]:
    if week is not None:
        return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)
    first = 3 * quarter - 2 if quarter is not None else (1 if month is None else month)
    last = 3 * quarter if quarter is not None else (12 if month is None else month)
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _words(values: list[str], name: str = "", allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.strip() for value in values for word in value.split(",") if word.strip()))
    unknown = [word for word in words if allowed and word not in allowed]
    if unknown:
        raise ParameterError(f"{name}={', '.join(unknown)[:80]} is not known: use {', '.join(allowed)}")
    return words


def period_of(filters: Slice) -> Period:
    """Say which window was looked at."""
    return Period(since=filters.since, as_of=filters.as_of)


def read_choice(value: str, name: str, allowed: tuple[str, ...]) -> str:
    """Check a parameter with a fixed set of words.

    Raises:
        ParameterError: It is none of them.
    """
    if value not in allowed:
        raise ParameterError(f"{name}={value[:40]!r} is not known: use {', '.join(allowed)}")
    return value


def read_list(value: str, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Read words joined by commas; see `read_choice`."""
    return _words([value], name, allowed)


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, text in (
        (400, "A cursor that this list did not give."),
        (401, "No key, or one that is unknown or revoked."),
        (403, "The key's role may not do this."),
        (404, "No such thing in the caller's scope."),
        (408, "The body stopped coming in."),
        (409, "It can't be done in the state that it is in."),
        (412, "It was changed meanwhile, or the version that was changed is not said."),
        (413, "The body is too large."),
        (422, "A parameter or the body is not understood."),
        (429, "The key asks more often than it may; `Retry-After` says when it may again."),
        (503, "The database is not ready."),
    )
}
# Reads have an ETag: whoever holds the newest answer gets this one.
READS: dict[int | str, dict[str, Any]] = {
    304: {"description": "Nothing changed since the answer whose ETag is in `If-None-Match`."},
    **PROBLEMS,
}
