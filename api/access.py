"""Who asks, how often, with which parameters, and whether anything changed since: what stands before every route."""

import difflib
import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.described import description_of
from api.errors import ForbiddenError, NotModifiedError, ParameterError, RateError, UnauthorizedError
from api.forms import wanted_form
from api.kept import NEVER_KEPT, data_key, kept_of, version_of
from data.store.repositories import persons
from data.store.repositories.keys import USE_WRITTEN_EVERY, KeyInfo, find_key, note_use
from data.store.unit_of_work import Session, Store
from data.store.version import DataVersion

if TYPE_CHECKING:
    from api.oidc import Issuer

# What is kept of a key, roughly: a hundred accounts.
KEY_BYTES = 8_192
_bearer = HTTPBearer(
    auto_error=False,
    description="A key that `sottovoce key create` made, or the token of a person's own sign-in (OpenID Connect).",
)


async def get_store(request: Request) -> Store:
    """Give the store that the app was made with; a question that changes nothing knows the version of its data."""
    store: Store = request.app.state.store
    return store.seen(lambda: version_of(request)) if request.method == "GET" else store


StoreDep = Annotated[Store, Depends(get_store)]


class KeyUse:
    """Writes when a key was last used, at most once a minute a key, beside the data's version."""

    def __init__(self, version: DataVersion, clock: Callable[[], datetime]) -> None:
        """Nothing was written yet."""
        self._version, self._clock = version, clock
        self._lock = threading.Lock()
        self._written: dict[str, float] = {}

    def note(self, key_id: str) -> None:
        """Write it if it is time; where a run holds the database it is left to a later request."""
        now = time.monotonic()
        with self._lock:
            last = self._written.get(key_id)
            if last is not None and now - last < USE_WRITTEN_EVERY.total_seconds():
                return
            self._written[key_id] = now
        if not self._version.aside(lambda session: self._write(session, key_id)):
            with self._lock:
                self._written.pop(key_id, None)

    def _write(self, session: Session, key_id: str) -> None:
        if key_id.startswith(persons.PREFIX):
            persons.note_person(session, key_id.removeprefix(persons.PREFIX), now=self._clock())
        else:
            note_use(session, key_id, now=self._clock())


def get_caller(
    request: Request, store: StoreDep, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> KeyInfo:
    """Give the key that the caller shows, or the person whose sign-in it shows, as a key of theirs.

    Raises:
        UnauthorizedError: There is none, or it is unknown, revoked, ended or not good.
        ForbiddenError: The issuer has not verified whose address this is.
        StrangerError: The person may read nothing.
        NotReadyError: Sign-ins can't be checked now.
        RateError: It asks more often than it may.
    """
    if shown is None:
        raise UnauthorizedError("no key: send `Authorization: Bearer KEY`; `sottovoce key create` makes one")
    issuer: Issuer | None = request.app.state.issuer
    if issuer is not None and issuer.may_have_made(shown.credentials):
        key: KeyInfo | None = _find_person(request, store, issuer, shown.credentials)
    else:
        key = _find(request, store, shown.credentials)
    if key is None:
        raise UnauthorizedError("this key is unknown or revoked: `sottovoce key create` makes a new one")
    wait_s = request.app.state.buckets.take(key.key_id)
    if wait_s > 0:
        raise RateError(wait_s)
    request.app.state.key_use.note(key.key_id)
    return key


def _find(request: Request, store: Store, secret: str) -> KeyInfo | None:
    """Find the key; one that was found is known until anything is committed, its end too."""

    def find() -> KeyInfo | None:
        with store.read() as session:
            return find_key(session, request.app.state.vault, secret)

    of_secret = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
    # What is no key is not kept: whoever guesses would push out the rest.
    return kept_of(request).get(
        data_key(request, "caller", of_secret), find, size=lambda found: NEVER_KEPT if found is None else KEY_BYTES
    )


def _find_person(request: Request, store: Store, issuer: "Issuer", token: str) -> KeyInfo:
    """Find whose token it is; each is checked, and what its person may do is known until anything is committed."""
    signed_in, today = issuer.read(token), request.app.state.clock().date()

    def find() -> KeyInfo:
        with store.read() as session:
            return persons.find_person(session, signed_in.email, roles=signed_in.roles, today=today)

    return kept_of(request).get(data_key(request, "person", signed_in, today), find, size=lambda _: KEY_BYTES)


CallerDep = Annotated[KeyInfo, Depends(get_caller)]


def needs_admin(caller: CallerDep) -> KeyInfo:
    """Let pass only an admin's key that sees all accounts: one of some accounts could make itself a wider one.

    Raises:
        ForbiddenError: It is another key.
    """
    if caller.role != "admin" or caller.accounts is not None:
        raise ForbiddenError("this needs an admin's key for all accounts: `sottovoce key create --role admin`")
    return caller


AdminDep = Annotated[KeyInfo, Depends(needs_admin)]


async def known_parameters(request: Request) -> None:
    """Refuse a parameter that the route does not have: a filter with a slip in its name would filter nothing.

    Raises:
        ParameterError: Names it and the nearest one that the route has.
    """
    given = [value for _, value in request.query_params.multi_items()]
    for value in (*request.path_params.values(), *given):
        if "\0" in str(value):
            raise ParameterError("a value holds the character NUL, which no name or text has")
    asked = set(request.query_params)
    if not asked:
        return
    known = _parameters(request)
    for name in sorted(asked - set(known)):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        hint = f"did you mean {near[0]!r}? " if near else ""
        has = f"has {', '.join(known)}" if known else "has no parameters"
        raise ParameterError(f"parameter {name[:40]!r} is not known: {hint}This address {has}")


def _parameters(request: Request) -> Sequence[str]:
    route = getattr(request.scope.get("route"), "path_format", "")
    return description_of(request.app).parameters.get((route, request.method.lower()), ())


async def unchanged(request: Request, response: Response, caller: CallerDep) -> None:
    """Give a read its ETag; answer 304 before any query runs where the caller holds the same one.

    The data's version is known by now: finding the caller asked for it.

    It changes with anything that is committed to the store, with the question, and with the accounts that the key sees.

    Raises:
        NotModifiedError: Nothing changed.
    """
    if request.method != "GET":
        return
    asked = sorted(request.query_params.multi_items())
    parts = (
        version_of(request),
        request.app.state.settings,
        request.url.path,
        wanted_form(request),
        asked,
        caller.accounts,
        caller.role,
        *_besides(request, caller),
    )
    tag = f'W/"{hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'
    request.state.validators = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Accept"}
    held = request.headers.get("if-none-match", "")
    if tag.removeprefix("W/") in (one.strip().removeprefix("W/") for one in held.split(",")):
        raise NotModifiedError(request.state.validators)
    response.headers.update(request.state.validators)


# Answers that hold running clocks: what is due becomes overdue without a commit.
_CLOCKS = ("/v1/loops",)
_CLOCKS_LAST = ("/diagnosis",)
# Answers that are the key's own, whatever other keys with its role and accounts get.
_OWN = ("/v1/views", "/v1/jobs", "/v1/me")


def _besides(request: Request, caller: KeyInfo) -> tuple[str, str]:
    """Give what some answers hang on besides data, question and scope: the minute, or the key itself."""
    path = request.url.path
    runs = path.startswith(_CLOCKS) or path.endswith(_CLOCKS_LAST)
    minute = request.app.state.clock().strftime("%Y-%m-%d %H:%M") if runs else ""
    return minute, caller.key_id if path.startswith(_OWN) else ""


# What stands before every route under /v1, in this order; `create_app` puts it there. Only the first may read the
# database, in a thread; the others run where they are asked, as each change of threads waits behind what they compute.
GUARDS = [Depends(get_caller), Depends(known_parameters), Depends(unchanged)]
