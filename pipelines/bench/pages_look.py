"""A person with a browser and a watch: opens a page, changes a filter, and notes when something is to be read."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.bench.process import BenchError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZE = {"width": 1280, "height": 900}
WITHIN_S = 60.0
# Between two looks at the page.
LOOK_MS = 25
# What a page opens with: one sentence built from the numbers. Until it stands there, nothing can be read.
FIRST = "() => !!document.querySelector('h1.lead')?.textContent.trim()"
IDLE = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  return app && app.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton]') }"""
NUMBERS = "[...document.querySelectorAll('.stMain .sv')].map(one => one.textContent).join(' ').replace(/[^0-9]+/g, ' ')"
BAR = ".st-key-filter_bar button"


@dataclass(frozen=True)
class Opened:
    """Seconds from asking for a page until its first sentence stands there, and until all of it does."""

    first_s: float
    whole_s: float


@contextmanager
def tab(browser: "Browser") -> Iterator["Page"]:
    """Give a tab of a reader who was never here: no page of theirs is known to the server."""
    context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.set_default_timeout(WITHIN_S * 1000)
        yield page
    finally:
        context.close()


def open_page(page: "Page", address: str) -> Opened:
    """Open an address and wait until it rests.

    Raises:
        BenchError: It shows no sentence in time: it says that it can't be read, or nothing.
    """
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    first_s = _until(page, FIRST, started, what=f"{address} shows no first sentence")
    return Opened(first_s, _until(page, IDLE, started, what=f"{address} does not come to rest"))


def change_filter(page: "Page", label: str, value: str) -> float | None:
    """Choose a value of a filter; give the seconds until a number on the page is another. None without a filter bar.

    Where all numbers stay as they are (a page without any, say), it is the seconds until the page rests.

    Raises:
        BenchError: Nothing changes in time.
    """
    if not page.locator(BAR).count():
        return None
    page.locator(BAR).first.click()
    page.get_by_role("combobox", name=re.compile(rf"\b{label}$")).click()
    option = page.get_by_role("option", name=value, exact=True)
    option.wait_for()
    before = page.evaluate(NUMBERS)
    started = time.perf_counter()
    option.click()
    rests = f"document.querySelector('{BAR}').textContent.includes('{value}') && ({IDLE})()"
    changed = f"() => {NUMBERS} !== {before!r} || ({rests})"
    took = _until(page, changed, started, what=f"{page.url} shows the same with {label} {value}")
    _until(page, f"() => {rests}", started, what=f"{page.url} does not come to rest")
    for _ in ("the list", "the bar"):
        page.keyboard.press("Escape")
    return took


def _until(page: "Page", condition: str, started: float, *, what: str) -> float:
    """Give the seconds from `started` until a condition holds."""
    from playwright.sync_api import TimeoutError as PassedError

    try:
        page.wait_for_function(condition, polling=LOOK_MS)
    except PassedError as error:
        shown = page.locator(".stMain").first.inner_text()[:300]
        raise BenchError(f"{what} within {WITHIN_S:.0f} s; it says: {shown!r}") from error
    return time.perf_counter() - started
