"""What survey tools have in common: scores found by what was asked, in numbers or words, and the words that follow."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.readers.detect import find_export
from pipelines.readers.export import Part
from pipelines.readers.ladder import Ladder, words_ladder
from pipelines.readers.questions import plain_label
from pipelines.readers.survey import survey_name
from pipelines.times import parse_time
from tests.pipelines.world import write


def _parts(tmp_path: Path, questions: str, *answers: str) -> tuple[Part, ...]:
    """Give the parts of a Typeform sheet with these questions."""
    rows = "".join(f"t{n},{answer},2025-01-02 10:00:00,2025-01-02 10:01:00\n" for n, answer in enumerate(answers))
    file = write(tmp_path / "form.csv", f"#,{questions},Start Date (UTC),Submit Date (UTC)\n{rows}")
    export = find_export(file)
    assert export is not None
    return export.parts


def _scale(part: Part) -> tuple[str, float | None, float | None, bool | None]:
    survey = part.surveys[0]
    return survey.type, survey.scale_min, survey.scale_max, survey.high_is_good


@pytest.mark.parametrize(
    ("answers", "steps", "top"),
    [
        ("Very satisfied, Somewhat satisfied, Neutral, Somewhat dissatisfied, Very dissatisfied", 5, 5),
        ("Extremely satisfied, Very satisfied, Somewhat satisfied, Not so satisfied, Not at all satisfied", 5, 5),
        ("Strongly agree, Agree, Somewhat agree, Neither agree nor disagree, Somewhat disagree, Disagree", 7, 7),
        ("Very easy, Easy, Neither easy nor difficult, Difficult, Very difficult", 5, 5),
    ],
)
def test_words_stand_on_their_ladder(answers: str, steps: int, top: int) -> None:
    listed = answers.split(", ")
    ladder = words_ladder(listed)
    assert ladder is not None
    assert (ladder.low, ladder.high) == (1, steps)
    assert [ladder.score(answer) for answer in listed] == list(range(top, top - len(listed), -1))


def test_comments_are_no_ladder() -> None:
    assert (
        words_ladder(["Very satisfied with the people, but the export has never worked for us at all", "Slow"]) is None
    )
    assert Ladder(1, 5).score("Meh") == "Meh"


@given(st.lists(st.text(max_size=40)))
def test_any_answers_have_a_ladder_or_none(answers: list[str]) -> None:
    ladder = words_ladder(answers)
    if ladder is not None:
        assert all(ladder.low <= rung <= ladder.high for rung in ladder.rungs.values())


def test_much_effort_is_bad_and_ease_is_good(tmp_path: Path) -> None:
    (effort,) = _parts(tmp_path, "How much effort did it take to get help?", "7", "2")
    (ease,) = _parts(tmp_path, "How easy was it to get help?", "7", "2")
    assert (_scale(effort), _scale(ease)) == (("ces", 1, 7, False), ("ces", 1, 7, True))


def test_scale_holds_nearly_all_answers(tmp_path: Path) -> None:
    (ten,) = _parts(tmp_path, "How satisfied are you?", *"10 8 9 7 3".split())
    (five,) = _parts(tmp_path, "How satisfied are you?", *["4"] * 60, "50")
    assert (_scale(ten), _scale(five)) == (("csat", 1, 10, True), ("csat", 1, 5, True))


def test_recommendation_out_of_ten_only_is_nps(tmp_path: Path) -> None:
    percent = _parts(tmp_path, "How likely are you to recommend us?,Why?", "80,Too slow for us", "95,Good people")
    assert [part.kind for part in percent] == ["in_app"]


def test_follow_ups_of_which_each_saw_one_are_one_comment(tmp_path: Path) -> None:
    questions = "How likely are you to recommend us?,What do you like most?,What should we improve?"
    (part,) = _parts(tmp_path, questions, "9,The people who answer,", "2,,The export is empty")
    assert [row.cells["comment"] for row in part.table.read()] == ["The people who answer", "The export is empty"]


def test_of_several_follow_ups_the_reason_is_the_comment(tmp_path: Path) -> None:
    questions = "How likely are you to recommend us?,Your role in a few words,Why this score?"
    (part,) = _parts(
        tmp_path, questions, "9,I run the warehouse here,People answer", "2,I sign the invoices here,It is slow"
    )
    assert part.sources["comment"] == "Why this score?"
    assert part.unused == ("Your role in a few words",)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("Relationship NPS_March 3, 2025_10.30", "Relationship NPS"),
        ("Relationship+NPS_March+3,+2025_10.30", "Relationship NPS"),
        ("Onboarding survey (Responses) - Form Responses 1", "Onboarding survey"),
        ("Pulse-2025-03-01 (2)", "Pulse"),
        ("responses", "responses"),
    ],
)
def test_survey_keeps_its_name_over_exports(stem: str, name: str) -> None:
    assert survey_name(Path(f"{stem}.csv")) == name


def test_labels_lose_their_marks() -> None:
    assert (
        plain_label("<strong>How</strong> likely&nbsp;are *you*\nto __recommend__ us?")
        == "How likely are you to recommend us?"
    )
    assert plain_label("Custom_Field_1") == "Custom_Field_1"


def test_zone_moves_times_and_leaves_days() -> None:
    assert parse_time("2025-07-01 00:30:00", zone="Europe/Berlin").isoformat() == "2025-06-30T22:30:00+00:00"
    assert parse_time("2025-07-01", zone="Europe/Berlin").isoformat() == "2025-07-01T00:00:00+00:00"
    assert parse_time("01.07.2025", "dmy", zone="Europe/Berlin").isoformat() == "2025-07-01T00:00:00+00:00"
    assert parse_time("2025-07-01T00:30:00Z", zone="Europe/Berlin").isoformat() == "2025-07-01T00:30:00+00:00"
