"""Accounts, contacts, staff and surveys of a seeded store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cx.scores import Scale, score_band
from data.store.models import Account, Contact, ContactRole, Staff, Survey
from data.store.repositories.loading import Loader, Same

# The newest record of a seed, always: a seed is the same on every day.
NOW = datetime(2026, 9, 30, 16, 0, tzinfo=UTC)
YEARS = 3
START = NOW - timedelta(days=365 * YEARS)
ROLES = ("economic_buyer", "champion", "admin", "power_user", "end_user")
ROLE_SHARES = (0.08, 0.12, 0.10, 0.25, 0.45)
# What a role's answers lie off the account's, in standard deviations: buyers are pleased, end users are not.
ROLE_OFFSETS = (0.5, 0.4, -0.2, -0.1, -0.4)
SEGMENTS = ("smb", "mid_market", "enterprise")
TIERS = ("standard", "growth", "key")
INDUSTRIES = (
    "HVAC Lifts Facilities Plumbing Telecoms Cleaning Electrical Solar Refrigeration Logistics Retail Health".split()
)
CURRENCIES = ("EUR", "USD", "GBP")
ACCOUNT_HEADS = (
    "Abel Brack Corv Dun Ever Fal Gran Hal Iver Jar Kest Lum Mar Nor Orch Pell Quar Ros Sten Tess Ul Ver Wyn Yar Zel "
    "Ash Birk Crom Dal Elm"
).split()
ACCOUNT_TAILS = (
    "water field ina mere gate ford ton wick holm burgh stad ley worth combe mont berg dale haven moor stone wood "
    "croft shire port vale"
).split()
FIRST = (
    "Callum Priya Graham Imogen Mirela Tomas Aoife Bruno Chidi Dagny Elif Farid Greta Hugo Ines Jonas Keiko Liam Mona "
    "Nadia Otto Petra Quentin Rosa Sven Tara Umar Vera Wim Yusuf"
).split()
LAST = (
    "Mistry Oyelaran Nuttall Tallis Berg Costa Dunne Eriksen Faber Gallo Hahn Ivanov Jansen Kowal Lund Moreau Nowak "
    "Okafor Pereira Quist Rossi Silva Tanaka Ueda Varga Weber Xu Yilmaz Zeman Orban"
).split()
CONTACTS_LEAST, CONTACTS_MOST = 5, 30
ACCOUNTS_PER_CSM, SUPPORT_STAFF = 25, 20
# Weights of the accounts: most have a few hundred comments of a million, some have thousands.
WEIGHT_SIGMA = 0.6
CHURNED = 0.08
HASH = "0" * 64


@dataclass(frozen=True)
class SurveyFacts:
    """One survey, with where each of its scores lies."""

    survey_id: str
    source: str
    stage: str
    scale: Scale
    anonymous: bool = False

    @property
    def scores(self) -> range:
        """The scores that can be given."""
        return range(int(self.scale.low), int(self.scale.high) + 1)

    def bands(self) -> list[int]:
        """Give the band of each score."""
        return [score_band(score, self.scale) for score in self.scores]


@dataclass(frozen=True)
class Parties:
    """Who there is, as arrays: row of an account, row of a contact.

    Attributes:
        account_ids: In order.
        started, ended: Days since START between which an account speaks; shape (accounts,).
        signed: Days since START of the signature (negative: before).
        mood: How pleased an account is, in standard deviations, and how that changes over the three years.
        weight: Share of the comments.
        first_contact, contacts: Where an account's contacts begin, and how many they are.
        contact_ids, contact_roles: Of the contacts; roles as numbers of `ROLES`.
        churned: Which accounts left.
        arr: Yearly revenue.
        currency: Of each account.
        agents: Ids of the support staff.
    """

    account_ids: Sequence[str]
    started: NDArray[np.float64]
    ended: NDArray[np.float64]
    signed: NDArray[np.int64]
    mood: NDArray[np.float64]
    weight: NDArray[np.float64]
    first_contact: NDArray[np.int64]
    contacts: NDArray[np.int64]
    contact_ids: Sequence[str]
    contact_roles: NDArray[np.int64]
    churned: NDArray[np.bool_]
    arr: NDArray[np.int64]
    currency: Sequence[str]
    agents: Sequence[str]
    csm_of: Sequence[str]

    @property
    def span_days(self) -> int:
        """Days of history."""
        return 365 * YEARS


def make_parties(count: int, seed: int) -> Parties:
    """Draw accounts and their contacts."""
    rng = np.random.default_rng([seed, 1])
    span = 365.0 * YEARS
    signed = rng.integers(-900, 800, count)
    churned = rng.random(count) < CHURNED
    ended = np.where(churned, np.minimum(span, np.maximum(signed, 0) + rng.integers(180, 700, count)), span)
    churned &= ended < span
    contacts = rng.integers(CONTACTS_LEAST, CONTACTS_MOST + 1, count)
    roles = rng.choice(len(ROLES), int(contacts.sum()), p=ROLE_SHARES)
    weight = rng.lognormal(0.0, WEIGHT_SIGMA, count)
    segment = _segments(count)
    ids = [f"A{at + 1:05d}" for at in range(count)]
    return Parties(
        account_ids=ids,
        started=np.clip(signed - 30.0, 0, None),
        ended=ended.astype(np.float64),
        signed=signed,
        mood=np.stack([rng.normal(0, 0.7, count), rng.normal(0, 0.5, count) - 0.6 * churned]),
        weight=weight / weight.sum(),
        first_contact=np.concatenate([[0], np.cumsum(contacts)[:-1]]),
        contacts=contacts,
        contact_ids=[f"C{at + 1:06d}" for at in range(len(roles))],
        contact_roles=roles,
        churned=churned,
        arr=(rng.lognormal(0, 0.5, count) * np.array([15_000, 60_000, 240_000])[segment]).astype(np.int64),
        currency=[CURRENCIES[at] for at in rng.integers(0, len(CURRENCIES), count).tolist()],
        agents=[f"S9{at:02d}" for at in range(SUPPORT_STAFF)],
        csm_of=[f"S{at // ACCOUNTS_PER_CSM + 1:03d}" for at in range(count)],
    )


def make_surveys() -> list[SurveyFacts]:
    """Quarterly NPS, one after closing, CSAT by ticket and in the product, CES at both ends, and an anonymous pulse."""
    nps, csat, ces = Scale("nps", 0, 10, flag_line=6), Scale("csat", 1, 5, flag_line=3), Scale("ces", 1, 7, flag_line=4)
    quarters = [(year, quarter) for year in range(START.year, NOW.year + 1) for quarter in (1, 2, 3, 4)]
    return [
        *(SurveyFacts(f"nps-{year}q{quarter}", "nps", "usage", nps) for year, quarter in quarters),
        SurveyFacts("nps-postclose", "nps", "decision", nps),
        SurveyFacts("csat-kickoff", "csat", "handoff", csat),
        SurveyFacts("csat-ticket", "csat", "support", csat),
        SurveyFacts("csat-inapp", "csat", "usage", csat),
        SurveyFacts("ces-onboarding", "ces", "onboarding", ces),
        SurveyFacts("ces-renewal", "ces", "renewal", ces),
        SurveyFacts("pulse", "csat", "usage", csat, anonymous=True),
    ]


def day(days: float) -> date:
    """Give the date so many days after the start."""
    return (START + timedelta(days=float(days))).date()


def came_from(file: str, ids: Sequence[str]) -> dict[str, Any]:
    """Give the columns that say where imported rows came from."""
    return {"origin": [f"{file}#{one}" for one in ids], "row_hash": Same(HASH), "imported_at": Same(NOW)}


def put_parties(loader: Loader, parties: Parties, surveys: Sequence[SurveyFacts], seed: int) -> None:
    """Write them."""
    _put_accounts(loader, parties, np.random.default_rng([seed, 2]))
    _put_staff(loader, parties)
    _put_contacts(loader, parties, np.random.default_rng([seed, 3]))
    loader.put(
        Survey,
        {
            "survey_id": [one.survey_id for one in surveys],
            "name": [one.survey_id.replace("-", " ").upper() for one in surveys],
            "type": [one.scale.type for one in surveys],
            "scale_min": [float(one.scale.low) for one in surveys],
            "scale_max": [float(one.scale.high) for one in surveys],
            "high_is_good": Same(True),
            "flag_line": [one.scale.flag_line for one in surveys],
            "stage": [one.stage for one in surveys],
            "anonymous": [one.anonymous for one in surveys],
            **came_from("surveys.csv", [one.survey_id for one in surveys]),
        },
    )


def _segments(count: int) -> NDArray[np.int64]:
    return np.array([0, 0, 1, 1, 2])[np.arange(count) % 5]


def account_name(at: int) -> str:
    """Name the account in this row; no two alike."""
    head, rest = at % len(ACCOUNT_HEADS), at // len(ACCOUNT_HEADS)
    tail, number = rest % len(ACCOUNT_TAILS), rest // len(ACCOUNT_TAILS)
    industry = INDUSTRIES[at % len(INDUSTRIES)]
    return f"{ACCOUNT_HEADS[head]}{ACCOUNT_TAILS[tail]} {industry}" + (f" {number + 1}" if number else "")


def _put_accounts(loader: Loader, parties: Parties, rng: np.random.Generator) -> None:
    count = len(parties.account_ids)
    names = [account_name(at) for at in range(count)]
    segments = _segments(count).tolist()
    first_value = (parties.signed + rng.integers(20, 120, count)).tolist()
    pairs = zip(parties.signed.tolist(), parties.churned.tolist(), strict=True)
    renewal = [None if churned else _renewal(signed) for signed, churned in pairs]
    loader.put(
        Account,
        {
            "account_id": parties.account_ids,
            "name": names,
            "name_key": [name.lower() for name in names],
            "domain": [name.lower().replace(" ", "-") + ".example" for name in names],
            "industry": [INDUSTRIES[at % len(INDUSTRIES)] for at in range(count)],
            "segment": [SEGMENTS[one] for one in segments],
            "tier": [TIERS[one] for one in segments],
            "motion": ["usage_based" if at % 5 in (1, 3) else "seat_signed" for at in range(count)],
            "arr": [int(one) for one in parties.arr],
            "currency": parties.currency,
            "contract_start": [day(one) for one in parties.signed.tolist()],
            "first_value_date": [day(one) for one in first_value],
            "renewal_date": renewal,
            "is_stub": Same(False),
            **came_from("accounts.csv", parties.account_ids),
        },
    )


def _renewal(signed: int) -> date:
    """Give the next anniversary of the signature, two months ago at the earliest."""
    next_one = signed
    while next_one < 365 * YEARS - 60:
        next_one += 365
    return day(next_one)


def _put_staff(loader: Loader, parties: Parties) -> None:
    csms = list(zip(parties.csm_of, parties.account_ids, strict=True))
    others = [
        *((one, "support") for one in parties.agents),
        *((f"S8{at:02d}", "support_lead") for at in range(2)),
        *((f"S7{at:02d}", "sales") for at in range(8)),
        *((f"S6{at:02d}", "implementation") for at in range(8)),
        ("S500", "product"),
        ("S501", "finance"),
    ]
    ids = [one for one, _ in csms] + [one for one, _ in others]
    numbers = [int(one[1:]) for one in ids]
    loader.put(
        Staff,
        {
            "staff_id": ids,
            "account_key": [account for _, account in csms] + [""] * len(others),
            "name": [f"{FIRST[at * 7 % len(FIRST)]} {LAST[at * 11 % len(LAST)]}" for at in numbers],
            "email": [f"{one.lower()}@vendor.example" for one in ids],
            "function": ["csm"] * len(csms) + [what for _, what in others],
            "account_id": [account for _, account in csms] + [None] * len(others),
            "valid_from": Same(day(-900)),
            **came_from("staff.csv", ids),
        },
    )


def _put_contacts(loader: Loader, parties: Parties, rng: np.random.Generator) -> None:
    count = len(parties.contact_ids)
    firsts, lasts = rng.integers(0, len(FIRST), count).tolist(), rng.integers(0, len(LAST), count).tolist()
    accounts = np.repeat(np.arange(len(parties.account_ids)), parties.contacts).tolist()
    roles = [ROLES[one] for one in parties.contact_roles.tolist()]
    loader.put(
        Contact,
        {
            "contact_id": parties.contact_ids,
            "account_id": [parties.account_ids[at] for at in accounts],
            "name": [f"{FIRST[first]} {LAST[last]}" for first, last in zip(firsts, lasts, strict=True)],
            "email": [f"{one.lower()}@customer.example" for one in parties.contact_ids],
            "title": [role.replace("_", " ").capitalize() for role in roles],
            "role": roles,
            "is_stub": Same(False),
            **came_from("contacts.csv", parties.contact_ids),
        },
    )
    loader.put(
        ContactRole,
        {"contact_id": parties.contact_ids, "role": roles, "role_from": Same(day(-900)), "role_to": Same(None)},
    )
