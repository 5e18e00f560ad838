"""Each page opens, in the light and in the dark: nothing goes wrong behind it, all can read it, nothing sticks out."""

import pytest

from tests.browser.conftest import AXE, OpenReader
from tests.browser.reading import PAGES, PHONE, Reader

BAD = ("serious", "critical")
# Rules of axe-core that are not in our power: none so far. Name the rule, the page and the reason here.
NOT_OURS: dict[str, str] = {}
# Places that a page does not show at first.
STATES = {
    "no answer in the slice": "/?tier=none",
    "no such theme": "/theme?key=nothing",
    "nothing found": "/search?q=zzyzx&mode=words",
    "a cell is open": "/theme?key=sales_delivery_mismatch&cell=champion.onboarding",
    "loops that are late": "/loops?show=overdue",
}


def violations(reader: Reader, axe: str | None) -> list[str]:
    """Give what axe-core finds serious or critical: the rule, where, and what to do; nothing where it is not."""
    if axe is None:
        return []
    reader.page.evaluate(axe)
    found = reader.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']} at {node['target']}: {node['html'][:200]} - {node['failureSummary']}"
        for one in found
        if one["impact"] in BAD and one["id"] not in NOT_OURS
        for node in one["nodes"]
    ]


def test_axe_looks_at_the_pages():
    if not AXE.exists():
        pytest.skip("axe-core is not here, so no page was checked with it: `make test-browser` gets it where npm is")


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_in_light_and_fits_a_phone(open_reader: OpenReader, axe: str | None, name: str):
    with open_reader() as reader:
        reader.open(PAGES[name])
        assert reader.sentence
        assert violations(reader, axe) == []
        assert reader.too_wide() == []
        reader.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        reader.page.wait_for_timeout(300)  # charts draw themselves anew
        assert reader.too_wide() == []
        assert reader.wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_in_dark(open_reader: OpenReader, axe: str | None, name: str):
    with open_reader(mode="dark") as reader:
        reader.open(PAGES[name])
        assert reader.page.locator(".sv-dark").count()
        assert reader.page.locator(".sv-light").count() == 0
        assert violations(reader, axe) == []
        assert reader.wrong == []


@pytest.mark.parametrize("name", STATES)
def test_state_of_a_page_can_be_read_by_all(reader: Reader, axe: str | None, name: str):
    reader.open(STATES[name])
    assert violations(reader, axe) == []


def test_what_opens_on_a_click_can_be_read_by_all(reader: Reader, axe: str | None):
    reader.open(PAGES["theme"])
    reader.page.locator(".st-key-filter_bar button").first.click()
    reader.page.get_by_role("combobox", name="Role").wait_for()
    assert violations(reader, axe) == []
    reader.page.keyboard.press("Escape")
    reader.page.get_by_role("button", name="Rename").click()
    reader.page.get_by_role("dialog").get_by_label("New name").wait_for()
    assert violations(reader, axe) == []
