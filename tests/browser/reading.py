"""A person with a browser: opens pages, follows links, and notes what goes wrong behind what they see."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Response, expect

# What each page is opened as. A theme and an account of the sample's planted stories.
PAGES = {
    "overview": "/",
    "themes": "/themes",
    "theme": "/theme?key=sales_delivery_mismatch",
    "accounts": "/accounts",
    "account": "/account?id=A07",
    "journey": "/journey",
    "map": "/map",
    "loops": "/loops",
    "retention": "/retention",
    "search": "/search",
    "data": "/data",
    "quarantine": "/data?part=quarantine",
    "runs": "/data?part=runs",
    "taxonomy": "/data?part=taxonomy",
    "keys": "/data?part=keys",
}
WIDE, PHONE = (1280, 900), (390, 844)
# Long enough for two cores that do other things too.
WITHIN_MS = 60_000
# Streamlit looks for its own server under a page's path before it looks at the root, and finds nothing there.
_PROBES = re.compile(r"/_stcore/(health|host-config)$")
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
DRAWN = ".sv h1, .sv .empty"
COMMENTS = "article.comment"
NUMBERS = "a.go.number"


@dataclass(frozen=True)
class NumberLink:
    """A number that leads somewhere; `seen` is false where it is folded away."""

    label: str
    href: str
    seen: bool = True

    @property
    def says(self) -> int | None:
        """The number, None of a label that says none, or a share."""
        found = re.search(r"\d[\d,]*(?!\d*\s*%)", self.label.replace("\u00a0", " "))
        return None if found is None or "%" in self.label else int(found.group().replace(",", ""))

    @property
    def path(self) -> str:
        """The page that it leads to."""
        return urlsplit(self.href).path

    @property
    def params(self) -> dict[str, str]:
        """The parameters of that page's address."""
        return dict(parse_qsl(urlsplit(self.href).query))


@dataclass
class Reader:
    """One tab of one reader."""

    page: Page
    base: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen."""
        self.page.set_default_timeout(WITHIN_MS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _PROBES.search(urlsplit(message.location["url"]).path):
            self.wrong.append(f"console: {message.text} ({message.location['url']})")

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(self.base):
            self.wrong.append(f"asked the net for {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not _PROBES.search(urlsplit(response.url).path):
            self.wrong.append(f"status {response.status} of {response.url}")

    def open(self, path: str) -> "Reader":
        """Open an address and wait until it is drawn."""
        self.page.goto(self.base + path)
        return self.settle()

    def settle(self) -> "Reader":
        """Wait until the page is drawn, its script rests, and nothing of the page before is left."""
        self.page.wait_for_selector(DRAWN)
        self.page.wait_for_selector(IDLE)
        self.page.wait_for_function("!document.querySelector('[data-testid=stSkeleton], [data-stale=true]')")
        return self

    def follow(self, href: str) -> "Reader":
        """Click the link with this address, as it stands on the page, and wait for the page behind it."""
        self.page.locator(f'a.go[href="{_css(href)}"]:visible').first.click()
        self.page.wait_for_url(lambda url: _same(url, self.base + href))
        return self.settle()

    def back(self) -> "Reader":
        """Go a step back."""
        self.page.go_back()
        return self.settle()

    def forward(self) -> "Reader":
        """Go a step forward."""
        self.page.go_forward()
        return self.settle()

    @property
    def address(self) -> tuple[str, dict[str, str]]:
        """Where the reader is: the path and its parameters."""
        parts = urlsplit(self.page.url)
        return parts.path, dict(parse_qsl(parts.query))

    @property
    def sentence(self) -> str:
        """What the page opens with."""
        return self.page.locator(".sv h1").first.inner_text()

    @property
    def shown(self) -> str:
        """What the filter bar says."""
        return self.page.locator(".st-key-filter_bar button").first.inner_text().replace("\u00a0", " ")

    def numbers(self) -> list[NumberLink]:
        """Give the numbers that lead somewhere."""
        script = "all => all.map(one => [one.textContent, one.getAttribute('href'), one.checkVisibility()])"
        return [NumberLink(*one) for one in self.page.locator(NUMBERS).evaluate_all(script)]

    def comments(self) -> list[str]:
        """Give the words of the comments on the page, also of those that are folded away."""
        script = "all => all.map(one => [...one.querySelectorAll('.quote')].at(-1)?.textContent ?? '')"
        found: list[str] = self.page.locator(COMMENTS).evaluate_all(script)
        return found

    def writers(self) -> set[str]:
        """Give the roles of those whose comments are on the page."""
        return set(self.page.locator(f"{COMMENTS} .who").evaluate_all("all => all.map(one => one.textContent)"))

    def more(self) -> bool:
        """Ask for more comments. Returns whether there were more."""
        button = self.page.locator('[class*="st-key-more_"] button:enabled')
        if not button.count():
            return False
        n = self.page.locator(COMMENTS).count()
        button.first.click()
        self.page.wait_for_function(f"document.querySelectorAll('{COMMENTS}').length > {n}")
        self.settle()
        return True

    def all_comments(self) -> list[str]:
        """Ask for more comments until there are no more, and give all."""
        while self.more():
            pass
        return self.comments()

    def choose(self, label: str, value: str) -> "Reader":
        """Choose a value of a filter in the bar."""
        self.page.locator(".st-key-filter_bar button").first.click()
        box = self.page.get_by_role("combobox", name=re.compile(rf"\b{label}$"))
        box.click()
        self.page.get_by_role("option", name=value, exact=True).click()
        expect(self.page.locator(".st-key-filter_bar button").first).to_contain_text(value)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Escape")
        return self.settle()

    def download(self, button: str) -> bytes:
        """Press a button that hands over a file; give the file."""
        with self.page.expect_download() as waited:
            self.page.get_by_role("button", name=button).click()
        return Path(waited.value.path()).read_bytes()

    def too_wide(self) -> list[str]:
        """Give what is wider than the window, outside of what scrolls by itself; none of it is the page's own width."""
        found: list[str] = self.page.evaluate(_TOO_WIDE)
        return found


_TOO_WIDE = """() => {
  const width = window.innerWidth, found = [];
  for (const one of [document.documentElement, document.body, document.querySelector('.stMain')])
    if (one && one.scrollWidth > width + 1) found.push(`${one.tagName}.${one.className} is ${one.scrollWidth} wide`);
  if (found.length) for (const one of document.querySelectorAll('.stMain .sv *')) {
    if (one.closest('.scroll, .pages ul')) continue;
    const box = one.getBoundingClientRect();
    if (box.right > width + 1) { found.push(`${one.tagName}.${one.className} ends at ${box.right}`); break; }
  }
  return found;
}"""


def _css(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _same(url: str, other: str) -> bool:
    one, two = urlsplit(url), urlsplit(other)
    return one.path == two.path and dict(parse_qsl(one.query)) == dict(parse_qsl(two.query))


@contextmanager
def reader(browser: Browser, base: str, *, mode: str = "light", size: tuple[int, int] = WIDE) -> Iterator[Reader]:
    """Give a reader who looks at light or dark pages in a window of a size; nobody remembers anything of another."""
    options: Mapping[str, Any] = {"viewport": {"width": size[0], "height": size[1]}, "color_scheme": mode}
    context = browser.new_context(**options)
    try:
        yield Reader(context.new_page(), base)
    finally:
        context.close()
