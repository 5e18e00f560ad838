"""A planted account for diagnoses: `acme` has every finding, `quiet` has none, `mute` never said a word.

Dates lie around a window of 90 days that ends on 2026-09-30.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from cx.scores import Scale, score_band
from data.store.models import (
    Account,
    Comment,
    Commitment,
    CommitmentMatch,
    Contact,
    ContactRole,
    HealthScore,
    OpenedLoop,
    Passage,
    PassageText,
    Response,
    Staff,
    Survey,
    Theme,
    Ticket,
    WeeklyUsage,
)
from data.store.queries.slices import Slice
from data.store.unit_of_work import Store
from tests.mentions import mention

NOW = datetime(2026, 9, 30, 23, 59, tzinfo=UTC)
SINCE = NOW - timedelta(days=90)
WINDOW = Slice(as_of=NOW, since=SINCE)
SCALES = {
    "nps": Scale("nps", 0, 10, flag_line=6),
    "csat": Scale("csat", 1, 5, flag_line=3),
    "ces": Scale("ces", 1, 7, flag_line=4),
    "pulse": Scale("csat", 1, 5, flag_line=3),
}
STAGE = {"nps": "usage", "csat": "support", "ces": "onboarding", "pulse": "usage"}
THEMES = {
    "sales_delivery_mismatch": "Sales-delivery mismatch",
    "support_speed": "Support response time",
    "churn_intent": "Churn intent",
    "ease_of_use": "Ease of use",
}


def _origin(name: str) -> dict[str, Any]:
    return {"origin": f"diagnosed:{name}", "row_hash": "0" * 64, "imported_at": NOW}


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


class Planter:
    """Adds rows one by one; keys count up."""

    def __init__(self, session: Session) -> None:
        self.session, self.key = session, 0

    def account(self, key: str, *, renewal_in: int | None, motion: str = "seat_signed") -> None:
        renewal = None if renewal_in is None else NOW.date() + timedelta(days=renewal_in)
        self.session.add(
            Account(
                account_id=key,
                name=key.title(),
                motion=motion,
                segment="smb",
                arr=Decimal(50_000),
                currency="EUR",
                contract_start=date(2025, 10, 1),
                renewal_date=renewal,
                **_origin(key),
            )
        )
        self.session.flush()

    def contact(self, account: str, name: str, role: str, *, left_on: date | None = None) -> str:
        key = f"{account}-{name.lower()}"
        self.session.add(
            Contact(contact_id=key, account_id=account, name=name, role=role, left_on=left_on, **_origin(key))
        )
        self.session.flush()
        return key

    def answer(
        self,
        account: str,
        survey: str,
        score: float,
        *,
        days: float,
        person: str | None = None,
        role: str = "unknown",
        agent: str | None = None,
        text: str | None = None,
        themes: tuple[tuple[str, str], ...] = (),
        sentiment: float = 0.0,
    ) -> str:
        self.key += 1
        key = f"r{self.key}"
        anonymous = survey == "pulse"
        contact = None if anonymous or person is None else f"{account}-{person}"
        self.session.add(
            Response(
                response_id=key,
                survey_id=survey,
                account_id=account,
                contact_id=contact,
                agent_id=agent,
                responded_at=days_ago(days),
                score=score,
                role=role,
                stage=STAGE[survey],
                **_origin(key),
            )
        )
        self.session.flush()
        if text is not None:
            band = score_band(score, SCALES[survey])
            source = SCALES[survey].type
            self.comment(
                f"response:{key}",
                account,
                source,
                days=days,
                person=contact,
                role=role,
                stage=STAGE[survey],
                text=text,
                themes=themes,
                sentiment=sentiment,
                more={
                    "survey_id": survey,
                    "response_id": key,
                    "score": score,
                    "score_band": band,
                    "anonymous": anonymous,
                },
            )
        return f"response:{key}"

    def comment(
        self,
        comment_id: str,
        account: str,
        source: str,
        *,
        days: float,
        person: str | None,
        role: str,
        stage: str,
        text: str,
        themes: tuple[tuple[str, str], ...] = (),
        sentiment: float = 0.0,
        more: dict[str, Any] | None = None,
    ) -> None:
        kind, origin_id = comment_id.split(":")
        at = days_ago(days)
        row = Comment(
            comment_id=comment_id,
            kind=kind,
            origin_id=origin_id,
            source=source,
            vendor_voice=source == "review_note",
            account_id=account,
            contact_id=person,
            respondent_key=person or comment_id,
            role=role,
            stage=stage,
            said_at=at,
            month=f"{at:%Y-%m}",
            original_hash="0" * 64,
            text=text,
            language="en",
            analysed=True,
            sentiment=sentiment,
            content_key="0" * 64,
            **(more or {}),
        )
        self.session.add(row)
        self.session.flush()
        text_key = f"{row.id:064d}"
        self.session.add(PassageText(text_key=text_key, text=text, tokens=None))
        passage = Passage(comment_pk=row.id, position=0, start=0, end=len(text), text_key=text_key)
        self.session.add(passage)
        self.session.flush()
        for theme, polarity in themes:
            kind = "discovered" if theme.startswith("d_") else "taxonomy"
            self.session.add(mention(row, passage.id, theme, kind=kind, polarity=polarity))
        self.session.flush()

    def weeks(self, account: str, before: int, now: int) -> None:
        monday = (NOW - timedelta(weeks=27)).date()
        monday -= timedelta(days=monday.weekday())
        for place in range(27):
            week = monday + timedelta(weeks=place)
            users = before if week < SINCE.date() else now
            self.session.add(
                WeeklyUsage(
                    account_id=account,
                    week_start=week,
                    active_users=users + place % 2,
                    licensed_users=200,
                    **_origin(f"{account}{place}"),
                )
            )

    def ticket(self, account: str, key: str, *, days: float, text: str | None = None) -> None:
        opened = days_ago(days)
        self.session.add(Ticket(ticket_id=key, account_id=account, opened_at=opened, status="open", **_origin(key)))
        self.session.flush()
        if text is not None:
            self.comment(
                f"ticket_message:{key}-M1",
                account,
                "ticket",
                days=days,
                person=f"{account}-ada",
                role="admin",
                stage="support",
                text=text,
                themes=(("support_speed", "negative"),),
                more={"ticket_id": key},
            )


def plant(store: Store) -> None:
    """Fill a migrated store."""
    with store.write() as session:
        found = Planter(session)
        _plant_frame(session)
        for key, renewal_in in (("acme", 40), ("quiet", 300), ("mute", None)):
            found.account(key, renewal_in=renewal_in)
        _plant_acme(found)
        _plant_quiet(found)


def _plant_frame(session: Session) -> None:
    for key, scale in SCALES.items():
        session.add(
            Survey(
                survey_id=key,
                type=scale.type,
                scale_min=scale.low,
                scale_max=scale.high,
                high_is_good=True,
                flag_line=scale.flag_line,
                stage=STAGE[key],
                anonymous=key == "pulse",
                **_origin(key),
            )
        )
    for key, name in THEMES.items():
        session.add(Theme(theme_key=key, kind="taxonomy", name=name, updated_at=NOW, action="Do it.", level=0))
    session.add(
        Theme(theme_key="d_ports", kind="discovered", name="Ports and cables", emerging=True, updated_at=NOW, level=1)
    )
    session.flush()


def _plant_acme(found: Planter) -> None:
    """Every finding there is, and for each only what it needs."""
    session = found.session
    for name, function, account in (("Mia", "csm", "acme"), ("Lars", "support_lead", None), ("Ivo", "sales", None)):
        row = Staff(
            staff_id=name,
            account_key=account or "",
            account_id=account,
            name=name,
            function=function,
            **_origin(name),
        )
        session.add(row)
    people = {"ann": "end_user", "ada": "admin", "pia": "power_user", "bea": "economic_buyer", "cho": "champion"}
    for name, role in people.items():
        found.contact("acme", name.title(), role)
    found.contact("acme", "Dan", "champion", left_on=(NOW - timedelta(days=120)).date())
    for who, since, until in (("dan", 300, 120), ("cho", 110, None)):
        session.add(
            ContactRole(
                contact_id=f"acme-{who}",
                role="champion",
                role_from=days_ago(since).date(),
                role_to=None if until is None else days_ago(until).date(),
            )
        )
    for name, role in people.items():
        if name not in ("bea", "cho"):
            found.answer("acme", "nps", 9, days=130, person=name, role=role)
    slow = (("support_speed", "negative"),)
    found.answer("acme", "nps", 4, days=20, person="ann", role="end_user", text="Days for an answer.", themes=slow)
    found.answer("acme", "nps", 3, days=19, person="ada", role="admin", text="Still waiting.", themes=slow)
    leaving = (("churn_intent", "negative"),)
    found.answer("acme", "nps", 2, days=18, person="pia", role="power_user", text="We look around.", themes=leaving)
    bitter = (("ease_of_use", "negative"), ("d_ports", "negative"))
    text = "Nothing works, all of it broken, a shame."
    found.answer("acme", "nps", 9, days=17, person="cho", role="champion", text=text, themes=bitter, sentiment=-1.0)
    promised = (("sales_delivery_mismatch", "negative"),)
    text = "The dock plan was to fill itself."
    found.answer("acme", "ces", 2, days=200, person="cho", role="champion", text=text, themes=promised)
    found.answer("acme", "ces", 3, days=190, person="pia", role="power_user", text="Not as shown.", themes=promised)
    for days, agent in ((30, "Lars"), (29, "Lars"), (28, "S9")):
        found.answer("acme", "csat", 2, days=days, person="ada", role="admin", agent=agent)
    found.weeks("acme", 100, 60)
    # Tickets are known from before both windows on: one that old says so.
    found.ticket("acme", "T00", days=200)
    found.ticket("acme", "T0", days=150)
    for place in range(6):
        found.ticket("acme", f"T{place + 1}", days=10 + place, text="Again." if place < 2 else None)
    session.add(HealthScore(account_id="acme", scored_on=days_ago(15).date(), status="green", **_origin("h")))
    session.add(
        Commitment(
            commitment_id="K1",
            account_id="acme",
            handed_over_on=date(2025, 10, 10),
            text="The dock plan fills itself.",
            made_by="Ivo",
            made_on=date(2025, 9, 1),
        )
    )
    session.flush()
    passage = session.query(Passage).join(Comment).filter(Comment.source == "ces").order_by(Passage.id).first()
    assert passage is not None
    session.add(CommitmentMatch(passage_id=passage.id, commitment_id="K1", similarity=0.71))
    session.add(
        OpenedLoop(
            signal_key="response:r5",
            account_id="acme",
            survey_id="nps",
            source="nps",
            role="end_user",
            stage="usage",
            score=4,
            reasons=["detractor"],
            said_at=days_ago(20),
            opened_at=days_ago(20),
            opened_for="Mia",
            also=[],
            why="success manager of the account",
            state="routed",
            owner_id="Mia",
            due_act="touch",
            due_at=days_ago(19),
        )
    )


def _plant_quiet(found: Planter) -> None:
    found.contact("quiet", "Zoe", "champion")
    for days in (120, 30):
        found.answer("quiet", "nps", 8, days=days, person="zoe", role="champion")
    for score in (1, 2, 1, 2):
        found.answer("quiet", "pulse", score, days=25, role="admin", text="Only four said so.")
    found.weeks("quiet", 100, 100)
