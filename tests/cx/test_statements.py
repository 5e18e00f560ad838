"""Sentences from facts: nothing without ids, and a headline that says the worst in two of them."""

from datetime import date, timedelta

from cx.account_themes import NEW, SAME, ThemeUse, Uses
from cx.facts import Facts, Mismatch, Statement, ThemeName, split_ids
from cx.fusion import fuse
from cx.headline import headline, next_steps
from cx.loop_owners import StaffMember
from cx.perception import perception_gap
from cx.risk import OnboardingAnswers, early_risk
from cx.scores import Score, default_scale
from cx.standing import Signals, standing
from cx.statements import statements
from tests.cx.test_perception import AS_OF, Heard
from tests.cx.test_standing import NOW, answer

NOBODY = Uses(0, 0, 0, 0, 0, 0, {}, {}, None, None, (), (), (), 0, ())


def use(theme: str, people: int, *, spoke: int = 4, change: str = SAME, positive: int = 0) -> ThemeUse:
    ids = tuple(f"{theme}{place}" for place in range(people))
    now = Uses(
        comments=people + positive,
        people=people,
        negative=people,
        positive=positive,
        neutral=0,
        negative_people=people,
        roles={"admin": people},
        stages={"support": people},
        last_said=NOW,
        share=Score(50.0, spoke, 20.0, 80.0),
        comment_ids=ids,
        negative_ids=ids,
        positive_ids=tuple(f"good{place}" for place in range(positive)),
        notes=0,
        note_ids=(),
        negative_roles={"admin": people},
    )
    return ThemeUse(theme, "taxonomy", now, NOBODY, NOW, change, 0.2, 0.5)


def facts(**more) -> Facts:
    signals = more.pop("signals", Signals())
    found = standing(signals, NOW.date(), renewal=None, motion="seat_signed")
    base = {
        "since": NOW.date() - timedelta(days=90),
        "as_of": NOW.date(),
        "standing": found,
        "signals": signals,
        "fusion": fuse(found.score, found.usage),
        "perception": perception_gap(None, Heard(), AS_OF),
        "names": {"slow": ThemeName("Support speed"), "ease": ThemeName("Ease of use")},
        "worded": frozenset({"slow0", "slow1", "ease0", "m1", "good0"}),
    }
    return Facts(**(base | more))


def test_nothing_is_said_of_nothing():
    assert statements(facts()) == ()
    # A count without an id is no evidence.
    assert statements(facts(mismatch=Mismatch(people=3, comments=3, first_said=NOW, last_said=NOW))) == ()


def test_complaints_read_well_for_one_and_for_many():
    (both,) = statements(facts(themes=[use("slow", 2), use("ease", 1)]))
    assert both.text == "Support speed: 2 of 4 people who wrote complain (2 comments, nobody in the window before)."
    (one,) = statements(facts(themes=[use("ease", 1, change=NEW)]))
    assert one.text == "Ease of use: 1 of 4 people who wrote complains (1 comment, new in this window)."
    (alone,) = statements(facts(themes=[use("ease", 1, spoke=1)]))
    assert alone.text.startswith("Ease of use: the one person who wrote complains")
    (nobody_named,) = statements(facts(themes=[use("hidden", 3), use("slow", 2)]))
    assert nobody_named.topic == "theme slow"


def test_one_voice_is_never_a_finding():
    said = Mismatch(1, ("admin",), ("onboarding",), 1, 1, NOW, NOW, ("m1",))
    (one,) = statements(facts(mismatch=said))
    assert (one.kind, one.weight) == ("mismatch_one_voice", 35)
    assert "read it before you act" in one.text
    leaving = {"churn_intent": ThemeName("Churn intent")}
    (told,) = statements(facts(themes=[use("churn_intent", 1)], names=leaving))
    assert told.text == "One person (admin) may be speaking of leaving: read it before the call."
    (two,) = statements(facts(themes=[use("churn_intent", 2)], names=leaving))
    assert two.text == "2 people speak of leaving (admin)."


def test_few_answers_are_shown_as_they_are():
    said = [answer("p", 9, days=20), answer("q", 10, days=10)]
    (one,) = statements(facts(signals=Signals(nps_now=said), answers=said))
    assert one.text == "NPS: 2 answers, 10 (champion) and 9 (champion)."
    assert (one.good, one.other_ids) == (True, ("response:p-20", "response:q-10"))


def test_ids_with_words_stand_apart_and_tickets_become_their_comments():
    found = facts(ticket_comments={"ticket:T1": ("m1",)})
    assert split_ids(found, ["response:x", "ticket:T1", "slow0", "ticket:T2", "slow0"]) == (
        ("m1", "slow0"),
        ("response:x", "ticket:T2"),
    )


def made(kind: str, weight: int, topic: str, *, good: bool = False, stage: str | None = "usage") -> Statement:
    return Statement(kind, topic, weight, f"{kind.title()}.", {}, (f"id-{kind}",), (), stage, good)


def test_headline_says_the_worst_two_topics_and_fills_up_with_good_news():
    flag = standing(Signals(), NOW.date(), renewal=NOW.date() + timedelta(days=30), motion=None).flag
    far = standing(Signals(), NOW.date(), renewal=None, motion=None).flag
    told = [made("worst", 90, "a"), made("same", 80, "a"), made("next", 70, "b"), made("fine", 5, "c", good=True)]
    days = {"since": date(2026, 7, 2), "as_of": date(2026, 9, 30)}
    found = headline(told, far, **days, last_heard=None)
    assert (found.text, found.comment_ids) == ("Worst. Next.", ("id-worst", "id-next"))
    assert headline(told[:2] + told[3:], far, **days, last_heard=None).text == "Worst. Fine."
    assert (
        headline(told, flag, **days, last_heard=None).text
        == "Renewal in 30 days, and no NPS answer of this window to judge it by. Worst. Next."
    )
    silent = headline([], flag, **days, last_heard=date(2026, 3, 1))
    assert silent.text == (
        "Renewal in 30 days, and no NPS answer of this window to judge it by. "
        "Nothing was said or answered from 2 Jul 2026 to 30 Sep 2026; last heard on 1 Mar 2026."
    )
    assert headline([], far, **days, last_heard=date(2026, 8, 1)).text.startswith("Nothing in what was said")


def test_steps_name_who_holds_the_stage_worst_first():
    staff = [
        StaffMember("S1", "Ann", "csm", "a1"),
        StaffMember("S2", "Bob", "support_lead", None),
        StaffMember("S3", "Cleo", "support_lead", "a1"),
    ]
    told = [
        made("risk", 90, "renewal", stage="renewal"),
        made("slow", 40, "theme slow", stage="support"),
        made("again", 39, "theme x", stage="support"),
        made("nice", 5, "y", good=True, stage="onboarding"),
        made("unplaced", 4, "z", stage=None),
    ]
    found = next_steps(told, staff, theme_actions={"theme slow": "Answer what waits."})
    assert [(one.stage, one.owners) for one in found] == [("renewal", ("Ann",)), ("support", ("Cleo",))]
    assert found[1].action == "Coaching, workflow fix. Answer what waits."
    nobody = next_steps(told[:1], [])
    assert (nobody[0].owners, nobody[0].owner) == ((), "customer success and CX leadership")


def test_complaints_that_nobody_shares_are_one_sentence():
    (both,) = statements(facts(themes=[use("slow", 1), use("ease", 1)]))
    assert both.text == "Of 4 people who wrote no two complain of the same: Support speed; Ease of use (2 comments)."
    assert both.comment_ids == ("slow0", "ease0")


def test_onboarding_says_when_and_of_how_many():
    scale = default_scale("ces")
    few, more = (early_risk(OnboardingAnswers(n, 2.0 * n, 5.0 * n, n, scale, ("m1",))) for n in (2, 4))
    when = (date(2026, 1, 20), date(2026, 2, 3))
    (hard,) = statements(facts(early=[more], onboarded=when))
    assert hard.text.startswith("Onboarding was hard: CES 2.0 (n 4, ")
    assert "20 Jan to 3 Feb 2026" in hard.text
    (told,) = statements(facts(early=[few], onboarded=when))
    assert "but of 2 answers only, 20 Jan to 3 Feb 2026" in told.text
    assert told.weight < hard.weight
