"""The stories planted in the shipped sample are found where they are, and nowhere else (see data/sample/README.md)."""

import re
from collections import Counter, defaultdict
from datetime import date
from math import comb

from sqlalchemy import func, select

from data.store.models import (
    Comment,
    Contact,
    ContactRole,
    HealthScore,
    Mention,
    Response,
    Survey,
    Theme,
)
from pipelines.demo import SAMPLE
from pipelines.reading import MISMATCH, mismatch_accounts

PROMISED_OTHERWISE = {"A07", "A23", "A41"}
PREFIX = {"R": "response:", "I": "in_app:", "N": "review_note:"}
RELEASE_MONTH, FIXED_MONTH = "2026-07", "2026-05"
# A theme of fewer comments says nothing about a rise.
LEAST = 10


def planted(title: str) -> list[str]:
    """Give the ids of a story's comments from the sample's README."""
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    start = text.index(f"### {title}")
    end = text.find("\n### ", start)
    rows = re.findall(r"\| ([RIN]\d+|T\d+-\d) \|", text[start:end])
    return [PREFIX[row[0]] + row if row[0] in PREFIX else "ticket_message:" + row.replace("-", "-M") for row in rows]


def theme_of_most(session, ids: list[str]) -> tuple[str, int]:
    """Give the discovered theme that holds most of these comments, and how many."""
    rows = session.execute(
        select(Mention.theme_key, Comment.comment_id)
        .join(Comment, Comment.id == Mention.comment_pk)
        .where(Mention.kind == "discovered", Comment.comment_id.in_(ids))
        .distinct()
    )
    return Counter(key for key, _ in rows).most_common(1)[0]


def comments_by_theme(session) -> dict[str, Counter]:
    """Count customers' comments by discovered theme and month."""
    rows = session.execute(
        select(Mention.theme_key, Comment.month, func.count(Comment.id.distinct()))
        .join(Comment, Comment.id == Mention.comment_pk)
        .where(Mention.kind == "discovered", Comment.vendor_voice.is_(False))
        .group_by(Mention.theme_key, Comment.month)
    )
    found: dict[str, Counter] = defaultdict(Counter)
    for key, month, count in rows:
        found[key][month] += count
    return {key: months for key, months in found.items() if months.total() >= LEAST}


def tail(hits: int, n: int, share: float) -> float:
    """Give the chance of at least so many hits."""
    return sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(hits, n + 1))


def test_mismatch_is_found_at_the_three_accounts_and_at_no_other(session, sample_bench):
    found = mismatch_accounts(session)
    assert {row.account_id for row in found} == PROMISED_OTHERWISE
    assert all(row.people >= 2 for row in found)


def test_mismatch_is_first_heard_in_onboarding_ces(session):
    for account in PROMISED_OTHERWISE:
        first = session.execute(
            select(Comment.source, Comment.stage)
            .join(Mention, Mention.comment_pk == Comment.id)
            .where(Mention.theme_key == MISMATCH, Mention.polarity == "negative", Comment.account_id == account)
            .order_by(Comment.said_at)
        ).first()
        assert first == ("ces", "onboarding"), account


def test_champion_who_leaves_is_known_and_spoken_of(session):
    gone = session.execute(
        select(Contact.account_id, Contact.contact_id, Contact.left_on).where(
            Contact.role == "champion", Contact.left_on.is_not(None)
        )
    ).all()
    assert gone == [("A15", "C079", date(2026, 2, 20))]
    roles = session.scalars(
        select(ContactRole.role).where(ContactRole.contact_id == "C081").order_by(ContactRole.role_from)
    ).all()
    assert roles == ["power_user", "champion"]
    after = session.scalars(
        select(Comment.comment_id)
        .join(Mention, Mention.comment_pk == Comment.id)
        .where(Mention.theme_key == "stakeholder_change", Comment.account_id == "A15", Comment.month >= "2026-02")
    ).all()
    assert set(after) & set(planted("A champion leaves"))


def test_green_health_over_unhappy_end_users(session):
    newest = select(HealthScore.account_id, func.max(HealthScore.scored_on).label("on")).group_by(
        HealthScore.account_id
    )
    last = newest.subquery()
    green = (
        select(HealthScore.account_id)
        .join(last, (last.c.account_id == HealthScore.account_id) & (last.c.on == HealthScore.scored_on))
        .where(HealthScore.status == "green")
    )
    unhappy = session.execute(
        select(Response.account_id)
        .join(Survey, Survey.survey_id == Response.survey_id)
        .where(Survey.type == "nps", Response.role == "end_user", Response.account_id.in_(green))
        .group_by(Response.account_id)
        .having(func.count(Response.contact_id.distinct()) >= 3, func.avg(Response.score) <= 5.5)
    ).scalars()
    assert list(unhappy) == ["A19"]


def test_theme_that_emerges_in_the_third_quarter_rises_most(session):
    ids = planted("Emerging in 2026 Q3")
    key, held = theme_of_most(session, ids)
    assert held > len(ids) / 2
    themes = comments_by_theme(session)
    late = {name: sum(n for month, n in months.items() if month >= RELEASE_MONTH) for name, months in themes.items()}
    share = sum(late.values()) / sum(months.total() for months in themes.values())
    chance = {name: tail(late[name], months.total(), share) for name, months in themes.items()}
    assert min(chance, key=chance.__getitem__) == key
    assert session.get(Theme, key).emerging


def test_theme_that_fades_after_a_release_falls_most(session):
    ids = planted("Fading")
    key, held = theme_of_most(session, ids)
    assert held > len(ids) / 2
    themes = comments_by_theme(session)
    early = {name: sum(n for month, n in months.items() if month < FIXED_MONTH) for name, months in themes.items()}
    share = sum(early.values()) / sum(months.total() for months in themes.values())
    chance = {name: tail(early[name], months.total(), share) for name, months in themes.items()}
    assert min(chance, key=chance.__getitem__) == key
    assert themes[key].total() - early[key] <= 0.15 * themes[key].total()


def _mood(session, low: float, high: float) -> list[str]:
    """Give the NPS comments of a score range, the most negative words first: tags by confidence, and sentiment."""
    sign = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
    rows = session.execute(
        select(Comment.comment_id, Comment.sentiment, Mention.polarity, Mention.confidence)
        .join(Mention, Mention.comment_pk == Comment.id)
        .where(Comment.source == "nps", Comment.score.between(low, high), Mention.kind == "taxonomy")
    ).all()
    mood = {comment_id: sentiment or 0.0 for comment_id, sentiment, _, _ in rows}
    for comment_id, _, polarity, confidence in rows:
        mood[comment_id] += sign[polarity] * confidence
    return sorted(mood, key=mood.__getitem__)


def test_score_that_contradicts_its_words_stands_out(session):
    # The two bitter 9s are among the most negative tenth of the high scores; telling them from misread praise takes
    # a better polarity than .85. The warm 3 is the warmest of all low scores.
    high, low = _mood(session, 9, 10), _mood(session, 0, 4)
    assert set(planted("A 9 over bitter words")) <= set(high[: len(high) // 10])
    assert low[-1:] == planted("A 3 over warm words")
