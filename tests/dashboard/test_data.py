"""The data page over the real API and its worker: files in, broken rows aside, runs, the taxonomy, keys shown once."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select
from streamlit.testing.v1 import AppTest

import pipelines.run
from api.app import create_app
from api.settings import ApiSettings
from api.writers import Services
from dashboard.client import Client
from dashboard.look import label
from dashboard.pieces import (
    data_export,
    data_import,
    data_keys,
    data_quarantine,
    data_taxonomy,
    data_theme_form,
    data_words,
)
from data.store.models import AuditEntry, Comment, Job, QuarantinedRow, Response
from data.store.repositories.keys import create_key, find_key, list_keys
from data.store.repositories.taxonomy import read_taxonomy
from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines.ingest import import_path
from pipelines.run import RunReport
from pipelines.settings import Settings
from pipelines.stage import Bench
from pipelines.worker import look, work
from tests.api.tables import NOW
from tests.api.world import plant
from tests.conftest import SECRET
from tests.dashboard.world import html_of, open_page
from tests.pipelines.world import write_world

EXPORTS = Path(__file__).parents[1] / "pipelines/readers/fixtures"
BROKEN = (
    b"Date;Company;NPS score;Why\n"
    b"03.09.2026;Acme Freight;3;Nobody answers <script>alert(1)</script>\n"
    b"14.09.2026;Birch Clinics;9;All good\n"
    b"15.09.2026;Birch Clinics;14;Typo\n"
    b"someday;Birch Clinics;5;No date\n"
)


class Place:
    """The page's API with its worker, over one store."""

    def __init__(self, store: Store, home: Path, *, filled: bool = True) -> None:
        self.store, self.vault = store, Vault(SECRET)
        self.bench = Bench(Settings(home=home), store, self.vault)
        if filled:
            import_path(write_world(home.parent / "world"), bench=self.bench)
        self.app = create_app(ApiSettings(rate_per_s=0), store, self.vault, services=Services(uploads=home / "uploads"))

    def client(self, role: str = "admin", accounts: list[str] | None = None) -> Client:
        with self.store.write() as session:
            _, secret = create_key(session, self.vault, name="Dana <b>", role=role, accounts=accounts, now=NOW)
        return Client(f"http://{uuid4().hex}", secret, transport=httpx.ASGITransport(app=self.app))

    def count(self, model: type, *where: object) -> int:
        with self.store.read() as session:
            return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


@pytest.fixture(scope="module")
def stores(make_store: Callable[[], Store]) -> Iterator[Callable[[], tuple[Store, Path]]]:
    """Make stores, each with a home. Tests of this module share places: an application is dear."""

    def make() -> tuple[Store, Path]:
        store = make_store()
        return store, Path(str(store.engine.url.database)).parent

    with pytest.MonkeyPatch.context() as patched:
        # A run does nothing.
        patched.setattr(pipelines.run, "run", lambda _bench, refit=False: RunReport(1, [], 0.1))
        yield make


@pytest.fixture(scope="module")
def place(stores) -> Place:
    """A place with a small world in it."""
    return Place(*stores())


@pytest.fixture(scope="module")
def planted(stores) -> Place:
    """A place over the planted world, which has themes."""
    store, home = stores()
    plant(store)
    return Place(store, home, filled=False)


def upload(place: Place, content: bytes = BROKEN, name: str = "q3.csv") -> AppTest:
    """Upload a file on the page and let the worker look into it."""
    page = open_page(place.client(), "data")
    page.file_uploader(key="upload_file").set_value((name, content, "text/csv"))
    press(page, "Look into the file")
    look(place.bench)
    page.run()
    return page


def press(page: AppTest, name: str) -> AppTest:
    found = next(one for one in page.button if one.label == name)
    found.click().run()
    assert not page.exception, page.exception
    return page


def column(page: AppTest, name: str):
    return next(one for one in page.selectbox if one.label == f"Meaning of column {label(name)}")


def said(page: AppTest) -> str:
    """What the page says, without its tags."""
    return unescape(re.sub(r"<[^>]+>", "", html_of(page)))


def test_broken_file_ends_in_quarantine_and_its_good_rows_are_kept(place: Place):
    page = upload(place)
    html = html_of(page)
    assert column(page, "NPS score").value == "score"
    assert "The first 4 rows were tried, and nothing was kept: 2 new, 2 set aside." in said(page)
    assert "14 lies outside the survey" in html
    assert "&lt;script&gt;" in html
    assert "<script" not in html.replace("<style", "")
    before = place.count(Response)

    press(page, "Import")
    assert data_words.JOB_WAITS in html_of(page)
    work(place.bench)
    page.run()
    assert "4 rows read: 2 new, 2 set aside." in said(page)
    assert place.count(Response) == before + 2
    assert re.search(r"\d rows wait in the quarantine", said(page))

    aside = said(open_page(place.client(), "data", part="quarantine", file="q3.csv"))
    assert "2 rows of q3.csv" in aside
    assert "NPS score “14”: 14 lies outside the survey" in aside
    assert "Correct the score, or the survey" in aside
    assert "q3.csv, row 4" in aside
    assert "Correct it here and try again." in aside
    assert "2 new, 2 set aside" in said(open_page(place.client(), "data"))


def kind(page: AppTest):
    return next(one for one in page.selectbox if one.label == "What a row is")


def test_mapping_can_be_corrected(place: Place):
    page = upload(place, BROKEN.replace(b"Why", b"Blurb"), "blurb.csv")
    # A wrong guess: a score of an account by day.
    assert kind(page).value == "health"
    kind(page).set_value("responses").run()
    look(place.bench)
    page.run()
    assert kind(page).value == "responses"
    assert column(page, "Company").value == "account_name"
    assert column(page, "Blurb").value == ""
    column(page, "Blurb").set_value("comment")
    press(page, "Read again with these columns")
    look(place.bench)
    page.run()
    assert column(page, "Blurb").value == "comment"
    assert "Nobody answers" in said(page)[said(page).index("As it would be read") :]

    column(page, "Company").set_value("comment")
    before = place.count(Job)
    press(page, "Import")
    assert "two columns are read as Comment" in said(page)
    assert place.count(Job) == before
    column(page, "Company").set_value("account_name")
    next(one for one in page.text_input if one.label.startswith("Keep this")).set_value("our tool")
    press(page, "Import")
    work(place.bench)
    with place.store.read() as session:
        options = session.scalars(select(Job.options).where(Job.kind == "import").order_by(Job.id.desc())).first()
    assert options is not None
    assert options["columns"]["comment"] == "Blurb"
    assert options["save_as"] == "our tool"
    assert place.count(Comment, Comment.survey_id == "nps-blurb") == 2


def test_recognised_export_is_shown_by_its_parts_and_imported(place: Place):
    page = upload(place, (EXPORTS / "jira.csv").read_bytes(), "jira.csv")
    assert "This is an export of Jira" in said(page)
    assert "3 rows. Of the first 3: 2 new, 1 set aside." in said(page)
    assert "2 rows, kept under the survey csat-jira-service-management. 1 left out (not rated)." in said(page)
    press(page, "Import")
    work(place.bench)
    page.run()
    assert "5 rows read: 3 new, 2 set aside." in said(page)
    assert place.count(Response, Response.survey_id == "csat-jira-service-management") == 1

    page = upload(place, (EXPORTS / "jira.csv").read_bytes(), "again.csv")
    press(page, data_export.OWN_WAY)
    look(place.bench)
    page.run()
    assert column(page, "Summary").value == "subject"


def test_file_that_is_none_is_said_and_can_be_deleted(place: Place):
    page = upload(place, bytes(range(256)) * 12, "junk.csv")
    assert "not text" in said(page)
    press(page, "Delete the file")
    assert "junk.csv is deleted." in said(page)
    assert "import" not in page.query_params
    page = open_page(place.client(), "data")
    press(page, "Look into the file")
    assert data_import.CHOOSE_FIRST in said(page)


def test_mended_row_is_taken_back_and_another_left_out(place: Place):
    page = upload(place, name="mend.csv")
    press(page, "Import")
    work(place.bench)
    page = open_page(place.client(), "data", part="quarantine", file="mend.csv")
    cell = next(one for one in page.text_input if one.label == "NPS score")
    assert cell.value == "14"
    cell.set_value("10")
    next(one for one in page.button if one.label == "Try again").click().run()
    work(place.bench)
    page.run()
    assert "Tried again. 1 taken back." in said(page)
    assert "1 row of mend.csv" in said(page)

    next(one for one in page.button if one.label == "Leave out …").click().run()
    assert data_quarantine.LEAVE_OUT in said(page)
    assert place.count(QuarantinedRow, QuarantinedRow.state == "dismissed") == 0
    press(page, "Leave out for good")
    assert place.count(QuarantinedRow, QuarantinedRow.state == "dismissed") == 1
    assert data_quarantine.EMPTY_FILE in said(page)
    assert "mend.csv" in said(open_page(place.client(), "data", part="quarantine", state="dismissed"))


def test_new_key_is_shown_once(place: Place):
    page = open_page(place.client(), "data", part="keys")
    press(page, "Make the key")
    assert data_keys.NAME_FIRST in said(page)
    page.text_input(key="key_name_0").set_value("Team <i>laptop</i>")
    page.selectbox(key="key_role_0").set_value("csm")
    press(page, "Make the key")
    assert data_keys.ACCOUNTS_FIRST in said(page)
    assert page.text_input(key="key_name_0").value == "Team <i>laptop</i>"
    page.multiselect(key="key_accounts_0").set_value(["a1"])
    press(page, "Make the key")
    secret = page.code[0].value
    with place.store.read() as session:
        made = find_key(session, place.vault, secret)
    assert made is not None
    assert (made.role, list(made.accounts or [])) == ("csm", ["a1"])
    # The box alone holds it.
    assert secret not in str(page.session_state.to_dict())

    press(page, "I have kept it")
    assert not page.code
    assert page.text_input(key="key_name_1").value == ""
    assert secret not in html_of(page)
    assert "Team &lt;i&gt;laptop" in html_of(page)
    page.selectbox(key="key_end").set_value(made.key_id).run()
    press(page, "End it …")
    press(page, "End the key")
    with place.store.read() as session:
        assert find_key(session, place.vault, secret) is None
        assert next(one for one in list_keys(session) if one.key_id == made.key_id).revoked_at is not None


def new_theme(planted: Place) -> AppTest:
    page = open_page(planted.client(), "data", part="taxonomy", edit="new")
    press(page, "See what changes")
    assert data_theme_form.NAME_FIRST in said(page)
    page.text_input(key="tn_new").set_value("Driver app")
    page.text_area(key="td_new").set_value("the app that drivers use on the road")
    page.text_area(key="te_new").set_value("It logs drivers out on the road.\n\nNo drop without signal.")
    return press(page, "See what changes")


def test_new_theme_says_what_the_next_run_does_before_it_is_saved(planted: Place):
    page = new_theme(planted)
    assert "Looks for “Driver app” in all comments, from its definition and 2 examples" in said(page)
    assert "driver_app, which never changes" in said(page)
    with planted.store.read() as session:
        assert "driver_app" not in [one.key for one in read_taxonomy(session)]
    press(page, "Save")
    with planted.store.read() as session:
        made = next(one for one in read_taxonomy(session) if one.key == "driver_app")
    assert made.examples == ("It logs drivers out on the road.", "No drop without signal.")
    assert "edit" not in page.query_params
    assert data_taxonomy.NEXT_TITLE in said(page)
    assert "your own (2 examples)" in said(page)


def test_change_over_a_newer_list_is_refused_and_what_was_typed_stays(planted: Place):
    page = open_page(planted.client(), "data", part="taxonomy", edit="ease_of_use")
    page.text_input(key="to_ease_of_use").set_value("Design team")
    press(page, "See what changes")
    other = open_page(planted.client(), "data", part="taxonomy", edit="ease_of_use")
    other.text_input(key="tn_ease_of_use").set_value("Everyday effort")
    press(other, "See what changes")
    press(other, "Save")
    press(page, "Save")
    assert data_theme_form.STALE in said(page)
    assert "Name is now “Everyday effort”" in said(page)
    assert page.text_input(key="to_ease_of_use").value == "Design team"
    page.text_input(key="tn_ease_of_use").set_value("Everyday effort")
    press(page, "See what changes")
    press(page, "Save")
    with planted.store.read() as session:
        kept = next(one for one in read_taxonomy(session) if one.key == "ease_of_use")
    assert (kept.name, kept.owner) == ("Everyday effort", "Design team")


def test_parts_say_who_may_use_them(planted: Place):
    who = {
        "import": data_words.IMPORT_WHO,
        "quarantine": data_words.QUARANTINE_WHO,
        "runs": data_words.RUNS_WHO,
        "taxonomy": data_words.TAXONOMY_WHO,
        "keys": data_words.KEYS_WHO,
    }
    client = planted.client("csm", ["pico"])
    for part, words in who.items():
        page = open_page(client, "data", part=part, edit="ease_of_use")
        assert words in said(page)
        assert not page.button
        assert "wait in the quarantine" not in said(page)
        # What may be looked at is there.
        assert part in ("runs", "taxonomy") or "Dana &lt;b&gt;" in html_of(page)
        assert part != "taxonomy" or "Sales-delivery mismatch" in said(page)


def test_first_start_offers_the_sample_and_an_upload(stores):
    empty = Place(*stores(), filled=False)
    page = open_page(empty.client(), "data")
    assert "Nothing is here yet." in said(page)
    assert page.file_uploader
    press(page, "Bring the sample")
    assert data_words.JOB_WAITS in said(page)
    assert empty.count(Job, Job.kind == "sample") == 1
    assert empty.count(AuditEntry, AuditEntry.action == "import sample") == 1
    # After a refresh the page still follows it, and offers no second one.
    again = open_page(empty.client(), "data")
    assert data_words.JOB_WAITS in said(again)
    assert "Bring the sample" not in [one.label for one in again.button]
    assert data_import.SAMPLE_WHO in said(open_page(empty.client("analyst"), "data"))
