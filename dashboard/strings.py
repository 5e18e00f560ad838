"""Texts that several pages share, and the names of what is data: plain, short, no raw keys."""

import re

ROLES = {
    "economic_buyer": "Economic buyer",
    "champion": "Champion",
    "admin": "Admin",
    "power_user": "Power user",
    "end_user": "End user",
    "unknown": "Role not known",
}
ROLES_SHORT = {
    "economic_buyer": "Buyer",
    "champion": "Champion",
    "admin": "Admin",
    "power_user": "Power user",
    "end_user": "End user",
    "unknown": "Not known",
}
ROLES_MANY = {
    "economic_buyer": "economic buyers",
    "champion": "champions",
    "admin": "admins",
    "power_user": "power users",
    "end_user": "end users",
    "unknown": "people of unknown role",
}
# What a reader may do.
KEY_ROLES = {"viewer": "viewer", "csm": "CSM", "analyst": "analyst", "admin": "admin"}
STAGES = {
    "consideration": "Consideration",
    "decision": "Decision",
    "handoff": "Handoff",
    "onboarding": "Onboarding",
    "usage": "Usage",
    "support": "Support",
    "business_review": "Business review",
    "renewal": "Renewal",
    "unknown": "Stage not known",
}
SOURCES = {
    "nps": "NPS",
    "csat": "CSAT",
    "ces": "CES",
    "ticket": "Tickets",
    "in_app": "In-app comments",
    "review_note": "Review notes",
}
SEGMENTS = {"smb": "SMB", "mid_market": "Mid-market", "enterprise": "Enterprise", "unknown": "Segment not known"}
# Days; None is everything.
PERIODS: dict[str, int | None] = {
    "30d": 30,
    "90d": 90,
    "180d": 180,
    "365d": 365,
    "all": None,
}
DEFAULT_PERIOD = "90d"
PERIOD_NAMES = {
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "180d": "Last 180 days",
    "365d": "Last 12 months",
    "all": "All time",
}
SCORE_NAMES = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
SCORE_MEANS = {
    "nps": "promoters minus detractors",
    "csat": "satisfied: top two boxes",
    "ces": "mean effort score",
}
FLAGGED_ONE = {"nps": "detractor", "csat": "flagged answer", "ces": "flagged answer"}
FLAGGED_MANY = {"nps": "detractors", "csat": "flagged answers", "ces": "flagged answers"}
SIGNS = {"negative": "−", "positive": "+", "neutral": "○"}

# A calendar period in an address: 2026, 2026-Q3, 2026-09.
CALENDAR = re.compile(r"(19|20|21)\d\d(-(Q[1-4]|0[1-9]|1[0-2]))?")
TITLE = "Sottovoce"
# Pages by their address, in the order of the navigation; a theme's and an account's page are reached by links.
PAGE_NAMES = {
    "": "Overview",
    "themes": "Themes",
    "theme": "Theme",
    "accounts": "Accounts",
    "account": "Account",
    "journey": "Journey",
    "map": "Map",
    "loops": "Loops",
    "retention": "Retention",
    "search": "Search",
    "data": "Data",
}
FILTER_PERIOD = "Period"
FILTER_TITLES = {
    "segment": "Segment",
    "industry": "Industry",
    "tier": "Tier",
    "role": "Role",
    "stage": "Stage",
    "source": "Source",
}
ALL_OF = {
    "segment": "All segments",
    "industry": "All industries",
    "tier": "All tiers",
    "role": "All roles",
    "stage": "All stages",
    "source": "All sources",
}
EVERYBODY = "everybody"
MORE_COMMENTS = "Show more comments"
NO_COMMENTS = "None of them wrote a comment in this period."
NO_COMMENTS_HERE = "Nobody wrote a comment here in this period."
NOTHING_FLAGGED = "Nobody is below the line in this period."
FEW_ANSWERS = "few answers"
EMPTY_TITLE = "Nothing to show yet"
EMPTY_TEXT = "The database holds no answers and no comments. Look at the sample first, or bring your own files."
EMPTY_COMMANDS = ("sottovoce import data/sample", "sottovoce run")
REFUSED_TITLE = "This is not yours to see"
MISSING_TITLE = "There is no such thing here"
NO_SCORES = "No scored answer in this slice; the themes below come from comments without a score."
UNREACHABLE_TITLE = "The API does not answer"
SHOW_ALL = "Read all"
# What redaction takes out of comments, by the word that it leaves. Source: nlp.text.redact.PLACEHOLDER.
TAKEN = {
    "PERSON": "name",
    "EMAIL": "e-mail",
    "PHONE": "phone number",
    "CARD": "card number",
    "IBAN": "account number",
    "IP": "IP address",
    "URL": "link",
    "NATIONAL_ID": "ID number",
    "ADDRESS": "address",
    "SECRET": "secret",
}
TAKEN_OUT = "Taken out by redaction: {kind}"
