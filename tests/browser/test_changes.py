"""What people change on the pages stays: corrections outlive a refit, a broken file ends in quarantine."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import reading
from tests.browser.reading import COMMENTS, Reader
from tests.browser.serving import Served

# Seconds: a run of the whole sample with a refit, on a machine that does other things too.
RUN_MS = 180_000
NEW_NAME = "Promised <b>otherwise</b> **in the demo**"
BROKEN = """response_id,survey_id,account_id,contact_id,responded_at,score,comment
Q1,nps-2026q3,A07,C030,2026-09-20T10:00:00Z,11,"Eleven, on a scale to ten <img src=x onerror=window.test=1>"
Q2,nps-2026q3,A07,C030,not a day **at all**,3,"The day is wrong"
Q3,nps-2026q3,A07,,2026-09-20T10:00:00Z,2,"This one is right: the import of our stock list failed twice."
"""


@pytest.fixture
def writer(browser: Browser, written: Served):
    with reading.reader(browser, written.pages) as found:
        yield found
        assert found.page.evaluate("window.test") is None
        assert found.wrong == []


def correct(reader: Reader, said: str) -> None:
    """Look at what would change, apply it, and wait for the note that says so."""
    dialog = reader.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Show what changes").click()
    dialog.locator(".preview").wait_for()
    dialog.get_by_role("button", name="Apply").click()
    expect(reader.page.locator(".st-key-correction_note")).to_contain_text(said)
    reader.settle()


def choose(reader: Reader, label: str, words: str | re.Pattern[str]) -> None:
    """Choose from a list in the dialog that is open."""
    reader.page.get_by_role("dialog").get_by_role("combobox", name=label).click()
    reader.page.get_by_role("option", name=words).first.click()


def refit(reader: Reader) -> None:
    """Run again, with the discovered themes found anew."""
    reader.open("/data?part=runs")
    reader.page.get_by_text("Find the discovered themes again").click()
    reader.page.get_by_role("button", name="Start a run").click()
    expect(reader.page.locator("p.done")).to_contain_text("The run is done.", timeout=RUN_MS)
    reader.settle()


def bring(reader: Reader, file: Path) -> None:
    """Upload a file and have it looked into."""
    reader.open("/data")
    reader.page.set_input_files("input[type=file]", str(file))
    expect(reader.page.locator('[data-testid="stFileUploader"]')).to_contain_text(file.name)
    reader.page.get_by_role("button", name="Look into the file").click()


def test_corrections_survive_a_refit(writer: Reader):
    writer.open("/themes")
    theme = writer.page.locator("table.tree").nth(1).locator('tbody tr a[href^="/theme?"]:visible').first
    address = theme.get_attribute("href") or ""
    writer.follow(address)
    writer.page.get_by_role("button", name="Rename").click()
    writer.page.get_by_role("dialog").get_by_label("New name").fill(NEW_NAME)
    writer.page.get_by_role("dialog").get_by_label("New name").press("Tab")
    correct(writer, "Renamed to")

    writer.open("/theme?key=sales_delivery_mismatch&period=2026-Q2")
    words = writer.comments()[0]
    writer.page.get_by_role("button", name="Correct its themes").first.click()
    choose(writer, "Theme", re.compile("^Sales-delivery mismatch"))
    correct(writer, "taken off the comment")
    assert words not in writer.all_comments()

    refit(writer)
    writer.open(address)
    assert NEW_NAME in writer.sentence
    writer.open("/theme?key=sales_delivery_mismatch&period=2026-Q2")
    assert words not in writer.all_comments()
    writer.open("/search?period=2026-Q2&pages=20")
    while words not in writer.comments():
        assert writer.more()
    tags = writer.page.locator(COMMENTS, has_text=words).first.locator(".tag").all_text_contents()
    assert not any("Sales-delivery mismatch" in one for one in tags)


def test_broken_file_ends_in_quarantine(writer: Reader, tmp_path: Path):
    file = tmp_path / "broken.csv"
    file.write_text(BROKEN, encoding="utf-8")
    bring(writer, file)
    writer.page.get_by_text("What the columns mean").wait_for()
    writer.settle()
    writer.page.get_by_role("button", name="Import", exact=True).click()
    result = writer.page.get_by_text(re.compile(r"3 rows read:"))
    result.wait_for(timeout=RUN_MS)
    expect(result).to_contain_text("1 new, 2 set aside")
    writer.page.locator("a.go", has_text="Mend them in the quarantine").click()
    writer.page.get_by_text("2 rows of broken.csv").wait_for()
    writer.settle()
    words = writer.page.locator(".stMain").inner_text()
    assert "11" in words
    assert "not a day **at all**" in words
    writer.open("/search?q=%22stock%20list%20failed%22&mode=words&period=all")
    assert writer.sentence.startswith("1 comment")


def test_file_that_is_no_table_is_refused_in_words(writer: Reader, tmp_path: Path):
    file = tmp_path / "broken.xlsx"
    file.write_bytes(bytes(range(256)) * 40)
    bring(writer, file)
    said = writer.page.locator(".problem")
    said.wait_for()
    assert len(said.inner_text()) > 20
