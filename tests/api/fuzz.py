"""`python -m tests.api.fuzz`: schemathesis over the whole OpenAPI with a key of each kind; prints what was answered.

On SQLite and on PostgreSQL. Fails where an answer is none that the description has, a 5xx, or shows a CSM another's.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Annotated

import typer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import create_app
from api.settings import ApiSettings
from api.writers import Services
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.conftest import KEYS, MADE_AT
from tests.api.test_access import BOUND
from tests.api.test_fuzz import fuzz, written
from tests.api.world import plant
from tests.conftest import SECRET
from tests.servers import server_of
from tests.verdict import end_with


class Counted:
    """Middleware: counts answers by their status."""

    def __init__(self, app: ASGIApp, statuses: Counter[int]) -> None:
        self._app, self._statuses = app, statuses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._statuses[message["status"]] += 1
            await send(message)

        await self._app(scope, receive, answer)


@contextmanager
def planted(database: str, folder: Path) -> Iterator[Store]:
    """Open a store of the planted world on a database."""
    with server_of(database) as server:
        store = Store(server or f"sqlite:///{folder / 'sottovoce.db'}")
        store.migrate()
        plant(store)
        yield store
        store.close()


def ask_all(store: Store, folder: Path, key: str, examples: int, *, seed: int | None) -> tuple[Counter[int], str]:
    """Ask every operation with one kind of key; gives the statuses, and what was wrong."""
    vault, (role, accounts) = Vault(SECRET), KEYS[key]
    with store.write() as session:
        _, secret = create_key(session, vault, name=key, role=role, now=MADE_AT, accounts=accounts)
        _, admin = create_key(session, vault, name="writes", role="admin", now=MADE_AT)
    app = create_app(ApiSettings(rate_per_s=0), store, vault, services=Services(uploads=folder / "uploads"))
    statuses: Counter[int] = Counter()
    app.add_middleware(Counted, statuses=statuses)
    there, wrong = written(app, admin), ""
    try:
        fuzz(app, secret, bound=key in BOUND, examples=examples, there=there, seed_of=seed)
    except (Exception, BaseExceptionGroup) as error:
        wrong = f"{type(error).__name__}: {str(error)[:2000]}"
    return statuses, wrong


def main(
    examples: Annotated[int, typer.Option("--examples", min=1, help="Of each operation, fitting and wrong ones.")] = 20,
    on: Annotated[str, typer.Option("--on", help="sqlite,postgresql")] = "sqlite,postgresql",
    keys: Annotated[str, typer.Option("--keys", help="Kinds of keys, joined by commas.")] = ",".join(KEYS),
    seed: Annotated[int, typer.Option("--seed")] = 1,
) -> None:
    """Ask, and print counts by database, kind of key and status."""
    wrong = []
    typer.echo(f"{'database':<12}{'key':<13}{'requests':>9}{'seconds':>9}  statuses")
    for database, key in product(on.split(","), keys.split(",")):
        began = time.perf_counter()
        with (
            tempfile.TemporaryDirectory(prefix="sv_ask_", ignore_cleanup_errors=True) as folder,
            planted(database, Path(folder)) as store,
        ):
            found, error = ask_all(store, Path(folder), key, examples, seed=seed)
        told = ", ".join(f"{status}: {n}" for status, n in sorted(found.items()))
        typer.echo(f"{database:<12}{key:<13}{found.total():>9}{time.perf_counter() - began:>9.0f}  {told}")
        wrong += [f"{database}, {key}: {error}"] if error else []
    end_with(wrong)


if __name__ == "__main__":
    typer.run(main)
