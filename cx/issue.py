"""What an issue in a tracker says of a theme: how often, from how many, what it is worth, and in whose words.

Roles and stages stand beside the words, never a name or an account: an issue is read by more people than a report.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# Trackers cut titles at 255 characters and texts at some 30,000.
TITLE_CHARS, QUOTE_CHARS = 200, 600


@dataclass(frozen=True)
class Quote:
    """A customer's redacted words, with the role and stage that they come from."""

    text: str
    role: str
    stage: str


@dataclass(frozen=True)
class ThemeFacts:
    """What stands behind a theme from `since` (None: ever) to `as_of`. Amounts by currency, "" where none is named."""

    key: str
    name: str
    definition: str | None
    owner: str | None
    since: datetime | None
    as_of: datetime
    comments: int
    respondents: int
    accounts: int
    negative: int
    open_opportunities: int
    revenue: Mapping[str, float] = field(default_factory=dict)
    open_amount: Mapping[str, float] = field(default_factory=dict)
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class Issue:
    """An issue to write. `link` is where the theme is shown, "" where nothing says where that is."""

    title: str
    lines: tuple[str, ...]
    quotes: tuple[Quote, ...]
    link: str

    @property
    def digest(self) -> str:
        """Say which words these are: the same ones are never sent twice."""
        said = [self.title, *self.lines, *(f"{one.text}\x1f{one.role}\x1f{one.stage}" for one in self.quotes)]
        return hashlib.sha256("\x1e".join(said).encode()).hexdigest()


def write_issue(facts: ThemeFacts, *, link: str = "") -> Issue:
    """Write the issue of a theme."""
    since = f"{facts.since:%Y-%m-%d}" if facts.since is not None else "the beginning"
    lines = [
        f"{facts.comments:,} comments of {facts.respondents:,} respondents at {facts.accounts:,} accounts, "
        f"{facts.negative:,} of them negative, from {since} to {facts.as_of:%Y-%m-%d}.",
        f"Revenue behind them: {_amounts(facts.revenue) or 'not known'}.",
        f"Open opportunities there: {facts.open_opportunities:,}{_in_all(facts.open_amount)}.",
    ]
    if facts.definition:
        lines.append(f"What it is: {facts.definition}")
    if facts.owner:
        lines.append(f"Owner: {facts.owner}")
    quotes = tuple(Quote(_cut(one.text), one.role, one.stage) for one in facts.quotes)
    return Issue(f"Customers on: {facts.name}"[:TITLE_CHARS], tuple(lines), quotes, link)


def _amounts(amounts: Mapping[str, float]) -> str:
    return ", ".join(f"{currency or '?'} {amount:,.0f}" for currency, amount in sorted(amounts.items()))


def _in_all(amounts: Mapping[str, float]) -> str:
    return f" ({_amounts(amounts)})" if amounts else ""


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= QUOTE_CHARS else plain[: QUOTE_CHARS - 1] + "…"
