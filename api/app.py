"""Put the API together. The store, the vault and a query embedder are handed in; nothing here reads the environment."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from fastapi import Depends, FastAPI

from api import errors
from api.access import GUARDS, KeyUse, known_parameters
from api.bodies import BodyProblems
from api.described import describe, list_routes
from api.exports import CsvSuffix
from api.limits import Buckets
from api.observe import Metrics, Observe
from api.routers import accounts, coverage, health, keys, scores, themes
from api.settings import ApiSettings
from data.errors import SecretError
from data.store.unit_of_work import Store
from data.store.vault import Vault
from data.store.version import DataVersion

DESCRIPTION = """What customers say, by theme, role and stage: each score with the comments under it.

Every route under `/v1` wants `Authorization: Bearer KEY` (`sottovoce key create` makes one). Every list has a stable
order and a cursor, and comes whole as CSV with `Accept: text/csv` or `.csv` behind its address; a text in it that a
spreadsheet would read as a formula (it begins with = + - @, a tab or a line's end) has a `'` in front. Every answer
says the period it looks at (`as_of`, `since`, `window=90d` or `period=2026-Q3`). Reads have an ETag. A parameter that
an address does not have is refused. Errors have one shape, `application/problem+json`.
"""


class QueryEmbedder(Protocol):
    """Turns a search into a vector; handed in, so that the API reaches no model library."""

    def embed(self, texts: list[str]) -> Any:  # noqa: ANN401 - an array of (n, dim) float32
        """Embed texts."""


def create_app(
    settings: ApiSettings,
    store: Store,
    vault: Vault,
    embedder: QueryEmbedder | None = None,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """Make the application over an open store; `clock` says when a key was used and what the audit trail writes."""
    # No /docs: its page loads scripts from the net. /openapi.json describes everything.
    app = FastAPI(
        title="Sottovoce",
        version=settings.version,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings, app.state.store, app.state.vault, app.state.embedder = settings, store, vault, embedder
    app.state.clock, app.state.metrics = clock, Metrics()
    app.state.data_version = DataVersion(store)
    app.state.key_use = KeyUse(app.state.data_version, clock)
    app.state.buckets = Buckets(settings.rate_per_s, settings.rate_burst)
    errors.install(app)
    # A route that takes more (an import) says so itself: its own `max_body_size` wins.
    bound = settings.max_body_bytes
    app.include_router(health.router, dependencies=[Depends(known_parameters)], max_body_size=bound)
    for router in (accounts.router, themes.router, scores.router, coverage.router, keys.router):
        app.include_router(router, dependencies=GUARDS, max_body_size=bound)
    describe(app)
    app.add_middleware(BodyProblems)
    # The last one added is the outermost.
    app.add_middleware(CsvSuffix, lists=lambda: list_routes(app))
    app.add_middleware(Observe, metrics=app.state.metrics)
    return app


def open_app(database_url: str, secret_file: str | Path, *, settings: ApiSettings | None = None) -> FastAPI:
    """Open the store and the vault by their addresses and make the application, for a page that drives it in process.

    Raises:
        StoreError: The database can't be opened.
        SecretError: The secret can't be read.
    """
    return create_app(settings or ApiSettings(), Store(database_url), _vault(Path(secret_file)))


def _vault(secret_file: Path) -> Vault:
    try:
        return Vault(bytes.fromhex(secret_file.read_text().strip()))
    except (OSError, ValueError) as error:
        raise SecretError(f"can't read a secret from {secret_file} ({error}): run `sottovoce doctor`") from error
