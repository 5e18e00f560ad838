"""`python -m tests.e2e.overload`: ask a served store at twice the stated rate, slow clients beside it; does it recover?

Open loop: questions go out at fixed moments, answered or not. Calm, then pressed, then calm again.
"""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer

from pipelines.bench.load import RATE_PER_S, made_keys, percentile, read_stock
from pipelines.bench.questions import draw_questions
from pipelines.bench.served import serve
from pipelines.settings import Settings
from pipelines.stage import Bench

CALM_PER_S, CALM_S = 4.0, 20
# Between the pressed phase and the calm one after it: what had been taken on is answered.
REST_S = 15
TIMEOUT_S = 60.0
SHED = (429, 503)
# 404: a theme that none of the CSM's accounts speaks of is not there for them.
GOOD = (200, 404)
# The calm phase afterwards may be slower by so much: both lie on a machine that does other things.
SLOWER, SLOWER_MS = 2.0, 250.0


@dataclass
class Phase:
    """What came of one phase."""

    name: str
    statuses: Counter[int] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    took_ms: list[float] = field(default_factory=list)

    def p95(self) -> float:
        """Milliseconds that 95 of 100 answers with content took at most."""
        return percentile(sorted(self.took_ms), 0.95)

    def good(self) -> int:
        """Count the answers."""
        return sum(self.statuses[status] for status in GOOD)

    def line(self) -> str:
        """Say it."""
        ordered = sorted(self.took_ms)
        p50, p95, most = (percentile(ordered, share) for share in (0.5, 0.95, 1.0))
        shed = sum(self.statuses[status] for status in SHED)
        other = {status: n for status, n in self.statuses.items() if status not in (*GOOD, *SHED)}
        asked = self.statuses.total() + self.failed.total()
        wrong = f", others {other}, no answer {dict(self.failed)}"
        return f"{self.name:<10}{asked:>7}{self.good():>8}{shed:>7}{p50:>9.0f}{p95:>9.0f}{most:>9.0f}{wrong}"


async def ask(client: httpx.AsyncClient, path: str, key: str, phase: Phase) -> None:
    """Ask once."""
    began = time.perf_counter()
    try:
        answer = await client.get(path, headers={"Authorization": f"Bearer {key}"})
    except httpx.HTTPError as error:
        phase.failed[type(error).__name__] += 1
        return
    phase.statuses[answer.status_code] += 1
    if answer.status_code in GOOD:
        phase.took_ms.append((time.perf_counter() - began) * 1000)


async def press(
    client: httpx.AsyncClient, questions: Iterator[tuple[str, str]], phase: Phase, *, per_s: float, seconds: float
) -> None:
    """Ask at a rate, and wait for what was asked."""
    began, waiting = time.perf_counter(), set()
    for turn in range(round(per_s * seconds)):
        await asyncio.sleep(max(0.0, began + turn / per_s - time.perf_counter()))
        path, key = next(questions)
        waiting.add(asyncio.create_task(ask(client, path, key, phase)))
    await asyncio.gather(*waiting)


@contextmanager
def slow_clients(url: str, key: str, count: int) -> Iterator[None]:
    """Keep connections open that say half a request, half a body, or ask for much and never read."""
    head = f"Host: a\r\nAuthorization: Bearer {key}\r\n"
    said = (
        "GET /v1/themes HTTP/1.1\r\nHost: a\r\n",
        f"POST /v1/views HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: 90\r\n\r\n{{",
        f"GET /v1/comments.csv HTTP/1.1\r\n{head}\r\n" * 10,
    )
    address = urlsplit(url)
    with ExitStack() as stack:
        for number in range(count):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect((address.hostname, address.port))
            one.sendall(said[number % len(said)].encode())
        yield


async def run(
    url: str, questions: Sequence[tuple[str, str]], *, per_s: float, seconds: float, slow: int
) -> list[Phase]:
    """Go through the phases."""
    before, pressed, after = Phase("calm"), Phase("pressed"), Phase("calm again")
    asked = cycle(questions)
    # The server ends idle connections after 5 s: none is asked over at that very moment.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50, keepalive_expiry=2.0)
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, limits=limits) as client:
        await press(client, asked, before, per_s=CALM_PER_S, seconds=CALM_S)
        with slow_clients(url, questions[0][1], slow):
            await press(client, asked, pressed, per_s=per_s, seconds=seconds)
        await asyncio.sleep(REST_S)
        await press(client, asked, after, per_s=CALM_PER_S, seconds=CALM_S)
    return [before, pressed, after]


def main(
    home: Annotated[Path, typer.Option("--home", help="Home of a store that was analysed; two keys are made in it.")],
    seconds: Annotated[int, typer.Option("--seconds", min=5, help="How long it is pressed.")] = 600,
    rate: Annotated[float, typer.Option("--rate", min=1, help="Requests a second then.")] = 2 * RATE_PER_S,
    slow: Annotated[int, typer.Option("--slow", min=0, help="Slow clients beside them.")] = 60,
    processes: Annotated[int, typer.Option("--processes", min=1)] = 1,
) -> None:
    """Press a server and see whether it sheds what it can't answer, and is as before afterwards."""
    settings = Settings(home=home.resolve())
    bench = Bench(settings, settings.store(), settings.vault())
    bench.store.migrate()
    stock = read_stock(bench)
    drawn = draw_questions("all", stock, count=round(rate * seconds) + 500, seed=7)
    environment = {
        "SOTTOVOCE_HOME": str(settings.home),
        "SOTTOVOCE_DATABASE_URL": "",
        "SOTTOVOCE_SECRET_FILE": str(settings.secret_path),
        "SOTTOVOCE_PROCESSES": str(processes),
    }
    with made_keys(bench, stock) as keys, serve(environment) as served:
        questions = [(one.path, keys[one.key]) for one in drawn]
        phases = asyncio.run(run(served.url, questions, per_s=rate, seconds=seconds, slow=slow))
        served.look()
    typer.echo(f"{rate:g} a second for {seconds} s, {slow} slow clients, {processes} process(es)")
    typer.echo(f"{'phase':<10}{'asked':>7}{'good':>8}{'shed':>7}{'p50 ms':>9}{'p95 ms':>9}{'most ms':>9}")
    for one in phases:
        typer.echo(one.line())
    typer.echo(f"peak {served.peak_mib:.0f} MiB")
    before, _, after = phases
    wrong = [one.name for one in phases if one.failed or set(one.statuses) - {*GOOD, *SHED}]
    slower = after.p95() > max(SLOWER * before.p95(), before.p95() + SLOWER_MS)
    if slower or after.good() < after.statuses.total():
        wrong.append("it did not recover")
    if wrong:
        typer.echo(f"not as it must be: {', '.join(wrong)}")
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
