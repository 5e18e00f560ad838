"""What changed since the window before: no line for what one voice, or chance, makes."""

from cx.account_scores import AccountScore
from cx.account_themes import GONE, NEW
from cx.changes import score_changes, theme_changes
from cx.committee_score import committee_score, weights_for
from cx.facts import ThemeName
from cx.scores import Score, default_scale
from tests.cx.test_statements import use

NAMES = {key: ThemeName(key.title(), emerging=key == "phones") for key in ("slow", "ease", "bills", "phones", "dogs")}


def test_single_voices_share_a_line_and_discovered_ones_are_left_out():
    told = theme_changes([use("slow", 2, change=NEW), use("ease", 1, change=NEW), use("bills", 1, change=NEW)], NAMES)
    assert [one.text for one in told] == [
        "Said for the first time, by one person each: Bills; Ease.",
        "Slow: said for the first time, by 2 people.",
    ]
    assert set(told[0].ids) == {"ease0", "bills0"}
    found = [use(key, 1, change=NEW)._replace(kind="discovered") for key in ("phones", "dogs")]
    (one,) = theme_changes(found, NAMES)
    assert (one.text, one.theme) == ("Said for the first time, by one person: Phones.", "phones")


def test_theme_that_is_gone_stands_on_what_was_said_before():
    gone = use("slow", 2, change=GONE)
    (one,) = theme_changes([gone._replace(now=gone.before, before=gone.now)], NAMES)
    assert (one.text, one.ids) == ("Slow: not said any more, 2 people in the window before.", ("slow0", "slow1"))


def test_scores_are_compared_from_three_answers_on_and_chance_is_named():
    nobody = committee_score([], weights_for("seat_signed"))
    scale = default_scale("csat")

    def changed(now: Score, before: Score) -> list[str]:
        group = AccountScore(scale, "support", now, 0, before, ())
        return [one.text for one in score_changes(nobody, nobody, [group], [])]

    assert changed(Score(100.0, 1, None, None), Score(0.0, 5, 0.0, 40.0)) == []
    assert changed(Score(80.0, 5, 40.0, 95.0), Score(60.0, 5, 25.0, 87.0)) == [
        "CSAT at the stage support 80 % (n 5), 60 % (n 5) in the window before: it may be chance."
    ]
    assert changed(Score(90.0, 50, 80.0, 95.0), Score(20.0, 50, 12.0, 33.0)) == [
        "CSAT at the stage support 90 % (n 50), 20 % (n 50) in the window before."
    ]
