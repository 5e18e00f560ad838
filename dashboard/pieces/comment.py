"""A comment: the quote, the score chip, role, stage, account, date, and what it speaks of."""

from api.schemas.comments import CommentOut, TagOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import quoted, text

# Characters; a longer comment is clamped and opens on a click. The second: of those in cards side by side.
LONG, SHORT = 320, 180
_BANDS = {-1: "negative", 0: "neutral", 1: "positive"}


def comment_html(comment: CommentOut, *, account: bool = True, quote: str = "", aside: str = "") -> str:
    """Write a comment; whatever the customer wrote is escaped.

    Args:
        comment: What was said.
        account: Whether to name the account.
        quote: The words as HTML, where they are written otherwise than plainly.
        aside: What stands behind the date, as HTML.
    """
    parts = [part for part in (*_meta(comment, account=account), aside) if part]
    # The dot stays with what it follows, so that no line begins with one.
    meta = " ".join(f"<span>{part}\u00a0·</span>" for part in parts[:-1]) + f" <span>{parts[-1]}</span>"
    tags = "".join(_tag(tag) for tag in comment.themes if tag.kind == "taxonomy")
    return (
        f'<article class="comment">{quote or quote_html(comment.text)}'
        f'<p class="meta">{_chip(comment)}{meta}</p>'
        f'{f"""<div class="tags">{tags}</div>""" if tags else ""}</article>'
    )


def quote_html(words: str, *, short: bool = False) -> str:
    """Write a customer's words; long ones are clamped and open on a click, sooner where `short` (side by side)."""
    if len(words) <= (SHORT if short else LONG):
        return f'<blockquote class="quote" dir="auto">{quoted(words)}</blockquote>'
    css = "quote clamped short" if short else "quote clamped"
    return (
        f'<details><summary><blockquote class="{css}" dir="auto">{quoted(words)}</blockquote>'
        f'<span class="more">{strings.SHOW_ALL}</span></summary></details>'
    )


def _chip(comment: CommentOut) -> str:
    if comment.score is None:
        return ""
    kind = _BANDS.get(comment.score_band if comment.score_band is not None else 0, "neutral")
    name = strings.SCORE_NAMES.get(comment.source, "Score")
    return f'<span class="chip {kind}">{name} {fmt.plain(comment.score)}</span>'


def _meta(comment: CommentOut, *, account: bool) -> list[str]:
    where = text(comment.account_name) if account and comment.account_name else ""
    voice = "" if not comment.vendor_voice else "review note"
    source = "" if comment.score is not None or comment.vendor_voice else fmt.label(comment.source, strings.SOURCES)
    stage = "" if comment.stage is None else text(fmt.label(comment.stage, strings.STAGES))
    role = text(fmt.label(comment.role, strings.ROLES))
    anonymous = "anonymous" if comment.anonymous else ""
    return [f'<span class="who">{role}</span>', stage, where, source, voice, anonymous, fmt.day(comment.said_at)]


def _tag(tag: TagOut) -> str:
    sign = strings.SIGNS.get(tag.polarity, "")
    return f'<span class="tag {tag.polarity}">{sign} {text(tag.name)}</span>'
