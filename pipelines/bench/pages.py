"""Look at every page of the dashboard over a seeded store: seconds to the first sentence, after a filter, and memory.

API and dashboard are processes of their own, the reader is Chromium. All of it is this machine.
"""

import os
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.store.repositories.keys import create_key, revoke_key
from pipelines.bench.load import home_environment, read_stock
from pipelines.bench.pages_look import change_filter, open_page, tab
from pipelines.bench.pages_served import Pages, cpu_s, find_browser, machine_cpu_s, open_browser, serve_pages
from pipelines.bench.process import BenchError, Measured
from pipelines.bench.records import Records
from pipelines.bench.served import Served, serve
from pipelines.stage import Bench

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BENCH = "pages"
ROUNDS, SEED = 3, 7
SERVER = "server"
# Page -> its address; the theme and the account are put in.
PAGES = {
    "overview": "/",
    "themes": "/themes",
    "theme": "/theme?key={theme}",
    "accounts": "/accounts",
    "account": "/account?id={account}",
    "journey": "/journey",
    "map": "/map",
    "loops": "/loops",
    "retention": "/retention",
    "search": "/search?q=support",
    "data": "/data",
}
# What is changed on a page: names of filters and values as they stand in the bar. An account is of one segment.
FILTERS = {"role": ("Role", "Champion"), "segment": ("Segment", "Enterprise")}
ONE_SEGMENT = ("account",)
# Pages that are open side by side when the memory is looked at.
SIDE_BY_SIDE = ("overview", "themes", "account")
THEME = "sales_delivery_mismatch"
# Another period than the pages': what is warm are the processes, not the answers.
WARM_PERIOD, WARM_WINDOWS, WARM_AT_ONCE = "180d", range(60, 76), 4

Say = Callable[[str], None]


@dataclass(frozen=True)
class Site:
    """What is looked at: API, pages and the way to each page."""

    answers: Served
    pages: Pages
    addresses: Mapping[str, str]

    def cpu_s(self) -> float:
        """Processor seconds that API and dashboard have used."""
        return self.answers.cpu_s() + self.pages.cpu_s()


def measure_pages(
    bench: Bench,
    *,
    rounds: int = ROUNDS,
    only: Sequence[str] = (),
    browser: str = "",
    folder: Path,
    say: Say,
) -> None:
    """Look at every page once a round, and keep what came out in the records of a folder.

    Each round has servers of its own, so that no page was answered before. Before it every page is opened once with
    another period: what a server does once in its life is not in the figures.

    Raises:
        BenchError: An unknown page, no Chromium, a server that does not start, or a page that shows nothing.
    """
    unknown = [name for name in only if name not in PAGES]
    if unknown:
        raise BenchError(f"pages {unknown} are not known: use {', '.join(PAGES)}")
    path, names = find_browser(browser), list(only or PAGES)
    database, records = bench.store.engine.dialect.name, Records(folder, BENCH)
    records.forget([f"{BENCH}/{database}/{name}" for name in (*names, SERVER)])
    for number in range(rounds):
        random.Random(SEED + number).shuffle(names)
        with open_site(bench) as site, open_browser(path) as opened:
            _warm(site, opened, names)
            for name, load, measured in _round(site, opened, names):
                records.add(f"{BENCH}/{database}/{name}", number, steps={"main": measured}, load_before=load)
                say(f"round {number + 1} of {rounds}: {name}: {_line(measured)}")


@contextmanager
def open_site(bench: Bench) -> Iterator[Site]:
    """Serve API and pages over a store, with a key for the time of it."""
    stock = read_stock(bench)
    # All pages show one key, and one reader does not open eleven pages a minute.
    home = {**home_environment(bench.settings), "SOTTOVOCE_RATE_PER_S": "0"}
    theme = THEME if THEME in stock.themes else stock.themes[0]
    account = stock.accounts[len(stock.accounts) // 2]
    addresses = {name: path.format(theme=theme, account=account) for name, path in PAGES.items()}
    with ExitStack() as stack:
        key = stack.enter_context(_key(bench))
        answers = stack.enter_context(serve(home))
        shown = {**home, "SOTTOVOCE_API_URL": answers.url, "SOTTOVOCE_API_KEY": key}
        pages = stack.enter_context(serve_pages(shown))
        _ask_api(answers.url, key)
        yield Site(answers, pages, {name: pages.url + address for name, address in addresses.items()})


@contextmanager
def _key(bench: Bench) -> Iterator[str]:
    with bench.store.write() as session:
        info, secret = create_key(session, bench.vault, name=BENCH, role="admin", now=datetime.now(UTC))
    try:
        yield secret
    finally:
        with bench.store.write() as session:
            revoke_key(session, info.key_id, now=datetime.now(UTC))


def _ask_api(url: str, key: str) -> None:
    """Let each process of the API read its columns: it does so once after each change of the data."""

    def ask(days: int) -> None:
        asked = urllib.request.Request(f"{url}/v1/scores?window={days}d", headers={"Authorization": f"Bearer {key}"})
        try:
            urllib.request.urlopen(asked, timeout=60).close()
        except (urllib.error.URLError, OSError) as error:
            raise BenchError(f"the API does not answer {asked.full_url}: {error}") from error

    with ThreadPoolExecutor(WARM_AT_ONCE) as pool:
        list(pool.map(ask, WARM_WINDOWS))


def _warm(site: Site, browser: "Browser", names: Sequence[str]) -> None:
    for address in (site.addresses[name] for name in names):
        with tab(browser) as page:
            open_page(page, f"{address}{'&' if '?' in address else '?'}period={WARM_PERIOD}")


def _round(site: Site, browser: "Browser", names: Sequence[str]) -> Iterator[tuple[str, float, Measured]]:
    """Look at each page, then at the memory; gives the machine's load before each."""
    started, spent, busy, used = time.perf_counter(), site.cpu_s(), machine_cpu_s(), cpu_s(os.getpid())
    peak, load = 0.0, os.getloadavg()[0]
    for name in names:
        before, cpu = os.getloadavg()[0], site.cpu_s()
        wall, result = time.perf_counter(), _look(site, browser, name)
        mib = site.pages.mib()
        peak = max(peak, mib)
        cost = round(site.cpu_s() - cpu, 2)
        yield name, before, Measured(round(time.perf_counter() - wall, 2), cost, round(mib, 1), result)
    three = _side_by_side(site, browser)
    wall = time.perf_counter() - started
    others = machine_cpu_s() - busy - (cpu_s(os.getpid()) - used)
    result = {
        "three_mib": round(three, 1),
        "api_mib": round(site.answers.peak_mib, 1),
        "others_cores": round(max(0.0, others / wall), 2),
    }
    cost = round(site.cpu_s() - spent, 2)
    yield SERVER, load, Measured(round(wall, 2), cost, round(max(peak, three), 1), result)


def _look(site: Site, browser: "Browser", name: str) -> dict[str, Any]:
    with tab(browser) as page:
        opened = open_page(page, site.addresses[name])
        result = {"first_s": round(opened.first_s, 3), "whole_s": round(opened.whole_s, 3)}
        for filter_, (label, value) in FILTERS.items():
            if name in ONE_SEGMENT and filter_ == "segment":
                continue
            took = change_filter(page, label, value)
            if took is not None:
                result[f"{filter_}_s"] = round(took, 3)
    return result


def _side_by_side(site: Site, browser: "Browser") -> float:
    """Open three pages of three readers, and give the memory of the dashboard's processes, MiB."""
    with ExitStack() as stack:
        for name in SIDE_BY_SIDE:
            open_page(stack.enter_context(tab(browser)), site.addresses[name])
        return site.pages.mib()


def _line(measured: Measured) -> str:
    said = ", ".join(f"{name} {value:g}" for name, value in measured.result.items())
    return f"{said}; {measured.cpu_s:g} processor s, {measured.peak_mib:.0f} MiB"
