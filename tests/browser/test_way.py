"""Who and where a reader is stays in the address: back, forward, refresh and links to others lead to the same page."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenReader
from tests.browser.reading import PAGES, PHONE, Reader

ADMINS = {"role": "admin", "period": "365d"}


def test_steps_back_and_forward_keep_page_and_filters(reader: Reader):
    reader.open("/themes?role=admin&period=365d")
    seen = [(reader.address, reader.sentence, reader.shown)]
    theme = reader.page.locator('a.go[href^="/theme?"]').first.get_attribute("href")
    reader.follow(theme)
    seen.append((reader.address, reader.sentence, reader.shown))
    cell = next(one for one in reader.numbers() if one.path == "/theme" and "cell" in one.params)
    reader.follow(cell.href)
    seen.append((reader.address, reader.sentence, reader.shown))
    comments = next(one for one in reader.numbers() if one.path == "/search")
    reader.follow(comments.href)
    seen.append((reader.address, reader.sentence, reader.shown))
    assert all(ADMINS.items() <= params.items() for (_, params), _, _ in seen)
    assert len({path for (path, _), _, _ in seen}) == 3
    for (path, params), sentence, shown in seen[-2::-1]:
        reader.back()
        _is_at(reader, path, params, sentence, shown)
    for (path, params), sentence, shown in seen[1:]:
        reader.forward()
        _is_at(reader, path, params, sentence, shown)


def _is_at(reader: Reader, path: str, params: dict[str, str], sentence: str, shown: str) -> None:
    expect(reader.page.locator(".sv h1").first).to_have_text(sentence, use_inner_text=True)
    assert reader.address == (path, params)
    assert reader.shown == shown


def test_refresh_keeps_page_filters_and_own_state(reader: Reader):
    own = {
        "theme": "key=sales_delivery_mismatch&cell=champion.onboarding",
        "account": "id=A23",
        "map": "theme=sales_delivery_mismatch",
        "loops": "show=overdue",
        "search": "q=demo&mode=words&polarity=negative",
    }
    for name, state in own.items():
        reader.open(f"/{name}?{state}&role=champion&period=all")
        before = (reader.address, reader.sentence, reader.shown)
        reader.page.reload()
        reader.settle()
        _is_at(reader, *before[0], *before[1:])


def test_navigation_keeps_the_filters_on_every_page(reader: Reader):
    reader.open("/?role=end_user&segment=mid_market")
    for name in ("Themes", "Accounts", "Journey", "Map", "Loops", "Retention", "Search", "Overview"):
        reader.page.locator("nav.pages a", has_text=name).click()
        expect(reader.page.locator("nav.pages li[aria-current]")).to_have_text(name)
        reader.settle()
        assert reader.address[1] == {"role": "end_user", "segment": "mid_market"}, name
        assert "End user" in reader.shown
        assert "Mid-market" in reader.shown


def test_filters_survive_a_page_that_has_none(reader: Reader):
    reader.open("/themes?role=admin")
    reader.page.locator("nav.pages a", has_text="Data").click()
    expect(reader.page.locator("nav.pages li[aria-current]")).to_have_text("Data")
    reader.settle()
    reader.page.locator("nav.pages a", has_text="Journey").click()
    expect(reader.page.locator("nav.pages li[aria-current]")).to_have_text("Journey")
    reader.settle()
    assert reader.address == ("/journey", {"role": "admin"})


def test_links_on_a_long_page_lead_down_and_keep_where_one_is(reader: Reader):
    reader.open("/account?id=A23&role=champion")
    reader.page.locator(".contents a", has_text="Loops").click()
    expect(reader.page.locator("#loops")).to_be_in_viewport()
    assert reader.address == ("/account", {"id": "A23", "role": "champion"})
    expect(reader.page.locator(".sv h1").first).not_to_be_in_viewport()


def test_a_phone_folds_sections_until_a_tap_or_a_link_opens_them(open_reader: OpenReader):
    with open_reader(size=PHONE) as reader:
        reader.open("/account?id=A23&period=365d")
        folded = {name: reader.page.locator(f".folding:has(#{name}) > .folded") for name in ("risks", "changes")}
        for one in folded.values():
            expect(one).to_be_hidden()
        reader.page.locator(".folding:has(#risks) > details.fold > summary").click()
        expect(folded["risks"]).to_be_visible()
        reader.page.locator(".contents a", has_text="Changes").click()
        expect(folded["changes"]).to_be_visible()
    with open_reader() as reader:
        reader.open("/account?id=A23&period=365d")
        expect(reader.page.locator(".folding:has(#risks) > .folded")).to_be_visible()
        expect(reader.page.locator("details.fold:visible")).to_have_count(0)


def test_pages_are_those_of_the_navigation(reader: Reader):
    reader.open(PAGES["overview"])
    shown = reader.page.locator("nav.pages li a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    left_out = {"/", "/theme", "/account"}  # reached from another page
    assert {one.split("?")[0] for one in shown} == {path.split("?")[0] for path in PAGES.values()} - left_out | {"/"}
