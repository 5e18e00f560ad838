"""Files say what the screen says, row by row, but for the apostrophe before what a spreadsheet would run."""

import csv
import io
import re

import pytest

from api.exports import FORMULA_STARTS
from dashboard import strings
from tests.browser import hostile
from tests.browser.reading import COMMENTS, PAGES, Reader

Row = dict[str, str]


def rows_of(file: bytes) -> list[Row]:
    """Read a file as a spreadsheet would."""
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def unguarded(cell: str) -> str:
    """Take the documented guard off a cell."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def squeezed(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()


def number(words: str) -> int:
    """Give the number in a cell; 0 where it is empty."""
    found = re.search(r"\d[\d,]*", words)
    return int(found.group().replace(",", "")) if found else 0


def metas(reader: Reader) -> list[str]:
    """Give what stands under each comment."""
    found: list[str] = reader.page.locator(f"{COMMENTS} .meta").evaluate_all("all => all.map(one => one.textContent)")
    return found


def assert_listed(reader: Reader, rows: list[Row]) -> None:
    """Check that a file holds the comments on the screen, in their order, with who said them and where."""
    shown = reader.all_comments()
    assert [squeezed(unguarded(row["text"])) for row in rows] == [squeezed(one) for one in shown]
    for row, meta in zip(rows, metas(reader), strict=True):
        assert strings.ROLES[row["role"]] in meta
        assert unguarded(row["account_name"]) in meta
        assert not row["score"] or f" {row['score']}" in meta


@pytest.mark.parametrize(
    "asked", ["account=A07&period=all", "theme=handoff_gap&polarity=negative", "q=demo&mode=words"]
)
def test_file_of_a_search_is_what_it_lists(reader: Reader, asked: str):
    reader.open(f"/search?{asked}")
    rows = rows_of(reader.download("Export"))
    assert reader.sentence.replace("\u00a0", " ").startswith(f"{len(rows)} comment")
    assert_listed(reader, rows)


def test_file_guards_formulas_and_nothing_else(reader: Reader):
    reader.open(f"/search?account={hostile.ACCOUNT}&period=all")
    rows = rows_of(reader.download("Export"))
    assert_listed(reader, rows)
    guarded = [row["text"] for row in rows if row["text"] != unguarded(row["text"])]
    assert len(guarded) == 8  # two texts in four surveys
    assert all(one.startswith(("'=cmd|", "'@SUM")) for one in guarded)
    cells = [cell for row in rows for cell in row.values() if not re.fullmatch(r"-?[\d.]+", cell)]
    assert not any(cell.startswith(FORMULA_STARTS) for cell in cells)


def test_file_of_a_theme_is_what_it_lists(reader: Reader):
    reader.open(f"{PAGES['theme']}&cell=champion.&polarity=negative")
    reader.page.locator(".st-key-export_theme button").first.click()
    rows = rows_of(reader.download("Comments as listed (CSV)"))
    reader.page.keyboard.press("Escape")
    assert_listed(reader, rows)


@pytest.mark.parametrize("kind", ["taxonomy", "discovered"])
def test_file_of_themes_has_the_numbers_of_the_table(reader: Reader, kind: str):
    reader.open("/themes?role=champion")
    shown = table_of(reader, kind)
    reader.page.locator(f".st-key-export_{kind} button").first.click()
    rows = {unguarded(row["name"]): row for row in rows_of(reader.download("Themes as listed (CSV)"))}
    assert shown.keys() == rows.keys()
    for name, (comments, negative) in shown.items():
        assert (int(rows[name]["comments"]), int(rows[name]["negative"])) == (comments, negative), name


def table_of(reader: Reader, kind: str) -> dict[str, tuple[int, int]]:
    """Give a table's themes with their comments and how many of these are negative."""
    place = ("taxonomy", "discovered").index(kind)
    rows = (
        reader.page.locator("table.tree")
        .nth(place)
        .locator("tbody tr")
        .evaluate_all(
            """all => all.map(one => [
          one.querySelector('a[href^="/theme?"]').textContent,
          one.querySelector('a.number')?.textContent ?? '',
          [...one.querySelectorAll('a.number')].map(each => each.textContent).find(said => said.startsWith('−')) ?? ''
        ])"""
        )
    )
    return {name: (number(comments), number(negative)) for name, comments, negative in rows}


def test_file_of_accounts_is_the_list_in_its_order(reader: Reader):
    reader.open("/accounts?segment=mid_market")
    rows = rows_of(reader.download("Download as CSV"))
    shown = reader.page.locator("table.accounts tbody tr a[href^='/account?']").all_text_contents()
    assert shown
    assert [unguarded(row["name"]) for row in rows][: len(shown)] == shown


def test_file_of_the_journey_has_the_numbers_of_the_page(reader: Reader):
    reader.open("/journey?role=admin&period=365d")
    rows = {row["stage"]: row for row in rows_of(reader.download("Stages as CSV"))}
    shown = {
        one.params["stage"]: one.says
        for one in reader.numbers()
        if re.fullmatch(r"[\d,]+\scomments?", one.label) and "source" not in one.params
    }
    assert shown == {stage: int(row["comments_total"]) for stage, row in rows.items() if row["comments_total"] != "0"}
