"""The tables of the planted world: seven accounts, two quarters of answers, and what each comment is about."""

# ruff: noqa: E501 - a text stands on one line
from dataclasses import dataclass
from datetime import UTC, datetime

from cx.scores import Scale

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
SCALES = {
    "nps": Scale("nps", 0, 10, flag_line=6),
    "csat": Scale("csat", 1, 5, flag_line=3),
    "ces": Scale("ces", 1, 7, flag_line=4),
}
STAGES = {"nps": "usage", "csat": "support", "ces": "onboarding", "ticket": "support", "in_app": "usage"}
# Who answers for an account: its success manager.
STAFF = {"pico": ("S1", "Mara Lind"), "northwind": ("S2", "Jonas Ek")}
# One loop an account, by id; pico's was told to its owner, nobody heard of northwind's.
LOOPS = {"pico": 9001, "northwind": 9002}
