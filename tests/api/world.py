"""A small planted world: seven accounts, two quarters of answers, and comments whose themes are known by hand.

`plant(store)` fills a migrated store. The numbers that tests assert are counted from `tests.api.tables`.
Run `python -m tests.api.world sqlite:////tmp/apiworld/sottovoce.db` to look at the pages with it.
"""

import sys
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
from tests.api.tables import ACCOUNTS, ANONYMOUS, LOOPS, NOW, ROLES, SAID, SCALES, SILENT, STAFF, STAGES, THEMES, Said
from tests.mentions import mention


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
        kind = "discovered" if theme == "d_shift" else "taxonomy"
        session.add(mention(comment, passage.id, theme, kind=kind, polarity=polarity))


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
