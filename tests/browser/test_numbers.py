"""Numbers and the comments behind them: as many as the number says, and both follow the filters."""

import pytest

from dashboard.client import Client
from tests.browser.conftest import OpenReader
from tests.browser.reading import PAGES, NumberLink, Reader
from tests.browser.serving import Served
from tests.dashboard.counted import listed

# Pages that have numbers of comments.
COUNTING = ("overview", "themes", "theme", "accounts", "account", "journey", "map", "retention")
NO_NUMBERS = ("account", "retention")
# A list that a person reads to its end.
READ_TO_THE_END = 15


@pytest.fixture(scope="module")
def api(served: Served) -> Client:
    return Client(served.api, served.key)


def to_comments(reader: Reader) -> list[NumberLink]:
    """Give the numbers that lead to comments, each once."""
    return list(dict.fromkeys(one for one in reader.numbers() if one.path == "/search" and one.says is not None))


def not_listed(api: Client, shown: list[NumberLink]) -> list[tuple[str, str, int]]:
    """Give the numbers behind which the list has another number: the label, the address, and what is listed."""
    counted = ((one, listed(api, one.params)) for one in shown)
    return [(one.label, one.href, n) for one, n in counted if n != one.says]


@pytest.mark.parametrize("name", COUNTING)
def test_a_number_lists_as_many_comments_as_it_says(reader: Reader, api: Client, name: str):
    reader.open(PAGES[name])
    shown = to_comments(reader)
    assert shown or name in NO_NUMBERS
    assert not_listed(api, shown) == []
    short = [one for one in shown if one.seen and 0 < (one.says or 0) <= READ_TO_THE_END]
    if short:
        chosen = max(short, key=lambda one: one.says or 0)
        reader.follow(chosen.href)
        assert reader.sentence.replace("\u00a0", " ").startswith(f"{chosen.says:,} comment"), chosen
        assert len(reader.all_comments()) == chosen.says, chosen


def test_a_discovered_theme_lists_as_many_comments_as_it_says(reader: Reader, api: Client):
    reader.open("/themes")
    found = reader.page.locator("table.tree").nth(1).locator('tbody a[href^="/theme?"]:visible').first
    says = found.locator("xpath=ancestor::tr").locator("a.number").first.inner_text()
    reader.follow(found.get_attribute("href") or "")
    shown = to_comments(reader)
    assert says in {one.label for one in shown}
    assert not_listed(api, shown) == []


def test_a_cell_of_a_theme_lists_as_many_comments_as_it_says(reader: Reader):
    reader.open(PAGES["theme"])
    cells = [one for one in reader.numbers() if one.path == "/theme" and 0 < (one.says or 0) <= READ_TO_THE_END]
    one = max(cells, key=lambda cell: cell.says or 0)
    reader.follow(one.href)
    assert len(reader.all_comments()) == one.says, one


def test_each_choice_of_loops_lists_as_many_as_it_says(reader: Reader):
    reader.open(PAGES["loops"])
    ways = reader.page.locator("ul.ways a").evaluate_all(
        "all => all.map(one => [one.textContent, one.getAttribute('href')])"
    )
    assert ways
    for label, href in ways:
        says = NumberLink(label, href).says
        reader.open(href)
        more = reader.page.locator(".st-key-more_loops button")
        while more.count():
            n = reader.page.locator("article.owed").count()
            more.click()
            reader.page.wait_for_function(f"document.querySelectorAll('article.owed').length > {n}")
            reader.settle()
        assert reader.page.locator("article.owed").count() == says, label


@pytest.mark.parametrize("name", ["overview", "themes", "theme", "journey", "map", "search"])
def test_filters_change_numbers_and_comments_together(open_reader: OpenReader, api: Client, name: str):
    with open_reader() as reader:
        reader.open(PAGES[name])
        before = (reader.numbers(), reader.comments(), reader.sentence)
        reader.choose("Role", "Admin")
        assert reader.address[1]["role"] == "admin"
        assert reader.writers() <= {"Admin"}
        assert reader.comments() != before[1]
        if before[0]:
            assert reader.numbers() != before[0]
            assert {one.params.get("role") for one in reader.numbers() if one.path == "/search"} == {"admin"}
            assert not_listed(api, to_comments(reader)) == []
        else:
            assert reader.sentence != before[2]
        assert reader.wrong == []
