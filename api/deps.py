"""What routes ask for: the store, who calls, and the slice that the parameters describe."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import ParameterError, UnauthorizedError
from api.schemas.base import Period
from api.settings import ApiSettings
from cx.committee import ROLES
from cx.journey import STAGES
from data.store.queries.clock import newest_record
from data.store.queries.slices import UNKNOWN, Slice
from data.store.repositories.keys import KeyInfo, find_key
from data.store.unit_of_work import Store

SOURCES = ("nps", "csat", "ces", "ticket", "in_app", "review_note")
# How much a list gives at once, and at most.
DEFAULT_LIMIT, MAX_LIMIT = 50, 200
_bearer = HTTPBearer(auto_error=False, description="A key that `sottovoce key create` made.")


def get_store(request: Request) -> Store:
    """Give the store that the app was made with."""
    store: Store = request.app.state.store
    return store


StoreDep = Annotated[Store, Depends(get_store)]


def get_caller(
    request: Request, store: StoreDep, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> KeyInfo:
    """Give the key that the caller shows.

    Raises:
        UnauthorizedError: There is none, or it is unknown or revoked.
    """
    if shown is None:
        raise UnauthorizedError("no key: send `Authorization: Bearer KEY`; `sottovoce key create` makes one")
    with store.read() as session:
        key = find_key(session, request.app.state.vault, shown.credentials)
    if key is None:
        raise UnauthorizedError("this key is unknown or revoked: `sottovoce key create` makes a new one")
    return key


CallerDep = Annotated[KeyInfo, Depends(get_caller)]
_MANY = "Several: repeat it or join them with commas. `unknown` is what is missing."
Words = Annotated[list[str], Query(description=_MANY)]


def get_slice(
    request: Request,
    store: StoreDep,
    caller: CallerDep,
    as_of: Annotated[str | None, Query(description="Day or time to look back from; the newest record.")] = None,
    since: Annotated[str | None, Query(description="First day or time looked at; all of it.")] = None,
    window: Annotated[str | None, Query(description="Instead of `since`: days back from `as_of`.")] = None,
    segment: Words = [],  # noqa: B006 - FastAPI copies it
    industry: Words = [],  # noqa: B006
    tier: Words = [],  # noqa: B006
    motion: Words = [],  # noqa: B006
    role: Words = [],  # noqa: B006
    stage: Words = [],  # noqa: B006
    source: Words = [],  # noqa: B006
) -> Slice:
    """Read the filters; a csm key's accounts are part of every one of them.

    Raises:
        ParameterError: A day, a window or one of the fixed words is not understood.
    """
    end = _read_time(as_of, "as_of", end_of_day=True)
    if end is None:
        with store.read() as session:
            end = newest_record(session)
    settings: ApiSettings = request.app.state.settings
    return Slice(
        as_of=end,
        since=_read_since(since, window, end),
        accounts=caller.accounts,
        segments=_words(segment),
        industries=_words(industry),
        tiers=_words(tier),
        motions=_words(motion),
        roles=_words(role, "role", ROLES),
        stages=_words(stage, "stage", (*STAGES, UNKNOWN)),
        sources=_words(source, "source", SOURCES),
        anonymous_min_group=settings.anonymous_min_group,
    )


SliceDep = Annotated[Slice, Depends(get_slice)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before.", max_length=1000)]


def _read_time(value: str | None, name: str, *, end_of_day: bool = False) -> datetime | None:
    if value is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return datetime.combine(date.fromisoformat(value), time.max if end_of_day else time.min, UTC)
        # A plus sign in an address reads as a blank.
        found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ParameterError(f"{name}={value[:40]!r} is no time: write 2026-09-30 or 2026-09-30T12:00:00Z") from error


def _read_since(since: str | None, window: str | None, end: datetime) -> datetime | None:
    if window is None:
        return _read_time(since, "since")
    if since is not None:
        raise ParameterError("since and window are both given: give one of them")
    found = re.fullmatch(r"(\d{1,5})d", window)
    if found is None:
        raise ParameterError(f"window={window[:40]!r} is not understood: write days, such as 90d")
    try:
        return end - timedelta(days=int(found.group(1)))
    except OverflowError as error:
        raise ParameterError(f"window={window!r} reaches before the first year") from error


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
        (404, "No such account or theme in the caller's scope."),
        (422, "A parameter is not understood."),
        (503, "The database is not ready."),
    )
}
