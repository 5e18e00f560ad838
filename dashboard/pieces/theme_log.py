"""What was corrected: a note after each correction with its way back, and the corrections of a theme."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from api.schemas.corrections import CorrectionMade, CorrectionOut, CorrectionPage
from api.schemas.slices import MeOut
from api.schemas.taxonomy import TaxonomyOut
from dashboard import format as fmt
from dashboard import frame, loading, look
from dashboard.client import ClientError
from dashboard.links import theme_link

SHOWN = 8
NOTE = "correction_note"
TITLE = "Corrections"
NONE = "Nobody has corrected this theme."
UNDO = "Undo"
HIDDEN_TITLE = "Hidden themes"
TAKEN_BACK = "taken back"
MAY_THEMES, MAY_TAGS = ("analyst", "admin"), ("csm", "analyst", "admin")


@dataclass(frozen=True)
class Done:
    """What to say after a correction; without a number there is nothing to take back."""

    words: str
    correction_id: int | None = None
    problem: bool = False


def may_change_themes() -> bool:
    """Whether the reader may rename, merge, split, move and hide."""
    me = loading.read("/v1/me", MeOut)
    return me.role in MAY_THEMES and me.accounts is None


def may_change_tags() -> bool:
    """Whether the reader may correct what a comment is about."""
    return loading.read("/v1/me", MeOut).role in MAY_TAGS


def say(words: str, correction_id: int | None = None, *, problem: bool = False) -> None:
    """Keep a note for the next drawing of the page."""
    st.session_state[NOTE] = Done(words, correction_id, problem)


def note() -> None:
    """Draw the note of the last correction, with Undo."""
    done = st.session_state.get(NOTE)
    if not isinstance(done, Done):
        return
    with st.container(key="correction_note", horizontal=True, vertical_alignment="center"):
        mark = "attention" if done.problem else ""
        look.block(f'<p class="{mark}" role="status">{look.text(done.words)}</p>')
        if done.correction_id is not None:
            st.button(UNDO, key="undo_last", on_click=undo, args=(done.correction_id,))
        st.button("Close", key="close_note", on_click=_close, type="tertiary")


def _close() -> None:
    st.session_state.pop(NOTE, None)


def undo(correction_id: int) -> None:
    """Take a correction back and say so; where it can't be, say why."""
    try:
        made = loading.get_client().send("DELETE", f"/v1/corrections/{correction_id}", CorrectionMade)
    except ClientError as error:
        say(str(error), problem=True)
        return
    finally:
        loading.forget()
    say(f"Taken back. {changed_words(made)}")


def changed_words(made: CorrectionMade) -> str:
    """Say how much a correction changes; it reaches all times, whatever the filters."""
    if made.comments == 0:
        return "No comment changes its themes."
    verb = "changes its" if made.comments == 1 else "change their"
    return f"{fmt.counted(made.comments, 'comment')} of {fmt.counted(made.accounts, 'account')} {verb} themes."


def listing(theme_key: str, names: Mapping[str, str]) -> None:
    """Draw the corrections of a theme, each with its way back."""
    page = loading.read("/v1/corrections", CorrectionPage, theme=theme_key, limit=SHOWN)
    if not page.items:
        frame.section(TITLE, NONE)
        return
    frame.section(TITLE, "The newest first. None changes what the model found: each can be taken back.")
    for one in page.items:
        _line(one, names)


def _line(one: CorrectionOut, names: Mapping[str, str]) -> None:
    with st.container(key=f"correction_{one.id}", horizontal=True, vertical_alignment="center"):
        back = f", {TAKEN_BACK} {fmt.day(one.undone_at)}" if one.undone_at is not None else ""
        waits = ", in force with the next run" if one.waits and one.undone_at is None else ""
        look.block(f'<p>{words_html(one, names)} <span class="note">{fmt.day(one.made_at)}{back}{waits}</span></p>')
        if one.undone_at is None and (may_change_themes() or one.action in ("tag", "untag", "polarity")):
            # The label alone would read alike in every line.
            st.button(UNDO, key=f"undo_{one.id}", on_click=undo, args=(one.id,), type="tertiary")


def words_html(one: CorrectionOut, names: Mapping[str, str]) -> str:
    """Say what a correction did."""
    theme, into = _named(one.theme_key, names), _named(one.into, names)
    detail = {name: look.text(str(value)) for name, value in one.detail.items()}
    comment = "a comment"
    parent = one.detail.get("parent_key")
    said = {
        "tag": f"{theme} added to {comment} ({look.text(one.polarity or '')})",
        "untag": f"{theme} taken off {comment}",
        "polarity": f"{theme} made {look.text(one.polarity or '')} in {comment}",
        "rename": f"{theme} named “{detail.get('name', '')}”",
        "merge": f"{theme} merged into {into}",
        "split": f"{into} split off {theme}",
        "move": f"{theme} moved " + (f"under {_named(str(parent), names)}" if parent else "to the top"),
        "hide": f"{theme} hidden",
        "unhide": f"{theme} shown again",
        "define": f"{theme} described",
        "create": f"{theme} added",
    }
    return said.get(one.action, f"{theme}: {look.text(one.action)}")


def _named(key: str | None, names: Mapping[str, str]) -> str:
    if key is None:
        return "a theme"
    return theme_link(key, names.get(key, "a theme that is not listed"))


def hidden() -> None:
    """Draw what is hidden, with the way back: no list has it."""
    if not may_change_themes():
        return
    page = loading.read("/v1/corrections", CorrectionPage, action="hide", undone=False, limit=SHOWN)
    if not page.items:
        return
    taxonomy = loading.read("/v1/taxonomy", TaxonomyOut)
    frame.section(HIDDEN_TITLE, "In no list and no count of themes; their comments are where they were.")
    for one in page.items:
        _line(one, {theme.key: theme.name for theme in taxonomy.themes})
