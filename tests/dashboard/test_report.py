"""The report: one file with the pages' numbers and words, that loads nothing, runs nothing, and shows text as text."""

import html as markup
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from api.schemas.accounts import AccountPage, CoverageOut
from api.schemas.diagnosis import DiagnosisOut
from api.schemas.scores import ScoresOut
from api.schemas.themes import ThemePage
from dashboard import format as fmt
from dashboard.charts.trend import Point
from dashboard.charts.trend_svg import trend_svg
from dashboard.client import Client, MissingError
from dashboard.filters import Filters
from dashboard.pieces import account_committee, account_mismatch, account_themes
from dashboard.report import moved
from dashboard.report.make import make_report
from dashboard.report.period import PeriodError, read_period
from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines.commands.opening import write_text
from tests.api.tables import ACCOUNTS, HOSTILE
from tests.api.world import plant
from tests.conftest import SECRET
from tests.dashboard.fakes import PERIOD, counts, theme
from tests.dashboard.test_overview import fake
from tests.dashboard.world import real_client

MADE = datetime(2026, 10, 1, tzinfo=UTC)
WINDOW = {"window": "90d"}


class Parts(HTMLParser):
    """Elements, attributes and style sheets of a file, as a browser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.styles = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def handle_data(self, data):
        if self.cdata_elem == "style":
            self.styles += data


def bare(html: str) -> str:
    body = html[html.index("<body") :]
    return re.sub(r"\s+", " ", markup.unescape(re.sub(r"<[^>]+>", " ", body))).replace(" ,", ",").replace("\u00a0", " ")


@dataclass
class World:
    """The planted world, and reports of it that tests share: each is made once."""

    store: Store
    client: Client
    made: dict[tuple[tuple[str, str], ...], str] = field(default_factory=dict)

    def report(self, **more: str) -> str:
        key = tuple(sorted(more.items()))
        if key not in self.made:
            self.made[key] = make_report(self.client, made_at=MADE, **more).html
        return self.made[key]


@pytest.fixture(scope="module")
def world(make_store):
    store = make_store()
    plant(store)
    return World(store, real_client(store, Vault(SECRET), role="viewer"))


@pytest.fixture
def client(world):
    return world.client


def test_numbers_are_the_api_s(world, client):
    html = world.report()
    words = bare(html)
    for card in client.read("/v1/scores", ScoresOut, {**WINDOW, "comments": 4}).items:
        value = fmt.score_value(card.type, card.score.value, card.score.n, card.scale_max)
        known = fmt.interval(card.type, card.score.low, card.score.high).replace("\u00a0", " ")
        assert f"{value} " in words
        assert f"n {card.score.n} from {card.score.accounts} accounts" in words
        assert known.lower() in words.lower()
        assert all(markup.escape(" ".join(one.text.split()[:3])) in html for one in card.comments)
    covered = client.read("/v1/coverage", CoverageOut, WINDOW)
    assert f"Accounts {covered.accounts_answered} {covered.accounts} " in words
    look_at = client.read("/v1/accounts", AccountPage, {**WINDOW, "sort": "-flagged", "limit": 3}).items
    assert all(f"{one.flagged} of {fmt.counted(one.answers, 'answer')} low." in words for one in look_at if one.flagged)


def test_effects_have_their_intervals(world):
    assert "Not enough data to say what themes do to NPS" in bare(world.report())
    words = bare(make_report(fake(), made_at=MADE).html)
    assert "Not enough data" not in words
    for value in (4.5, -2.7):
        low, mean, high = (fmt.signed_decimal(one) for one in (value - 3, value, value + 3))
        assert f"{mean} ({low} to {high})" in words


def test_file_loads_nothing_and_runs_nothing(world):
    for html in (world.report(), world.report(account_id="northwind")):
        found = Parts(html)
        assert not found.tags & {
            "script",
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "base",
            "form",
            "a",
            "image",
            "use",
        }
        names = set(found.attributes)
        assert not names & {"src", "srcset", "href", "xlink:href", "action", "data", "background", "poster"}
        assert not [name for name in names if name.startswith("on")]
        values = " ".join(value for some in found.attributes.values() for value in some)
        assert not re.findall(r"https?:|//|url\(|javascript:", values)
        assert not re.findall(r"https?:|//|url\(|@import", found.styles)
        assert any("default-src 'none'" in one for one in found.attributes["content"])
        assert len(html.encode()) < 300_000


def test_hostile_text_shows_as_text(world):
    html = world.report()
    assert markup.escape(HOSTILE.split(" \u202e")[0]) in html.replace("&#x27;", "'")
    assert "\u202e" not in html
    assert "<img" not in html


def test_report_of_an_account_is_of_that_account_only(world, client):
    found = client.read("/v1/accounts/northwind/diagnosis", DiagnosisOut, WINDOW)
    html = world.report(account_id="northwind")
    words = bare(html)
    assert found.account.name in words
    assert markup.unescape(found.headline.text) in words.replace("\u00a0", " ")
    assert not [name for key, name, *_ in ACCOUNTS if key != "northwind" and name in words]
    nps = found.scores.nps
    assert f"every respondent counts one {fmt.signed(nps.user_level.value)} n {nps.user_level.n}" in words
    for title in (
        "The committee",
        "What they speak of",
        "Promised and delivered",
        "Risks",
        "Open loops",
        "What changed",
    ):
        assert title in words
    # Nothing of it can be clicked.
    assert "Act on it" not in words


def test_what_pages_fold_away_stands_open(client, monkeypatch):
    monkeypatch.setattr(account_themes, "SHOWN", 1)
    monkeypatch.setattr(account_mismatch, "PAIRS", 0)
    monkeypatch.setattr(account_committee, "LANE", 0)
    html = make_report(client, account_id="northwind", made_at=MADE).html
    folded = re.findall(r'<details class="evidence"( open)?><summary>\d+ (more themes?|more passages?|more)<', html)
    assert {name.removesuffix("s") for _, name in folded} == {"more theme", "more passage", "more"}
    assert all(opened for opened, _ in folded)


def test_evidence_stands_open_once(world, client):
    html = world.report(account_id="northwind")
    shown = html.split('<div class="evidence-open"><article class="comment">')[1:]
    quotes = [one[: one.index("</article>")] for one in shown]
    assert quotes
    assert len(quotes) == len(set(quotes))


def test_reader_of_some_accounts_reports_on_these(world):
    client = real_client(world.store, Vault(SECRET), role="csm", accounts=["pico"])
    words = bare(make_report(client, made_at=MADE).html)
    assert "Only the 1 account that this key may see" in words
    assert not [name for key, name, *_ in ACCOUNTS if key != "pico" and name in words]
    with pytest.raises(MissingError, match="northwind"):
        make_report(client, account_id="northwind", made_at=MADE)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2026Q3", "2026-Q3"),
        ("2026-Q3", "2026-Q3"),
        ("2026q3", "2026-Q3"),
        ("2026-09", "2026-09"),
        ("2026", "2026"),
        ("", "90d"),
        ("365d", "365d"),
        ("all", "all"),
    ],
)
def test_periods_as_people_write_them(written, period):
    assert read_period(written) == Filters(period=period)


@pytest.mark.parametrize("written", ["2026Q5", "Q3", "2026-13", "2026-9", "last year", "26Q3", "2026-Q3-1", "٢٠٢٦"])
def test_wrong_period_says_what_to_write(written):
    with pytest.raises(PeriodError, match="write 2026Q3, 2026-09, 2026 or 90d"):
        read_period(written)


def test_period_narrows_every_number(world, client):
    words = bare(world.report(period="2026Q3"))
    (nps, *_) = client.read("/v1/scores", ScoresOut, {"period": "2026-Q3"}).items
    assert "Q3 2026, 1 Jul 2026 to 30 Sep 2026" in words
    assert f"n {nps.score.n} from {nps.score.accounts} accounts" in words
    with pytest.raises(PeriodError, match="nothing is known of 2027 yet: the newest record is of"):
        world.report(period="2027")


def test_first_start_says_what_to_do(sqlite_store, vault):
    with pytest.raises(MissingError, match="sottovoce import data/sample"):
        make_report(real_client(sqlite_store, vault), made_at=MADE)


def test_movers_are_what_chance_does_not_make():
    def page(**negative: int) -> ThemePage:
        items = [
            theme(key=key, name=key).model_copy(update={"counts": counts(negative=n, positive=3)})
            for key, n in negative.items()
        ]
        return ThemePage(period=PERIOD, kind="taxonomy", items=items)

    found, looked = moved.movers(page(up=15, same=10, new=6), page(up=2, same=11, gone=5))
    assert [(one.key, one.now, one.before, one.worse) for one in found if one.polarity == "negative"] == [
        ("up", 15, 2, True),
        ("new", 6, 0, True),
        ("gone", 0, 5, False),
    ]
    assert looked == 8


def test_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OSError, match="there is no folder"):
        write_text(str(tmp_path / "none" / "x.html"), "x", told="")


def test_trend_is_drawn_with_band_and_hollow_dots():
    points = [
        Point("2026-07", 10, 40, -5, 25),
        Point("2026-08", 12, 3, -60, 80),
        Point("2026-09", -12, 40, -25, 2),
    ]
    svg = trend_svg(points, kind="nps", name="NPS", limits=(-100, 100))
    assert svg.count("<circle") == 3
    assert svg.count('class="dot few"') == 1
    assert 'class="band"' in svg
    assert 'class="zero"' in svg
    assert "Jul 2026: +10" in svg
    assert "NPS by month with 95" in svg
    assert trend_svg(points[:1], kind="nps", name="NPS", limits=(-100, 100)) == ""


def test_command_writes_one_file_or_says_what_is_wrong(sqlite_store, settings, monkeypatch, tmp_path):
    from pipelines.cli import app

    plant(sqlite_store)
    monkeypatch.setenv("SOTTOVOCE_HOME", str(settings.home))
    file = tmp_path / "board.html"

    def command(*words: str):
        return CliRunner().invoke(app, ["report", *words])

    done = command("--out", str(file), "--period", "2026Q3", "--account", "northwind")
    assert done.exit_code == 0, done.output
    assert file.read_text().startswith("<!doctype html>")
    assert [one.name for one in tmp_path.iterdir() if "part" in one.name] == []
    assert "Northwind Freight, Q3 2026" in done.stderr
    wrong = command("--out", str(file), "--period", "soon")
    assert (wrong.exit_code, "write 2026Q3" in wrong.stderr) == (1, True)
    assert command("--account", "northwind").exit_code == 2
    assert "no account 'nobody'" in command("--out", str(file), "--account", "nobody").stderr
