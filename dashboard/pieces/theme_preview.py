"""What a correction would change: how much, the themes before and after, and some of the comments."""

from collections.abc import Mapping

from api.schemas.corrections import CorrectionMade, ThemeChangeOut
from dashboard import format as fmt
from dashboard import look
from dashboard.pieces import theme_log

# Comments shown of those that change.
SAMPLE = 3


def preview_html(made: CorrectionMade) -> str:
    """Write what a correction would change: how much, and the themes before and after."""
    rows = "".join(_change(one) for one in made.themes)
    return (
        f'<div class="preview" role="status"><p><b>{theme_log.changed_words(made)}</b> '
        '<span class="note">Of all times, whatever the filters.</span></p>'
        '<div class="scroll"><table class="changes"><thead><tr><th scope="col">Theme</th>'
        '<th scope="col">Comments</th><th scope="col">Accounts</th></tr></thead>'
        f'<tbody>{rows}</tbody></table></div><p class="note">At once: {look.text(made.at_once)}<br>'
        f"Next run: {look.text(made.next_run)}</p></div>"
    )


def sample_html(made: CorrectionMade, names: Mapping[str, str]) -> str:
    """Write some of the comments with their themes before and after."""
    known = {**names, **{one.key: reach.name for one in made.themes if (reach := one.after or one.before) is not None}}
    return '<p class="under">Some of them</p>' + "".join(
        f'<article class="comment"><blockquote class="quote clamped" dir="auto">{look.quoted(one.text)}</blockquote>'
        f'<p class="meta">{_names(one.before, known)} → {_names(one.after, known)}</p></article>'
        for one in made.sample[:SAMPLE]
    )


def _change(one: ThemeChangeOut) -> str:
    before, after = one.before, one.after
    reach = after or before
    if reach is None:
        return ""
    name = look.text(reach.name)
    if before is not None and after is not None and before.name != after.name:
        name = f"{look.text(before.name)} → {look.text(after.name)}"
    state = "" if reach.state == "active" else f' <span class="note">{look.text(reach.state)}</span>'
    new = ' <span class="note">new</span>' if before is None else ""

    def cell(was: int | None, now: int | None) -> str:
        if was == now or was is None or now is None:
            return fmt.count(now if now is not None else was or 0)
        return f"{fmt.count(was)} → {fmt.count(now)}"

    comments = cell(before.comments if before else None, after.comments if after else None)
    accounts = cell(before.accounts if before else None, after.accounts if after else None)
    return f'<tr><th scope="row">{name}{state}{new}</th><td>{comments}</td><td>{accounts}</td></tr>'


def _names(keys: list[str], names: Mapping[str, str]) -> str:
    return look.text(", ".join(names.get(key, "a theme found in the comments") for key in keys)) or "no theme"
