"""What a customer writes is text: it is read, and does nothing. Each page is shown theirs."""

from urllib.parse import quote

import pytest

from tests.browser import hostile
from tests.browser.conftest import OpenReader
from tests.browser.reading import PHONE, Reader

SLICE = f"industry={quote(hostile.INDUSTRY)}&period=all"
# With the filter all that is shown is theirs.
PAGES = {
    "overview": f"/?{SLICE}",
    "themes": f"/themes?{SLICE}",
    "theme": f"/theme?key=sales_delivery_mismatch&{SLICE}",
    "accounts": f"/accounts?{SLICE}",
    "account": f"/account?id={hostile.ACCOUNT}&{SLICE}",
    "journey": f"/journey?{SLICE}",
    "map": f"/map?{SLICE}",
    "loops": f"/loops?{SLICE}",
    "retention": f"/retention?{SLICE}",
    "search": f"/search?{SLICE}&pages=20",
    "found": f"/search?q=promised%20demo&{SLICE}&pages=20",
    "meant": f"/search?q=%3Cscript%3Ewindow.test%3D20%3C/script%3E&mode=meaning&{SLICE}",
}
# Pages whose comments are theirs, and how many of the hostile texts each shows at least.
SHOWING = {"overview": 3, "theme": 3, "account": 3, "journey": 2, "map": 2, "loops": 3, "search": 8, "found": 6}
# What Streamlit or a chart draws is not below a block of ours.
INJECTED = (
    ".sv script, .sv iframe, .sv marquee, .sv img, .sv video, .sv audio, .sv object, .sv embed, .sv style, "
    ".sv input, .sv math, .sv form, .sv [onload], .sv [onerror], .sv [onclick], .sv [onmouseover], .sv [onfocus], "
    ".sv [ontoggle], .sv [autofocus], a[href^='javascript' i], .stMain strong, .stMain .katex, "
    "[style*='stMarkdownColored']"
)


def assert_harmless(reader: Reader) -> None:
    """Check that nothing of what was written ran, was drawn, or pushed the page apart."""
    assert reader.page.evaluate("window.test") is None
    assert reader.page.locator(INJECTED).evaluate_all("all => all.map(one => one.outerHTML.slice(0, 200))") == []
    assert reader.too_wide() == []
    turned = "() => document.body.textContent.match(/[\\u202a-\\u202e\\u2066-\\u2069]/)"
    assert reader.page.evaluate(turned) is None
    assert reader.wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_shows_as_text_and_does_nothing(open_reader: OpenReader, name: str):
    with open_reader() as reader:
        reader.open(PAGES[name])
        # What is folded is opened, what reacts to the mouse is touched.
        reader.page.evaluate("document.querySelectorAll('.sv details').forEach(one => { one.open = true })")
        words = reader.page.locator(".stMain").inner_text()
        shown = {piece for piece in hostile.PIECES if hostile.PIECES[piece] in words}
        assert len(shown) >= SHOWING.get(name, 0), shown
        for one in reader.page.locator(".quote").all()[:3]:
            if one.is_visible():
                one.hover()
        assert_harmless(reader)
        reader.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        reader.page.wait_for_timeout(300)
        assert_harmless(reader)


def test_names_are_text_too(reader: Reader):
    reader.open(PAGES["account"])
    words = reader.page.locator(".stMain").inner_text()
    assert hostile.ACCOUNT_NAME in words
    assert "<marquee onstart=top['te'+'st']=11></marquee> Person 1" in words
    reader.open(PAGES["accounts"])
    assert hostile.ACCOUNT_NAME in reader.page.locator("table.accounts").inner_text()
    reader.page.locator(".st-key-filter_bar button").first.click()
    reader.page.get_by_role("combobox", name="Industry").wait_for()
    assert_harmless(reader)


def test_twenty_thousand_characters_open_on_a_click(reader: Reader):
    reader.open(f"/search?q={hostile.LONG_WORD[:20]}*&mode=words&period=all")
    long = reader.page.locator("article.comment").first
    long.get_by_text("Read all").click()
    assert len(reader.comments()[0]) > 19_000
    assert_harmless(reader)


def test_map_shows_hostile_text_under_the_mouse_as_text(reader: Reader):
    reader.open(PAGES["map"])
    reader.page.wait_for_selector(".js-plotly-plot .draglayer")
    for x, y in reader.page.evaluate(_POINTS):
        reader.page.mouse.move(x, y)
        reader.page.wait_for_timeout(120)
        if reader.page.locator(".hoverlayer").text_content():
            break
    else:
        pytest.fail("nothing is said under the mouse")
    assert reader.page.locator(".hoverlayer a, .hoverlayer image").count() == 0
    assert_harmless(reader)


# Where the first points lie on the screen.
_POINTS = """() => {
  const plot = document.querySelector('.js-plotly-plot'), box = plot.getBoundingClientRect();
  const { xaxis, yaxis } = plot._fullLayout, found = [];
  for (const trace of plot._fullData) for (let i = 0; i < Math.min(trace.x?.length ?? 0, 5); i += 1) {
    const x = box.left + xaxis._offset + xaxis.d2p(trace.x[i]), y = box.top + yaxis._offset + yaxis.d2p(trace.y[i]);
    if (Number.isFinite(x) && Number.isFinite(y)) found.push([x, y]);
  }
  return found.slice(0, 20);
}"""
