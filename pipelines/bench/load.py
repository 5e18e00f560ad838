"""Ask a served store as users do, at a steady rate: times by route, errors, and the server's memory.

The store is a seeded one, the server a process of its own, the asker locust in a third. All of it is this machine.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.store.queries.clock import newest_record
from data.store.queries.load import account_ids, first_record, theme_keys
from data.store.repositories.keys import create_key, revoke_key
from pipelines.bench.process import BenchError, Measured
from pipelines.bench.questions import CSM, MIXES, VIEWER, Stock, draw_questions
from pipelines.bench.records import Records
from pipelines.bench.served import Served, serve
from pipelines.settings import Settings
from pipelines.stage import Bench

BENCH = "load"
RATE_PER_S, SECONDS, WARM_UP_S = 20.0, 60, 10
# Questions a user asks in a second: with two seconds between them, an answer under two seconds delays nothing.
PER_USER_S = 0.5
OWN_ACCOUNTS = 20
SEED = 7
# Rate and time are bounded: this is a measurement of one's own server, not a tool to press another's.
MOST_RATE, MOST_SECONDS = 200.0, 600
ERROR_CHARS = 600

Say = Callable[[str], None]


@dataclass(frozen=True)
class Times:
    """Milliseconds of one route, and what went wrong."""

    n: int
    p50: float
    p95: float
    p99: float
    most: float
    errors: int
    first_error: str


def percentile(ordered: Sequence[float], share: float) -> float:
    """Give the value that this share of the values does not pass (nearest rank); values ascending."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def times_of(samples: Sequence[tuple[str, float, str]]) -> dict[str, Times]:
    """Sum samples (route, milliseconds, error) up by route. Failed answers are counted, and timed with the others."""
    by_route: dict[str, list[tuple[float, str]]] = {}
    for name, took, error in samples:
        by_route.setdefault(name, []).append((took, error))
    found = {}
    for name, taken in sorted(by_route.items()):
        ordered = sorted(took for took, _ in taken)
        errors = [error for _, error in taken if error]
        p50, p95, p99 = (percentile(ordered, share) for share in (0.5, 0.95, 0.99))
        found[name] = Times(len(taken), p50, p95, p99, ordered[-1], len(errors), errors[0] if errors else "")
    return found


def measure_load(
    bench: Bench,
    mixes: Sequence[str],
    *,
    seconds: int = SECONDS,
    rate_per_s: float = RATE_PER_S,
    warm_up_s: int = WARM_UP_S,
    folder: Path,
    say: Say,
) -> dict[str, Measured]:
    """Serve the store, ask each mix in turn, and keep what came out in the records of a folder.

    Raises:
        BenchError: An unknown mix, a rate or time over the bounds, or a server or locust that fails.
    """
    unknown = [mix for mix in mixes if mix not in MIXES]
    if unknown or not 0 < rate_per_s <= MOST_RATE or not 0 < seconds <= MOST_SECONDS:
        raise BenchError(
            f"mixes {list(mixes)}, {rate_per_s:g} a second, {seconds} s: use {', '.join(MIXES)}, "
            f"at most {MOST_RATE:g} a second and {MOST_SECONDS} s"
        )
    stock = read_stock(bench)
    database = bench.store.engine.dialect.name
    records = Records(folder, BENCH)
    # Some more than can be asked: a list that runs out ends the run.
    count = math.ceil(rate_per_s * (seconds + warm_up_s) * 1.2)
    found = {}
    with made_keys(bench, stock) as keys, serve(home_environment(bench.settings)) as served:
        for mix in mixes:
            plan = {
                "questions": [asdict(one) for one in draw_questions(mix, stock, count=count, seed=SEED)],
                "keys": keys,
                "seed": SEED,
                "per_user_s": PER_USER_S,
                "warm_up_s": warm_up_s,
            }
            load = os.getloadavg()[0]
            found[mix] = _asked(served, plan, seconds=seconds, rate_per_s=rate_per_s, warm_up_s=warm_up_s)
            task = f"{BENCH}/{database}/{mix}"
            records.forget([task])
            records.add(task, 0, steps={"main": found[mix]}, load_before=load)
            say(_line(database, mix, found[mix]))
    return found


def read_stock(bench: Bench) -> Stock:
    """Read what can be asked about.

    Raises:
        BenchError: The store is empty.
    """
    with bench.store.read() as session:
        accounts, newest = account_ids(session), newest_record(session)
        first = first_record(session)
        themes, discovered = theme_keys(session, "taxonomy"), theme_keys(session, "discovered")
    if not accounts or not themes or first is None:
        raise BenchError("the store holds nothing to ask about: sottovoce bench seed --home DIR first")
    step = max(1, len(accounts) // OWN_ACCOUNTS)
    return Stock(accounts, accounts[::step][:OWN_ACCOUNTS], themes, discovered, max(1, (newest - first).days))


@contextmanager
def made_keys(bench: Bench, stock: Stock) -> Iterator[dict[str, str]]:
    """Give two keys for the time of the measurement: role -> secret."""
    secrets, made = {}, []
    with bench.store.write() as session:
        for role, accounts in ((VIEWER, None), (CSM, list(stock.own))):
            now = datetime.now(UTC)
            info, secrets[role] = create_key(session, bench.vault, name="bench", role=role, now=now, accounts=accounts)
            made.append(info.key_id)
    try:
        yield secrets
    finally:
        with bench.store.write() as session:
            for key_id in made:
                revoke_key(session, key_id, now=datetime.now(UTC))


def home_environment(settings: Settings) -> dict[str, str]:
    """Give the variables with which a process of its own opens the same store."""
    return {
        "SOTTOVOCE_HOME": str(settings.home),
        "SOTTOVOCE_DATABASE_URL": settings.database_url,
        "SOTTOVOCE_SECRET_FILE": str(settings.secret_path),
    }


def _asked(served: Served, plan: Mapping[str, Any], *, seconds: int, rate_per_s: float, warm_up_s: int) -> Measured:
    """Let locust ask, and sum up."""
    before = served.cpu_s()
    with tempfile.TemporaryDirectory() as scratch:
        out, file = Path(scratch) / "samples.json", Path(scratch) / "plan.json"
        file.write_text(json.dumps({**plan, "out": str(out)}))
        users = math.ceil(rate_per_s / PER_USER_S)
        words = [
            *(sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("locustfile.py"))),
            *("--headless", "--host", served.url, "--users", str(users), "--spawn-rate", str(users)),
            *("--run-time", f"{seconds + warm_up_s}s", "--stop-timeout", "5", "--only-summary"),
        ]
        done = subprocess.run(words, cwd=scratch, capture_output=True, text=True, check=False)
        if not out.exists():
            raise BenchError(f"locust ended with {done.returncode} and no times: {done.stderr[-ERROR_CHARS:]}")
        samples = [tuple(one) for one in json.loads(out.read_text())]
    served.look()
    times = times_of(samples)
    return Measured(
        wall_s=float(seconds),
        cpu_s=round(served.cpu_s() - before, 2),
        peak_mib=round(served.peak_mib, 1),
        result={
            "routes": {name: asdict(one) for name, one in times.items()},
            "asked_per_s": round(len(samples) / seconds, 2),
            "own_mib": round(served.peak_own_mib, 1),
            "worker_mib": round(served.peak_worker_mib, 1),
        },
    )


def _line(database: str, mix: str, measured: Measured) -> str:
    routes = "; ".join(_route(name, one) for name, one in measured.result["routes"].items())
    return f"{database} {mix} (p50/p95/p99): {routes}; {measured.cpu_s:.0f} processor s; {measured.peak_mib:.0f} MiB"


def _route(name: str, times: Mapping[str, Any]) -> str:
    wrong = f", {times['errors']} errors ({times['first_error']})" if times["errors"] else ""
    return f"{name} {times['p50']:.0f}/{times['p95']:.0f}/{times['p99']:.0f} ms{wrong}"
