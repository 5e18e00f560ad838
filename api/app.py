"""Put the API together. The store, the vault and a query embedder are handed in; nothing here reads the environment."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI

from api import errors
from api.access import GUARDS, KeyUse, known_parameters
from api.bodies import BodyProblems
from api.described import describe, list_routes
from api.exports import Suffixes
from api.kept import Kept
from api.limits import Buckets, Shed
from api.mcp import McpRoute
from api.observe import Metrics, Observe
from api.routers import (
    accounts,
    comments,
    corrections,
    counts,
    coverage,
    diagnosis,
    drivers,
    health,
    hooks,
    imports,
    incoming,
    issues,
    jobs,
    journey,
    keys,
    loops,
    map,
    mismatch,
    quarantine,
    retention,
    runs,
    sample,
    scores,
    slices,
    taxonomy,
    themes,
    timeline,
    views,
)
from api.settings import ApiSettings, OidcSettings, read_oidc
from api.writers import Services
from data.errors import SecretError
from data.store.unit_of_work import Store
from data.store.vault import Vault
from data.store.version import DataVersion

if TYPE_CHECKING:
    from api.oidc import Issuer

DESCRIPTION = """What customers say, by theme, role and stage: each score with the comments under it.

Every route under `/v1` wants `Authorization: Bearer KEY` (`sottovoce key create` makes one), or the token of a person's
own sign-in in its place where the operator set one up; a webhook shows its product's signature. Every list has a stable
order and a cursor, and comes whole as CSV with `Accept: text/csv` or `.csv` behind its address; a text in it that a
spreadsheet would read as a formula (it begins with = + - @, a tab or a line's end) has a `'` in front. As Parquet
(`Accept: application/vnd.apache.parquet`, `.parquet`) its columns have their types, texts as they are. Every answer
says the period it looks at (`as_of`, `since`, `window=90d` or `period=2026-Q3`). Reads have an ETag. A parameter that
an address does not have is refused. Errors have one shape, `application/problem+json`.
"""
ROUTERS = (
    accounts.router,
    diagnosis.router,
    timeline.router,
    # Before the themes: their last part of an address is a theme's key.
    counts.router,
    themes.router,
    issues.router,
    drivers.router,
    scores.router,
    coverage.router,
    comments.router,
    map.router,
    mismatch.router,
    keys.router,
    loops.router,
    journey.router,
    retention.router,
    views.router,
    slices.router,
    corrections.router,
    taxonomy.router,
    jobs.router,
    runs.router,
    sample.router,
    quarantine.router,
    imports.mappings_router,
)


class QueryEmbedder(Protocol):
    """Turns a search into a vector; handed in, so that the API reaches no model library."""

    @property
    def key(self) -> str:
        """Which model's vectors it makes: only these are compared with them."""

    @property
    def folder(self) -> Path | None:
        """Where the index of meanings lies, unless the database keeps it."""

    def load(self) -> None:
        """Load what the first search would wait for, if processes that are forked afterwards can use it."""

    def embed(self, texts: list[str]) -> Any:  # noqa: ANN401 - an array of (n, dim) float32
        """Embed texts."""


def create_app(
    settings: ApiSettings,
    store: Store,
    vault: Vault,
    embedder: QueryEmbedder | None = None,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    services: Services | None = None,
) -> FastAPI:
    """Make the application over an open store; `clock` says when a key was used and what the audit trail writes.

    `services` wake the worker and say where uploads lie; without them a worker looks for jobs once a minute.
    """
    # No /docs: its page loads scripts from the net. /openapi.json describes everything; `describe` serves it.
    app = FastAPI(
        title="Sottovoce",
        version=settings.version,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.settings, app.state.store, app.state.vault, app.state.embedder = settings, store, vault, embedder
    app.state.clock, app.state.metrics = clock, Metrics(settings.metrics_folder)
    app.state.services = services or Services()
    app.state.data_version = DataVersion(store)
    app.state.kept = Kept()
    app.state.issuer = _issuer(settings.oidc, clock) if settings.oidc else None
    app.state.key_use = KeyUse(app.state.data_version, clock)
    app.state.buckets = Buckets(settings.rate_per_s, settings.rate_burst)
    errors.install(app)
    _include(app, settings)
    app.state.mcp = McpRoute(app)
    app.router.routes.append(app.state.mcp.route())
    describe(app)
    app.add_middleware(BodyProblems)
    # The last one added is the outermost.
    app.add_middleware(Suffixes, lists=lambda: list_routes(app))
    app.add_middleware(Shed)
    app.add_middleware(Observe, metrics=app.state.metrics)
    return app


def _issuer(settings: OidcSettings, clock: Callable[[], datetime]) -> "Issuer":
    from api.oidc import Issuer  # Where nobody signs in, 6 MB of tokens and keys stay out of memory.

    return Issuer(settings, clock=lambda: clock().timestamp())


def _include(app: FastAPI, settings: ApiSettings) -> None:
    # A route that takes more (an import) says so itself: its own `max_body_size` wins.
    bound = settings.max_body_bytes
    app.include_router(health.router, dependencies=[Depends(known_parameters)], max_body_size=bound)
    for router in ROUTERS:
        app.include_router(router, dependencies=GUARDS, max_body_size=bound)
    app.include_router(incoming.router, dependencies=GUARDS, max_body_size=settings.max_batch_bytes)
    # No key: a signature stands for it.
    app.include_router(hooks.router, dependencies=[Depends(known_parameters)], max_body_size=settings.max_batch_bytes)
    app.include_router(imports.router, dependencies=GUARDS, max_body_size=settings.max_upload_bytes)


# Requests answered at once. One interpreter computes one at a time: more threads only hold memory (a count over a
# million comments takes some 20 MB while it is made) and make each wait longer. With three a list goes on beside a
# search and a count; one that waits for its turn to count holds a thread, too.
THREADS = 3


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    async with app.state.mcp.serve():
        yield


def open_app(
    database_url: str,
    secret_file: str | Path,
    *,
    settings: ApiSettings | None = None,
    oidc: Mapping[str, str] | None = None,
) -> FastAPI:
    """Open the store and the vault by their addresses and make the application, for a page that drives it in process.

    `oidc` are the words of `read_oidc`, as an environment has them.

    Raises:
        StoreError: The database can't be opened.
        SecretError: The secret can't be read.
    """
    wired = replace(settings or ApiSettings(), oidc=read_oidc(**(oidc or {})))
    return create_app(wired, Store(database_url), _vault(Path(secret_file)))


def _vault(secret_file: Path) -> Vault:
    try:
        return Vault(bytes.fromhex(secret_file.read_text().strip()))
    except (OSError, ValueError) as error:
        raise SecretError(f"can't read a secret from {secret_file} ({error}): run `sottovoce doctor`") from error
