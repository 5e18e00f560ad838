"""The words of a digest: plain text, HTML for mail, and Slack's blocks, all of the same items.

Customers' words can hold anything: they get no meaning in any of the three.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from cx.facts import day
from cx.scores import Score
from cx.trend import RISING
from cx.wording import counted, interval, signed, spoken
from data.store.queries.comments import CommentRow
from data.store.queries.loops import LoopView
from data.store.queries.scores import ScoreRow
from pipelines.digest.facts import BEFORE, DigestFacts, WeekScore
from pipelines.notify.interface import Letter
from pipelines.notify.webhook import escaped
from pipelines.notify.words import clean, line, moment

# LOOK: the colours of the pages, on white; a test holds them against the style sheet.
INK, MUTED, LINE = "#1B1F27", "#5B6472", "#DDE1E7"
BAD, GOOD, ATTENTION = "#B5382A", "#1F6FB2", "#8A5A00"
_SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_SERIF = "Georgia,'Times New Roman',serif"
# Two lines of a mail: enough to understand, and a way to the page for the rest.
MOST_QUOTED = 240
# Slack takes 3,000 characters a block, 150 a header.
MOST_BLOCK, MOST_HEADER = 2_900, 150
QUIET = "No score, theme or risk changed more than chance allows."
NOTHING = "Nothing came in this week: no answers and no comments."
UP, DOWN, MIND, SEEN = "▲", "▼", "!", "·"


@dataclass(frozen=True)
class Item:
    """One thing that changed: its sign and colour, what it is, how it is known, and a customer's words."""

    sign: str
    colour: str
    title: str
    words: str
    quote: str = ""
    said: str = ""


@dataclass(frozen=True)
class Part:
    """Items of a kind; `note` says how they are known, or how many there are beside."""

    title: str
    note: str
    items: tuple[Item, ...]


def letter_of(found: DigestFacts) -> Letter:
    """Write the digest."""
    parts = [part for part in _parts(found) if part.items]
    subject = line(f"Customers this week, to {day(found.as_of.date())}: {_summary(found)}")
    lead = _lead(found)
    return Letter(subject, _text(lead, parts), _html(subject, lead, parts), _blocks(subject, lead, parts))


def _summary(found: DigestFacts) -> str:
    moved = sum(one.clear for one in found.scores)
    told = [
        counted(moved, "score moved", "scores moved") if moved else "",
        counted(found.risks_total, "new risk") if found.risks_total else "",
        counted(len(found.themes), "theme turned", "themes turned") if found.themes else "",
        counted(found.overdue_total, "loop overdue", "loops overdue") if found.overdue_total else "",
    ]
    return ", ".join(one for one in told if one) or "nothing moved clearly"


def _lead(found: DigestFacts) -> str:
    if not found.answers and not found.comments:
        return NOTHING
    came = f"{counted(found.answers, 'scored answer')} and {counted(found.comments, 'comment')} came in"
    changed = any(one.clear for one in found.scores) or found.themes or found.risks_total
    return f"{came}." if changed else f"{came}. {QUIET}"


def _parts(found: DigestFacts) -> Iterable[Part]:
    note = f"The week beside the {BEFORE.days} days before it; moved: more than chance allows (95 % of the difference)."
    yield Part("Scores of the week", note, tuple(_score(one) for one in found.scores))
    yield Part(
        "Themes that turned",
        "Accounts that mention it in the last four weeks against the year before; not so a week ago.",
        tuple(
            _item(UP if one.trend.state == RISING else DOWN, INK, one.info.name, one.trend.reading, one.quote)
            for one in found.themes
        ),
    )
    yield Part(
        "Emerging",
        "Found in the comments; the taxonomy has no word for it.",
        tuple(
            _item(
                MIND if one.reading else SEEN,
                ATTENTION if one.reading else INK,
                one.info.name,
                f"{counted(one.comments, 'comment')} this week from {counted(one.accounts, 'account')}."
                f"{' ' + one.reading if one.reading else ''}",
                one.quote,
            )
            for one in found.emerging
        ),
    )
    more = found.risks_total - len(found.risks)
    yield Part(
        "New risks",
        "At risk or flagged for renewal now, and not a week ago." + (f" {more} more on the page." if more else ""),
        tuple(_item(MIND, BAD, one.account.name, one.why, one.quote) for one in found.risks),
    )
    yield _loops(found)


def _score(one: WeekScore) -> Item:
    now = f"{_value(one.now, one.now.score)} ({_known(one.now, one.now.score)})"
    before = f"{_value(one.now, one.before)} ({_known(one.now, one.before)})" if one.before is not None else ""
    name = one.now.type.upper()
    if not one.clear:
        beside = f", not clearly different from {before}." if before else "; nobody answered before."
        return _item(SEEN, INK, name, now + beside, one.quote)
    sign, colour, word = (UP, GOOD, "better") if one.better else (DOWN, BAD, "worse")
    return _item(sign, colour, name, f"{word}: {now}, was {before}.", one.quote)


def _loops(found: DigestFacts) -> Part:
    items = tuple(_loop(one) for one in found.overdue)
    more = found.overdue_total - len(items)
    note = f"{counted(found.opened, 'loop')} opened this week." + (f" {more} more are overdue." if more > 0 else "")
    return Part(f"Overdue: {counted(found.overdue_total, 'loop')}", note, items)


def _loop(one: LoopView) -> Item:
    owner = one.owner.name if one.owner is not None else "nobody: name an owner"
    due = f"{spoken(one.due_act or 'next step')} was due {moment(one.due_at)}" if one.due_at else "overdue"
    said = f"{spoken(one.role)}, {day(one.loop.said_at.date())}"
    name = one.account_name or "An unknown account"
    return Item(MIND, ATTENTION, name, f"{due}; owner {owner}.", _quote(one.comment), said)


def _item(sign: str, colour: str, title: str, words: str, quote: CommentRow | None) -> Item:
    return Item(sign, colour, title, words, _quote(quote.text if quote else None), _said(quote) if quote else "")


def _quote(words: str | None) -> str:
    found = " ".join(clean(words or "").split())
    return found if len(found) <= MOST_QUOTED else found[: MOST_QUOTED - 1].rsplit(" ", 1)[0] + "…"


def _said(one: CommentRow) -> str:
    score = f"{one.source.upper()} {one.score:g}" if one.score is not None else spoken(one.source)
    parts = (score, spoken(one.role), one.account_name or "", day(one.said_at.date()))
    return ", ".join(part for part in parts if part)


def _value(row: ScoreRow, score: Score) -> str:
    if row.type == "nps":
        return signed(score.value)
    if row.type == "csat":
        return f"{score.value:.0f} %"
    return f"{score.value:.1f} of {row.scale_max:g}"


def _known(row: ScoreRow, score: Score) -> str:
    if row.type == "nps":
        return f"n {score.n:,}, {interval(score)}"
    if score.low is None or score.high is None:
        return f"n {score.n:,}, no interval"
    decimals, unit = (0, " %") if row.type == "csat" else (1, "")
    return f"n {score.n:,}, {score.low:.{decimals}f}{unit} to {score.high:.{decimals}f}{unit}"


def _text(lead: str, parts: list[Part]) -> str:
    told = [lead]
    for part in parts:
        told.append(f"{part.title.upper()}\n{part.note}")
        for item in part.items:
            quote = f"\n  > {item.quote}\n  ({line(item.said)})" if item.quote else ""
            told.append(f"{item.sign} {line(item.title)}: {clean(item.words)}{quote}")
    return "\n\n".join(told) + "\n"


def _html(subject: str, lead: str, parts: list[Part]) -> str:
    """Write the mail: styles in place, since mail readers drop sheets; nothing is loaded."""
    sections = "".join(_section(part) for part in parts)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_plain(subject)}</title></head>'
        f'<body style="margin:0;background:#FFFFFF"><div style="max-width:640px;margin:0 auto;padding:24px 16px;'
        f'font:15px/1.5 {_SANS};color:{INK}"><p style="font-size:13px;font-weight:650;margin:0 0 8px">Sottovoce</p>'
        f'<h1 style="font-size:18px;line-height:1.4;font-weight:650;margin:0 0 8px">{_plain(subject)}</h1>'
        f'<p style="margin:0">{_plain(lead)}</p>{sections}</div></body></html>'
    )


def _section(part: Part) -> str:
    rows = "".join(_row(item) for item in part.items)
    return (
        f'<h2 style="font-size:15px;font-weight:650;margin:28px 0 0;padding-top:12px;border-top:1px solid {LINE}">'
        f'{_plain(part.title)}</h2><p style="font-size:13px;color:{MUTED};margin:2px 0 0">{_plain(part.note)}</p>{rows}'
    )


def _row(item: Item) -> str:
    quote = ""
    if item.quote:
        quote = (
            f'<blockquote dir="auto" style="font:italic 15px/1.5 {_SERIF};margin:4px 0 0;padding-left:12px;'
            f'border-left:2px solid {LINE};unicode-bidi:isolate">{_plain(item.quote)}</blockquote>'
            f'<p style="font-size:13px;color:{MUTED};margin:2px 0 0;padding-left:14px">{_plain(item.said)}</p>'
        )
    sign = f'<span style="color:{item.colour}">{item.sign}</span>'
    return (
        f'<div style="margin:12px 0 0"><p style="margin:0">{sign} <b>{_plain(item.title)}</b> '
        f"{_plain(item.words)}</p>{quote}</div>"
    )


def _plain(words: str) -> str:
    """Escape; a figure and its sign stay on a line."""
    return _FIGURE.sub("\u00a0", escape(clean(words), quote=True))


_FIGURE = re.compile(r"(?<=\d) (?=%)|(?<=\bn) (?=\d)")


def _blocks(subject: str, lead: str, parts: list[Part]) -> tuple[dict[str, object], ...]:
    """Write Slack's blocks: texts that are not ours are plain, where no sign of theirs is markup."""
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": subject[:MOST_HEADER], "emoji": False}},
        _plain_block(lead),
    ]
    for part in parts:
        blocks += [{"type": "divider"}, _heading(part)]
        for item in part.items:
            quote = f"\n“{item.quote}”\n{line(item.said)}" if item.quote else ""
            blocks.append(_plain_block(f"{item.sign} {line(item.title)}: {clean(item.words)}{quote}"))
    return tuple(blocks)


def _heading(part: Part) -> dict[str, object]:
    words = f"*{escaped(part.title)}*\n{escaped(part.note)}"
    return {"type": "section", "text": {"type": "mrkdwn", "text": words[:MOST_BLOCK], "verbatim": True}}


def _plain_block(words: str) -> dict[str, object]:
    text = {"type": "plain_text", "text": escaped(words)[:MOST_BLOCK], "emoji": False}
    return {"type": "section", "text": text}


def standing(due: datetime | None, told: list[str]) -> str:
    """Say when the digest is sent next, and to whom."""
    when = f"next on {moment(due)}" if due is not None else "not sent: set SOTTOVOCE_DIGEST, weekly monday 08:00 say"
    who = ", ".join(told) or "nobody: set SOTTOVOCE_WEBHOOK_URL, or SOTTOVOCE_SMTP_HOST and SOTTOVOCE_DIGEST_TO"
    return f"The digest is {when}; told: {who}"
