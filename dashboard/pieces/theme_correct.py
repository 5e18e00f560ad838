"""Corrections in place: a dialog for each, what would change before it does, then Apply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from api.schemas.comments import CommentOut
from api.schemas.corrections import CorrectionMade
from api.schemas.search import SearchPage
from api.schemas.themes import ThemeDetail
from dashboard import format as fmt
from dashboard import loading, look
from dashboard.client import ClientError
from dashboard.pieces import comment, theme_log, theme_preview

ACTIONS = {"rename": "Rename", "merge": "Merge", "split": "Split", "move": "Move", "hide": "Hide"}
TAG = "tag"
TITLES = {
    "rename": "Rename this theme",
    "merge": "Merge this theme into another",
    "split": "Split a theme off this one",
    "move": "Move this theme",
    "hide": "Hide this theme",
    TAG: "Correct what a comment is about",
}
NOTES = {
    "rename": "Its key and its history stay. Refits keep a name that a person gave.",
    "merge": "Its comments, and those that later join it, are counted with the other theme.",
    "split": "Some of its comments become a theme of their own; nearly the same words follow it.",
    "move": "A theme stands under another one of its kind, or at the top. There are two levels.",
    "hide": "It leaves every list. Its comments stay; a theme above it still counts them.",
}
OPEN, PREVIEW = "correcting", "correction_preview"
SHOW, APPLY = "Show what changes", "Apply"
TOP = ""
# The API takes this many comments at once.
MOST_COMMENTS, AT_ONCE = 1000, 200
POLARITIES = {"negative": "− Negative", "neutral": "○ Neutral", "positive": "+ Positive"}
Body = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """The dialog that is open."""

    action: str
    theme_key: str
    comment: CommentOut | None = None


@dataclass(frozen=True)
class Shown:
    """A preview and what it is of."""

    body: Body
    made: CorrectionMade | None
    problem: str = ""


def start(action: str, theme_key: str, about: CommentOut | None = None) -> None:
    """Open a dialog with the next drawing."""
    close()
    st.session_state[OPEN] = Asked(action, theme_key, about)


def close() -> None:
    """Close it."""
    for name in (OPEN, PREVIEW):
        st.session_state.pop(name, None)


def buttons(theme_key: str) -> None:
    """Draw the ways to correct a theme, for those who may."""
    if not theme_log.may_change_themes():
        return
    with st.container(horizontal=True, key="correct_theme"):
        for action, label in ACTIONS.items():
            st.button(label, key=f"correct_{action}", on_click=start, args=(action, theme_key), type="tertiary")


def comment_button(theme_key: str) -> Callable[[CommentOut], None] | None:
    """Give what draws the way to correct a comment under it; nothing for those who may not."""
    if not theme_log.may_change_tags():
        return None

    def draw(about: CommentOut) -> None:
        if not about.vendor_voice:
            key = f"tags_{about.comment_id}"
            st.button("Correct its themes", key=key, on_click=start, args=(TAG, theme_key, about), type="tertiary")

    return draw


def dialog(theme: ThemeDetail, names: Mapping[str, str], kinds: Mapping[str, str]) -> None:
    """Draw the dialog that is open.

    Args:
        theme: Whose page it is.
        names: Of all themes of its kind that can be chosen, by key; and of the taxonomy.
        kinds: Of the same.
    """
    asked = st.session_state.get(OPEN)
    if isinstance(asked, Asked) and asked.theme_key == theme.info.key:
        st.dialog(TITLES[asked.action], width="medium", on_dismiss=close)(_draw)(asked, theme, names, kinds)


def _draw(asked: Asked, theme: ThemeDetail, names: Mapping[str, str], kinds: Mapping[str, str]) -> None:
    if asked.comment is not None:
        body = _tag_body(asked.comment, names)
    else:
        look.block(f'<p><b>{look.text(theme.info.name)}</b></p><p class="note">{NOTES[asked.action]}</p>')
        same = {key: name for key, name in names.items() if kinds.get(key) == theme.info.kind and key != theme.info.key}
        body = FORMS[asked.action](theme, same)
    if body is not None and st.button(SHOW, key="show_changes"):
        st.session_state[PREVIEW] = _preview(body)
    shown = st.session_state.get(PREVIEW)
    # What is applied is what was shown: another choice wants another look.
    if isinstance(shown, Shown) and shown.body == body:
        _shown(shown, names)


def _preview(body: Body) -> Shown:
    try:
        client = loading.get_client()
        made = client.send("POST", "/v1/corrections", CorrectionMade, body={**body, "preview": True})
    except ClientError as error:
        return Shown(body, None, str(error))
    return Shown(body, made)


def _shown(shown: Shown, names: Mapping[str, str]) -> None:
    if shown.made is None:
        look.block(f'<p class="attention" role="alert">{look.text(shown.problem)}</p>')
        return
    look.block(theme_preview.preview_html(shown.made))
    if st.button(APPLY, key="apply_correction", type="primary"):
        _apply(shown.body)
        st.rerun()
    if shown.made.sample:
        look.block(theme_preview.sample_html(shown.made, names))


def _apply(body: Body) -> None:
    try:
        made = loading.get_client().send("POST", "/v1/corrections", CorrectionMade, body=body)
    except ClientError as error:
        theme_log.say(str(error), problem=True)
    else:
        number = made.correction.id if made.correction is not None else None
        waits = f" {made.next_run}" if made.correction is not None and made.correction.waits else ""
        theme_log.say(f"{_said(body, made)} {theme_log.changed_words(made)}{waits}", number)
    loading.forget()
    close()


def _said(body: Body, made: CorrectionMade) -> str:
    names = {one.key: reach.name for one in made.themes if (reach := one.after or one.before) is not None}
    theme = f"“{names.get(body['theme_key'], 'The theme')}”"
    said = {
        "rename": f"Renamed to “{body.get('name', '')}”.",
        "merge": f"{theme} is merged into “{names.get(body.get('into', ''), 'the other theme')}”.",
        "split": f"“{body.get('name', '')}” is a theme of its own.",
        "move": f"{theme} is moved.",
        "hide": f"{theme} is hidden.",
        "tag": f"{theme} is added to the comment.",
        "untag": f"{theme} is taken off the comment.",
        "polarity": f"{theme} is {body.get('polarity', '')} in the comment.",
    }
    return said[body["action"]]


def _rename(theme: ThemeDetail, _same: Mapping[str, str]) -> Body | None:
    name = st.text_input("New name", value=theme.info.name, max_chars=120, key="new_name").strip()
    if not name or name == theme.info.name:
        return None
    return {"action": "rename", "theme_key": theme.info.key, "name": name}


def _merge(theme: ThemeDetail, same: Mapping[str, str]) -> Body | None:
    into = _choose("Merge into", same, key="merge_into")
    return None if into is None else {"action": "merge", "theme_key": theme.info.key, "into": into}


def _move(theme: ThemeDetail, same: Mapping[str, str]) -> Body | None:
    places = {TOP: "At the top", **same} if theme.info.parent_key is not None else same
    to = _choose("Stand under", places, key="move_to")
    return None if to is None else {"action": "move", "theme_key": theme.info.key, "parent_key": to or None}


def _hide(theme: ThemeDetail, _same: Mapping[str, str]) -> Body:
    return {"action": "hide", "theme_key": theme.info.key}


def _split(theme: ThemeDetail, same: Mapping[str, str]) -> Body | None:
    name = st.text_input("Name of the new theme", max_chars=120, key="split_name").strip()
    by = st.radio("Comments that leave", ["words", "theme"], format_func=_SPLITS.__getitem__, key="split_by")
    body: Body = {"action": "split", "theme_key": theme.info.key, "name": name}
    if by == "theme":
        other = _choose("Also speak of", same, key="split_theme")
        return {**body, "by_theme": other} if name and other else None
    words = st.text_input("Words, all of them", key="split_words", placeholder='invoice "late fee" refund*').strip()
    ids = _with_words(theme.info.key, words) if words else []
    return {**body, "comment_ids": ids} if name and ids else None


_SPLITS = {"words": "Those with certain words", "theme": "Those that speak of another theme as well"}


def _with_words(theme_key: str, words: str) -> list[str]:
    """Give the comments of a theme that have some words, and say how many there are."""
    asked = {"theme": theme_key, "q": words, "mode": "words", "voice": "customer", "limit": AT_ONCE}
    page = loading.read("/v1/comments", SearchPage, asked)
    ids, cursor = [one.comment_id for one in page.items], page.next_cursor
    while cursor is not None and len(ids) < MOST_COMMENTS:
        later = loading.read("/v1/comments", SearchPage, asked, cursor=cursor)
        ids, cursor = [*ids, *(one.comment_id for one in later.items)], later.next_cursor
    if cursor is not None:
        look.block(f'<p class="attention">More than {fmt.count(MOST_COMMENTS)} comments: say more words.</p>')
        return []
    many = "No comment of this theme has them." if not ids else f"{fmt.counted(len(ids), 'comment')} with these words."
    look.block(f'<p class="note">{many}</p>')
    return ids


FORMS: dict[str, Callable[[ThemeDetail, Mapping[str, str]], Body | None]] = {
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "move": _move,
    "hide": _hide,
}


def _choose(label: str, options: Mapping[str, str], *, key: str) -> str | None:
    ordered = sorted(options, key=lambda one: (one != TOP, options[one].casefold()))
    return st.selectbox(
        label, ordered, index=None, format_func=lambda one: options[one], placeholder="Choose a theme", key=key
    )


_TAG_ACTIONS = {"untag": "Take a theme off", "polarity": "Change a polarity", "tag": "Add a theme"}


def _tag_body(about: CommentOut, names: Mapping[str, str]) -> Body | None:
    look.block(comment.comment_html(about))
    tagged = {tag.key: tag for tag in about.themes}
    actions = list(_TAG_ACTIONS) if tagged else [TAG]
    action = st.radio("What is wrong?", actions, format_func=_TAG_ACTIONS.__getitem__, key="tag_action")
    if action == TAG:
        key = _choose("Theme", {one: name for one, name in names.items() if one not in tagged}, key="tag_new")
    else:
        key = _choose("Theme", {one: _tag_words(tag.name, tag.polarity) for one, tag in tagged.items()}, key="tag_old")
    body: Body = {"action": action, "theme_key": key, "comment_id": about.comment_id}
    if action == "untag":
        return body if key else None
    polarity = st.radio(
        "It speaks of it", list(POLARITIES), format_func=POLARITIES.__getitem__, key="tag_polarity", horizontal=True
    )
    same = key in tagged and tagged[key].polarity == polarity
    return {**body, "polarity": polarity} if key and not same else None


def _tag_words(name: str, polarity: str) -> str:
    return f"{name} ({polarity})"
