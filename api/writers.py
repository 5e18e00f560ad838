"""What routes that put work down share: who may, the answer under an `Idempotency-Key`, and waking the worker."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from api.access import CallerDep
from api.errors import ForbiddenError, ParameterError, SlowError
from data.store.repositories.idempotency import Request as Claim
from data.store.repositories.idempotency import claim, keep
from data.store.repositories.keys import KeyInfo
from data.store.unit_of_work import Session

# Seconds without a byte after which a sender is given up.
IDLE_S = 60.0
WORK, LOOK = "work", "look"
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A name that you make up for this request (a UUID, say). Asked again with it and the same body, "
        "the answer is the same and nothing is done twice; kept for a day at least.",
    ),
]


@dataclass(frozen=True)
class Services:
    """What the composition root hands in: how the worker is woken, and where uploads lie (None: nowhere)."""

    wake: Callable[[str], None] = field(default=lambda _task: None)
    uploads: Path | None = None


def _needs(*roles: str, everything: bool) -> Callable[[KeyInfo], KeyInfo]:
    wanted = " or ".join(roles)

    def check(caller: CallerDep) -> KeyInfo:
        """Let pass only keys of these roles."""
        if caller.role not in roles or (everything and caller.accounts is not None):
            of_all = " for all accounts" if everything else ""
            raise ForbiddenError(f"this needs a key of role {wanted}{of_all}: `sottovoce key create` makes one")
        return caller

    return check


# Who may post comments (a key of some accounts: for these), and who may touch what belongs to all accounts.
PosterDep = Annotated[KeyInfo, Depends(_needs("csm", "analyst", "admin", everything=False))]
AnalystDep = Annotated[KeyInfo, Depends(_needs("analyst", "admin", everything=True))]


def now_of(request: Request) -> datetime:
    """Give the time that the application's clock says."""
    now: datetime = request.app.state.clock()
    return now


def once(
    request: Request,
    session: Session,
    caller: KeyInfo,
    *,
    chosen: str | None,
    body: object,
    act: Callable[[], dict[str, Any]],
) -> tuple[dict[str, Any], bool]:
    """Do what a write asks for, unless the same request was answered before. Returns the answer, and whether it was.

    Raises:
        RepeatedKeyError: The key came with another body.
    """
    if chosen is None:
        return act(), False
    vault = request.app.state.vault
    told = json.dumps(body, sort_keys=True, default=str)
    place = Claim(
        caller.key_id,
        vault.hash(f"idempotency\x1f{request.method} {request.url.path}\x1f{chosen}"),
        vault.hash(f"request\x1f{told}"),
    )
    before = claim(session, place, now=now_of(request))
    if before is not None:
        return before, True
    answer = act()
    keep(session, place, answer)
    return answer, False


async def chunks_of(request: Request, *, idle_s: float = IDLE_S) -> AsyncIterator[bytes]:
    """Give a body as it comes in; a slow sender holds no thread, and one that stopped is given up.

    Raises:
        SlowError: Nothing came for so long.
    """
    stream = request.stream().__aiter__()
    while True:
        try:
            yield await asyncio.wait_for(anext(stream), idle_s)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise SlowError(f"nothing came for {idle_s:.0f} s: send the request again") from error


def read_json(raw: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Read a body.

    Raises:
        ParameterError: It is not JSON.
    """

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no number in JSON")

    try:
        return json.loads(raw, parse_constant=refuse)
    except RecursionError as error:
        raise ParameterError("the body nests too deeply: send one object with a list of rows") from error
    except ValueError as error:
        raise ParameterError(f"the body is not JSON ({str(error)[:120]}): send it as application/json") from error
