"""The words of the data page: names of kinds, fields, states and stages, and the API's words in the page's."""

import re
from collections.abc import Mapping
from datetime import date

from dashboard import format as fmt

# Shorter than this is not told apart.
SHORTEST_S = 0.1
PARTS = {
    "import": "Import",
    "quarantine": "Quarantine",
    "runs": "Runs",
    "taxonomy": "Taxonomy",
    "keys": "Keys",
}
SHOW_MORE = "Show more"
NOT_DONE = "Not done:"
FAILED = "it failed; the log of the worker says why."
NOT_YOURS = "This part is not yours to use"
YOU_READ_AS = "You read with the key “{name}” ({role}). Ask an admin for another key."
SOME_ACCOUNTS = "some accounts"

IMPORT_WHO = "Files are imported by analysts and admins who see all accounts."
QUARANTINE_WHO = "Rows that were set aside are shown to analysts and admins who see all accounts."
RUNS_WHO = "Runs are started by analysts and admins who see all accounts. You can look on."
TAXONOMY_WHO = "The taxonomy is changed by admins who see all accounts. You can read it."
KEYS_WHO = "Keys are made and ended by admins who see all accounts."

KEY_ROLES_MEAN = {
    "viewer": "Viewer: reads everything",
    "csm": "CSM: reads and corrects, for their accounts only",
    "analyst": "Analyst: also imports files and starts runs",
    "admin": "Admin: also changes the taxonomy and keys",
}
KINDS = {
    "accounts": "Accounts",
    "staff": "Our staff",
    "contacts": "Contacts",
    "surveys": "Surveys",
    "tickets": "Tickets",
    "responses": "Survey answers",
    "in_app": "In-app comments",
    "review_notes": "Review notes",
    "usage": "Weekly usage",
    "revenue": "Revenue events",
    "health": "Health scores",
    "opportunities": "Opportunities",
    "handoffs": "Handoffs",
}
_FIELDS = {
    "arr": "ARR",
    "email": "E-mail",
    "public": "Public (else an internal note)",
    "high_is_good": "High is good",
    "flag_line": "Line under which it is flagged",
    "author_side": "Written by customer or us",
    "motion": "Pricing motion",
}
IMPORT_STATES = {
    "uploaded": "not imported yet",
    "importing": "being imported",
    "imported": "imported",
    "failed": "failed",
    "deleted": "deleted",
}
OUTCOMES = {
    "new": "new",
    "changed": "changed",
    "same": "known already",
    "quarantined": "set aside",
    "refused": "refused",
    "taken_back": "taken back",
    "still_broken": "still wrong",
    "unmatched": "not found",
}
ROW_STATES = {"open": "Waiting", "taken_back": "Taken back", "mended": "Mended in the file", "dismissed": "Left out"}
RUN_STATES = {"running": "at work", "done": "done", "failed": "failed", "interrupted": "interrupted"}
STAGES = {
    "prepare": "Clean, redact and split",
    "embed": "Make vectors",
    "tag": "Tag with the taxonomy",
    "route": "Open loops",
    "index": "Index for search",
    "discover": "Find new themes",
    "correct": "Apply corrections",
    "promises": "Match promises",
    "summarise": "Sum up the scores",
    "retain": "Retention by quarter",
    "diagnose": "Diagnose accounts",
    "place": "Draw the map",
}
STEPS = {
    "importing": "Importing the rows",
    "reading": "Reading the file",
    "analysing": "Analysing what is new",
}
JOB_WAITS = "Waiting for the worker"
NO_WORKER = "The worker has not begun. Is one running? sottovoce serve starts one, and so does sottovoce worker."
THEME_STATES = {"active": "in use", "hidden": "hidden", "merged": "merged"}
CHANGES = {
    "create": "a new theme",
    "rename": "another name",
    "define": "another definition, owner, answer or examples",
    "move": "another place in the tree",
    "hide": "hidden from every page",
    "unhide": "shown again",
}

# What the API calls otherwise than the page.
_SAID = {
    "`survey`": "“Survey”",
    "`columns`": "the columns:",
    "`date_order`": "“Order of dates”:",
    "`kind`": "“What a row is”:",
    "GET /v1/quarantine lists them; mend and retry": "the quarantine lists them",
    "POST /v1/quarantine/retry": "try them again in the quarantine",
    "send the file again with POST /v1/imports": "upload the file again",
    "POST /v1/runs starts one.": "Start one under Runs.",
    "GET /v1/runs says more": "Runs says more",
    "GET /v1/imports lists them": "go back to the list",
    "import the file again": "upload it again",
    "import it again": "upload it again",
    ". /openapi.json lists what is understood": "",
}


def in_page_words(said: str) -> str:
    """Put a message of the API into the page's words."""
    for theirs, ours in _SAID.items():
        said = said.replace(theirs, ours)
    return said


def with_names(said: str, names: Mapping[str, str]) -> str:
    """Put themes' names where a text speaks of their keys."""
    return re.sub(r"[a-z]+(?:_[a-z0-9]+)+", lambda found: names.get(found[0], found[0]), said)


def field_name(field: str) -> str:
    """Name a field: Account ID, Responded at."""
    if field in _FIELDS:
        return _FIELDS[field]
    plain = field.replace("_", " ").capitalize()
    return f"{plain[:-3]} ID" if plain.endswith(" id") else plain


_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(\.\d+)?(\+00:00|Z)?")


def plain_time(value: str) -> str:
    """Write a time as people do: 3 Sep 2026, or 3 Sep 2026, 10:15 UTC; anything else stays as it is."""
    found = _TIME.fullmatch(value)
    if found is None:
        return value
    said = fmt.day(date.fromisoformat(found[1]))
    return said if found[2] == "00:00" else f"{said}, {found[2]}\u00a0UTC"


def kind_name(kind: str | None) -> str:
    """Name a kind of rows."""
    return fmt.label(kind, KINDS) if kind else "Not known"


def stage_name(stage: str) -> str:
    """Name a stage of a run."""
    return fmt.label(stage, STAGES)


def outcome_words(counts: dict[str, int]) -> str:
    """Say what became of rows: 1,204 new, 3 set aside."""
    said = [f"{fmt.count(rows)} {OUTCOMES.get(name, name.replace('_', ' '))}" for name, rows in counts.items() if rows]
    return ", ".join(said)


def seconds_words(seconds: float | None) -> str:
    """Say how long something took: 0.4 s, 35 s, 4 min 10 s."""
    if seconds is None:
        return ""
    if seconds < SHORTEST_S:
        return f"under {SHORTEST_S}\u00a0s"
    if seconds < 10:
        return f"{fmt.one_decimal(seconds)}\u00a0s"
    whole = round(seconds)
    return f"{whole}\u00a0s" if whole < 60 else f"{whole // 60}\u00a0min {whole % 60}\u00a0s"
