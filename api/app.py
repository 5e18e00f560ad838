"""Put the API together. The store, the vault and a query embedder are handed in; nothing here reads the environment."""

from pathlib import Path
from typing import Any, Protocol

from fastapi import FastAPI

from api import errors
from api.routers import accounts, coverage, health, scores, themes
from api.schemas.base import Problem
from api.settings import ApiSettings
from data.errors import SecretError
from data.store.unit_of_work import Store
from data.store.vault import Vault

DESCRIPTION = """What customers say, by theme, role and stage: each score with the comments under it.

Every route under `/v1` wants `Authorization: Bearer KEY` (`sottovoce key create` makes one). Every list has a stable
order and a cursor; every answer says the period it looks at (`as_of`, `since` or `window=90d`). Errors have one shape,
`application/problem+json`.
"""


class QueryEmbedder(Protocol):
    """Turns a search into a vector; handed in, so that the API reaches no model library."""

    def embed(self, texts: list[str]) -> Any:  # noqa: ANN401 - an array of (n, dim) float32
        """Embed texts."""


def create_app(settings: ApiSettings, store: Store, vault: Vault, embedder: QueryEmbedder | None = None) -> FastAPI:
    """Make the application over an open store."""
    # No /docs: its page loads scripts from the net. /openapi.json describes everything.
    app = FastAPI(title="Sottovoce", version=settings.version, description=DESCRIPTION, docs_url=None, redoc_url=None)
    app.state.settings, app.state.store, app.state.vault, app.state.embedder = settings, store, vault, embedder
    errors.install(app)
    for router in (health.router, accounts.router, themes.router, scores.router, coverage.router):
        app.include_router(router)
    plain = app.openapi

    def described() -> dict[str, Any]:
        # `Problem` stands in no route's signature, so its schema is added by hand.
        schema = plain()
        schema["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
        return schema

    app.openapi = described  # type: ignore[method-assign]
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
