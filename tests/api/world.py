"""A small planted world: seven accounts, two quarters of answers, and comments whose themes are known by hand.

`plant(store, vault)` fills a migrated store. The numbers that tests assert are counted from the tables below.
Run `python -m tests.api.world sqlite:////tmp/apiworld/sottovoce.db` to look at the pages with it.
"""

# ruff: noqa: E501 - a text stands on one line
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from cx.scores import Scale, score_band
from data.store.models import (
    Account,
    Comment,
    Contact,
    LoopAct,
    Mention,
    OpenedLoop,
    Passage,
    PassageText,
    Response,
    Staff,
    StaleAccount,
    Survey,
    Theme,
)
from data.store.repositories.cells import refresh_cells
from data.store.unit_of_work import Store

NOW = datetime(2026, 9, 30, 16, 0, tzinfo=UTC)

ACCOUNTS = [
    ("northwind", "Northwind Freight", "logistics", "mid_market", "gold", "seat_signed", 84_000, "2026-11-14"),
    ("halden", "Halden Clinics", "health", "enterprise", "platinum", "seat_signed", 210_000, "2027-01-31"),
    ("pico", "Pico Payroll", "hr", "smb", "silver", "usage_based", 18_000, "2027-03-01"),
    (
        "bergmann",
        "Bergmann Anlagenbau",
        "manufacturing",
        "enterprise",
        "platinum",
        "seat_signed",
        340_000,
        "2026-12-20",
    ),
    ("lumen", "Lumen Retail", "retail", "mid_market", "gold", "usage_based", 96_000, "2027-05-15"),
    ("tessera", "Tessera Legal", "legal", "smb", "silver", "seat_signed", 24_500, None),
    ("orchard", "Orchard Foods", "food", "mid_market", "gold", "seat_signed", 60_000, "2026-10-30"),
]
ROLES = ("economic_buyer", "champion", "admin", "power_user", "end_user")
THEMES = {
    "sales_delivery_mismatch": "Sales-delivery mismatch",
    "support_speed": "Support speed",
    "support_resolution": "Support resolution",
    "onboarding_effort": "Onboarding effort",
    "ease_of_use": "Ease of use",
    "speed_performance": "Speed and performance",
    "reporting_export": "Reporting and export",
    "csm_engagement": "CSM engagement",
    "pricing_value": "Pricing and value",
    "integrations_api": "Integrations and API",
}
HOSTILE = '<script>alert(1)</script> **bold** <img src=x onerror=alert(2)> =cmd|"/c calc"!A1 [link](javascript:alert(3)) \u202etxt.exe'


@dataclass(frozen=True)
class Said:
    """One comment: who, where, when, how many points, in which words, about what."""

    source: str
    account: str
    role: str
    on: str
    score: float | None
    text: str
    themes: tuple[tuple[str, str], ...]


MISMATCH, SLOW_HELP, NOT_SOLVED = "sales_delivery_mismatch", "support_speed", "support_resolution"
N, P, NEUTRAL = "negative", "positive", "neutral"

SAID = [
    Said(
        "nps",
        "northwind",
        "champion",
        "2026-09-24",
        4,
        "In the demo the dock schedule filled itself. Here two of my people key it in every evening.",
        ((MISMATCH, N),),
    ),
    Said(
        "nps",
        "northwind",
        "admin",
        "2026-09-18",
        3,
        "Four days for a first answer, and then a link to an article I had already quoted to them.",
        ((SLOW_HELP, N), (NOT_SOLVED, N)),
    ),
    Said(
        "nps",
        "northwind",
        "end_user",
        "2026-08-27",
        6,
        "Searching a waybill takes as long as walking over to the cabinet.",
        (("speed_performance", N),),
    ),
    Said(
        "nps",
        "halden",
        "end_user",
        "2026-09-21",
        2,
        "I click through five screens to book one patient. The old one had a single form.",
        (("ease_of_use", N),),
    ),
    Said(
        "nps",
        "halden",
        "economic_buyer",
        "2026-09-10",
        9,
        "Our CSM knows the wards by name and calls before we notice something.",
        (("csm_engagement", P),),
    ),
    Said(
        "nps",
        "halden",
        "power_user",
        "2026-07-30",
        7,
        "Solid. The monthly export could carry the cost centre.",
        (("reporting_export", NEUTRAL),),
    ),
    Said(
        "nps",
        "bergmann",
        "champion",
        "2026-09-15",
        5,
        "We signed for an SAP link by March. It is September and there is a CSV on an FTP server.",
        ((MISMATCH, N), ("integrations_api", N)),
    ),
    Said(
        "nps",
        "bergmann",
        "admin",
        "2026-08-19",
        6,
        "Nobody answers after 16:00 our time. Our second shift starts at 14:00.",
        ((SLOW_HELP, N),),
    ),
    Said(
        "nps",
        "lumen",
        "power_user",
        "2026-09-05",
        10,
        "Stock counts that took us a night now take an hour.",
        (("ease_of_use", P), ("speed_performance", P)),
    ),
    Said("nps", "lumen", "economic_buyer", "2026-06-16", 8, "Fair price for what it does.", (("pricing_value", P),)),
    Said(
        "nps",
        "tessera",
        "end_user",
        "2026-05-12",
        3,
        "Every report comes out with last month's matters missing.",
        (("reporting_export", N),),
    ),
    Said(
        "ces",
        "bergmann",
        "admin",
        "2026-07-22",
        2,
        "The consultant we were introduced to before the signature never came to the kick-off. We explained everything again.",
        ((MISMATCH, N), ("onboarding_effort", N)),
    ),
    Said(
        "ces",
        "northwind",
        "power_user",
        "2026-08-05",
        3,
        "Six weeks of set-up. Two were quoted.",
        ((MISMATCH, N), ("onboarding_effort", N)),
    ),
    Said(
        "ces",
        "lumen",
        "admin",
        "2026-08-14",
        6,
        "Import wizard got our 40,000 articles right the first time.",
        (("onboarding_effort", P),),
    ),
    Said(
        "ces",
        "pico",
        "champion",
        "2026-06-02",
        5,
        "Set up in an afternoon, bank file included.",
        (("onboarding_effort", P),),
    ),
    Said("csat", "northwind", "admin", "2026-09-26", 1, "Closed as solved. It is not solved.", ((NOT_SOLVED, N),)),
    Said(
        "csat",
        "halden",
        "power_user",
        "2026-09-02",
        5,
        "Marta stayed on the line until the labels printed.",
        ((NOT_SOLVED, P),),
    ),
    Said("csat", "bergmann", "end_user", "2026-08-30", 2, HOSTILE, (("ease_of_use", N),)),
    Said("csat", "tessera", "admin", "2026-07-08", 4, "Quick and correct.", ((SLOW_HELP, P), (NOT_SOLVED, P))),
    Said(
        "in_app",
        "pico",
        "end_user",
        "2026-09-12",
        None,
        "Could the payslip list remember my filter?",
        (("ease_of_use", NEUTRAL),),
    ),
    Said(
        "ticket",
        "tessera",
        "admin",
        "2026-09-09",
        None,
        "Third time I ask: where did the July matters go in the partner report?",
        (("reporting_export", N), (NOT_SOLVED, N)),
    ),
    Said(
        "review_note",
        "bergmann",
        "champion",
        "2026-09-16",
        None,
        "Champion repeats that the SAP connector was part of the offer.",
        ((MISMATCH, N),),
    ),
]
# NPS answers without a comment: (account, role, scores by month from April to September).
SILENT = [
    ("northwind", "power_user", (8, 7, 7, 6, 6, 5)),
    ("northwind", "end_user", (7, 7, 8, 6, 5, 5)),
    ("halden", "champion", (9, 9, 9, 8, 9, 9)),
    ("halden", "admin", (8, 8, 7, 8, 7, 6)),
    ("halden", "end_user", (7, 6, 6, 5, 6, 4)),
    ("bergmann", "economic_buyer", (9, 8, 8, 8, 7, 7)),
    ("bergmann", "power_user", (7, 7, 6, 6, 7, 6)),
    ("lumen", "champion", (9, 10, 9, 10, 9, 10)),
    ("lumen", "end_user", (8, 9, 8, 9, 9, 9)),
    ("pico", "champion", (9, 9, 10, 9, 9, 10)),
    ("tessera", "economic_buyer", (8, 7, 8, 8, 7, 8)),
]
# The anonymous survey: (account, role, score, text or None); five answers are the smallest group shown.
ANONYMOUS = [
    *(("bergmann", "end_user", score, None) for score in (2, 3, 4, 4, 5)),
    ("bergmann", "end_user", 1, "The tool is fine, the queue in front of it is not."),
    ("pico", "admin", 1, "My manager picked this without asking one of us."),
    ("pico", "admin", 2, None),
]


def plant(store: Store) -> None:
    """Fill a migrated store."""
    with store.write() as session:
        _plant_parties(session)
        _plant_surveys(session)
        _plant_themes(session)
        session.flush()
        for place, said in enumerate(SAID):
            _plant_comment(session, place, said)
        _plant_silent(session)
        _plant_anonymous(session)
        _plant_loops(session)
        session.flush()
        keys = [row[0] for row in ACCOUNTS]
        session.add_all(StaleAccount(account_key=key) for key in keys)
        session.flush()
        refresh_cells(session, keys)


def contact_id(account: str, role: str) -> str:
    """The one contact of a role at an account."""
    return f"{account}-{role}"


def _origin(name: str) -> dict[str, Any]:
    return {"origin": f"world:{name}", "row_hash": "0" * 64, "imported_at": NOW}


def _plant_parties(session: Session) -> None:
    for key, name, industry, segment, tier, motion, arr, renewal in ACCOUNTS:
        session.add(
            Account(
                account_id=key,
                name=name,
                domain=f"{key}.example",
                industry=industry,
                segment=segment,
                tier=tier,
                motion=motion,
                arr=Decimal(arr),
                currency="EUR",
                contract_start=date(2026, 3, 1),
                renewal_date=None if renewal is None else date.fromisoformat(renewal),
                **_origin(key),
            )
        )
    session.flush()
    for key, *_ in ACCOUNTS:
        for role in ROLES:
            person = contact_id(key, role)
            name = f"{role.replace('_', ' ').title()} of {key.title()}"
            session.add(Contact(contact_id=person, account_id=key, name=name, role=role, **_origin(person)))


SCALES = {
    "nps": Scale("nps", 0, 10, flag_line=6),
    "csat": Scale("csat", 1, 5, flag_line=3),
    "ces": Scale("ces", 1, 7, flag_line=4),
}
STAGES = {"nps": "usage", "csat": "support", "ces": "onboarding", "ticket": "support", "in_app": "usage"}


def _plant_surveys(session: Session) -> None:
    for key, scale in SCALES.items():
        session.add(_survey(key, scale, anonymous=False))
    session.add(_survey("csat_anonymous", SCALES["csat"], anonymous=True))


def _survey(key: str, scale: Scale, *, anonymous: bool) -> Survey:
    return Survey(
        survey_id=key,
        name=key.upper(),
        type=scale.type,
        scale_min=scale.low,
        scale_max=scale.high,
        high_is_good=True,
        flag_line=scale.flag_line,
        stage=STAGES[scale.type],
        anonymous=anonymous,
        **_origin(key),
    )


def _plant_themes(session: Session) -> None:
    for key, name in THEMES.items():
        session.add(Theme(theme_key=key, kind="taxonomy", name=name, updated_at=NOW, owner="Product", level=0))
    session.add(
        Theme(theme_key="d_shift", kind="discovered", name="Second shift, evening hours", emerging=True, updated_at=NOW)
    )


def _plant_comment(session: Session, place: int, said: Said) -> None:
    at = datetime.fromisoformat(said.on + "T10:00:00+00:00")
    kind = "response" if said.source in SCALES else "ticket_message" if said.source == "ticket" else said.source
    origin = f"r{place:03d}"
    person = contact_id(said.account, said.role)
    stage = STAGES.get(said.source, "business_review")
    if said.score is not None:
        session.add(_response(origin, said.source, said.account, person, said.role, at, said.score, stage))
    comment = _comment(f"{kind}:{origin}", said, at, person)
    session.add(comment)
    session.flush()
    text_key = f"{place:064d}"
    session.add(PassageText(text_key=text_key, text=said.text, tokens=None))
    passage = Passage(comment_pk=comment.id, position=0, start=0, end=len(said.text), text_key=text_key)
    session.add(passage)
    session.flush()
    themes = [*said.themes, *((("d_shift", "negative"),) if "second shift" in said.text else ())]
    for theme, polarity in themes:
        session.add(
            Mention(
                passage_id=passage.id,
                comment_pk=comment.id,
                theme_key=theme,
                kind="discovered" if theme == "d_shift" else "taxonomy",
                polarity=polarity,
                confidence=0.9,
                said_by="model",
                account_id=said.account,
                said_at=at,
            )
        )


def _comment(comment_id: str, said: Said, at: datetime, person: str | None, survey: str | None = None) -> Comment:
    kind, origin = comment_id.split(":")
    scored = said.source in SCALES and said.score is not None
    return Comment(
        comment_id=comment_id,
        kind=kind,
        origin_id=origin,
        source=said.source,
        vendor_voice=said.source == "review_note",
        account_id=said.account,
        contact_id=person,
        respondent_key=person or comment_id,
        anonymous=person is None,
        survey_id=survey or (said.source if scored else None),
        response_id=origin if scored else None,
        role=said.role,
        stage=STAGES.get(said.source, "business_review"),
        said_at=at,
        month=said.on[:7],
        score=said.score,
        score_band=score_band(said.score, SCALES[said.source]) if said.score is not None else None,
        original_hash="0" * 64,
        text=said.text,
        language="en",
        analysed=True,
        content_key="0" * 64,
    )


def _response(
    key: str, survey: str, account: str, person: str | None, role: str, at: datetime, score: float, stage: str
) -> Response:
    return Response(
        response_id=key,
        survey_id=survey,
        account_id=account,
        contact_id=person,
        responded_at=at,
        score=score,
        role=role,
        stage=stage,
        **_origin(key),
    )


def _plant_silent(session: Session) -> None:
    for account, role, by_month in SILENT:
        for month, score in enumerate(by_month, start=4):
            at = datetime(2026, month, 12, 9, tzinfo=UTC)
            key = f"s-{account}-{role}-{month}"
            session.add(_response(key, "nps", account, contact_id(account, role), role, at, score, "usage"))


def _plant_anonymous(session: Session) -> None:
    for place, (account, role, score, text) in enumerate(ANONYMOUS):
        at = datetime(2026, 9, 20, 12, tzinfo=UTC) + timedelta(minutes=place)
        origin = f"a{place:03d}"
        session.add(_response(origin, "csat_anonymous", account, None, role, at, score, "support"))
        if text is not None:
            said = Said("csat", account, role, "2026-09-20", score, text, ())
            session.add(_comment(f"response:{origin}", said, at, None, "csat_anonymous"))


# Who answers for an account: its success manager.
STAFF = {"pico": ("S1", "Mara Lind"), "northwind": ("S2", "Jonas Ek")}
# One loop an account, by id; pico's was told to its owner, nobody heard of northwind's.
LOOPS = {"pico": 9001, "northwind": 9002}
_SIGNALS = {"pico": ("ces", "champion", "2026-06-02"), "northwind": ("nps", "champion", "2026-09-24")}


def _plant_loops(session: Session) -> None:
    for account, (staff_id, name) in STAFF.items():
        fields = {"staff_id": staff_id, "name": name, "email": f"{staff_id.lower()}@vendor.example", "function": "csm"}
        session.add(Staff(**fields, account_key=account, account_id=account, **_origin(staff_id)))
        session.add(_loop(account, staff_id))
    session.flush()
    routed = datetime(2026, 6, 2, 10, 1, tzinfo=UTC)
    session.add(LoopAct(loop_id=LOOPS["pico"], position=1, act="route", at=routed, by="mail"))


def _loop(account: str, staff_id: str) -> OpenedLoop:
    source, role, on = _SIGNALS[account]
    place = next(n for n, said in enumerate(SAID) if (said.source, said.account, said.on) == (source, account, on))
    at = datetime.fromisoformat(on + "T10:00:00+00:00")
    told = account == "pico"
    return OpenedLoop(
        id=LOOPS[account],
        signal_key=f"response:r{place:03d}",
        account_id=account,
        survey_id=source,
        source=source,
        role=role,
        stage=STAGES[source],
        # As it was then: pico's champion gave a better score since.
        score=4,
        reasons=["low_onboarding_ces" if source == "ces" else "detractor"],
        said_at=at,
        opened_at=at,
        opened_for=staff_id,
        also=[],
        why="success manager of the account",
        state="routed" if told else "open",
        owner_id=staff_id,
        due_act="touch" if told else "route",
        due_at=at + (timedelta(hours=24) if told else timedelta(minutes=5)),
    )


def main(url: str) -> None:
    """Make a database to look at."""
    store = Store(url)
    store.migrate()
    plant(store)
    store.close()


if __name__ == "__main__":
    main(sys.argv[1])
