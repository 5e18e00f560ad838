"""Change a theme of the taxonomy: typed, looked at with what the next run does, then saved over what was read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from api.schemas.taxonomy import TaxonomyChanged, TaxonomyOut, TaxonomyThemeOut
from dashboard import format as fmt
from dashboard import frame, loading, look
from dashboard.client import ClientError, StaleError
from dashboard.look import text
from dashboard.pieces import data_common as common
from dashboard.pieces import data_words as words

NEW = "new"
BACK = "← All themes"
NEW_TITLE = "A new theme"
NAME_FIRST = "give the theme a name."
NOTHING = "nothing is different from what is kept."
SHOWS_TITLE = "If you save this"
NO_RUN = "The next run has nothing to look for: this shows at once."
KEY_STAYS = "It is kept under the key {key}, which never changes: reports and links hold on to it."
STALE = (
    "somebody changed the taxonomy while you typed. What you typed is still here. Look at what is kept now, then "
    "press “See what changes” again: it is laid over the newer list."
)
EXAMPLES_HELP = "One comment a line. Forty or more make a theme that is found well; fewer are a start."
SHIPPED_EXAMPLES = "This theme ships with its own examples: it learns from tags that you correct under comments."
_FIELDS = {
    "name": "Name",
    "definition": "What it covers",
    "owner": "Owner",
    "responds_with": "What to do when it comes up",
    "parent_key": "Stands under",
    "state": "State",
}
_PENDING = "data_theme_pending"


@dataclass(frozen=True)
class Pending:
    """A change that was looked at and not saved: the list as it is to be, over the version that was read."""

    key: str
    themes: list[dict[str, object]]
    version: str
    base: TaxonomyThemeOut | None
    looked: TaxonomyChanged


def draw(found: TaxonomyOut, edit: str) -> None:
    """Draw the form of a theme, and what saving would do once that was asked."""
    current = next((one for one in found.themes if one.key == edit), None)
    title = text(current.name) if current else NEW_TITLE
    look.block(
        f'<p class="back">{common.part_link(BACK, "taxonomy")}</p>'
        f'<div class="section first"><h2 class="title">{title}</h2></div>'
    )
    typed = _form(found, current, edit)
    if typed is not None:
        typed["parent_key"] = typed["parent_key"] or None
        st.session_state.pop(_PENDING, None)
        if not str(typed["name"]).strip():
            common.problem(NAME_FIRST)
        else:
            _look(found, current, typed)
    pending = st.session_state.get(_PENDING)
    if isinstance(pending, Pending) and pending.key == (current.key if current else pending.key):
        _confirm(pending, found)


def _form(found: TaxonomyOut, current: TaxonomyThemeOut | None, edit: str) -> dict[str, object] | None:
    parents = ["", *(one.key for one in found.themes if one.state == "active" and one.key != edit)]
    names = {one.key: one.name for one in found.themes}
    held = (current.parent_key if current else "") or ""
    with st.form(f"theme_{edit}", border=False):
        left, right = st.columns(2)
        typed: dict[str, object] = {
            "name": left.text_input("Name", current.name if current else "", max_chars=120, key=f"tn_{edit}"),
            "owner": right.text_input("Owner", current.owner if current else "", max_chars=120, key=f"to_{edit}"),
            "definition": st.text_area(
                _FIELDS["definition"], current.definition if current else "", max_chars=4000, key=f"td_{edit}"
            ),
            "responds_with": st.text_area(
                _FIELDS["responds_with"],
                current.responds_with if current else "",
                max_chars=4000,
                height=80,
                key=f"tr_{edit}",
            ),
            "parent_key": st.selectbox(
                _FIELDS["parent_key"],
                parents,
                index=parents.index(held) if held in parents else 0,
                format_func=lambda key: names[key] if key else "Nothing: it is a theme of its own",
                key=f"tp_{edit}",
                width=420,
            ),
            "examples": _examples(current, edit),
        }
        hidden = current is not None and st.checkbox(
            "Hidden from every page", current.state == "hidden", key=f"th_{edit}"
        )
        typed["state"] = "hidden" if hidden else "active"
        looked = st.form_submit_button("See what changes", type="primary", key=f"tgo_{edit}")
    return typed if looked else None


def _examples(current: TaxonomyThemeOut | None, edit: str) -> list[str]:
    if current is not None and current.shipped:
        common.note(SHIPPED_EXAMPLES)
        return list(current.examples)
    held = "\n".join(current.examples) if current else ""
    typed = st.text_area("Examples", held, height=160, help=EXAMPLES_HELP, key=f"te_{edit}")
    # An example of several lines stays whole as long as nobody touches the field.
    if current is not None and typed == held:
        return list(current.examples)
    return [line.strip() for line in typed.splitlines() if line.strip()]


def key_of(name: str, taken: Sequence[str]) -> str:
    """Make a new theme's key from its name, unlike any that is there."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:50]
    plain = plain if len(plain) > 1 and plain[0].isalpha() else f"theme_{plain}".rstrip("_")
    place = 1
    found = plain
    while found in taken:
        place += 1
        found = f"{plain}_{place}"
    return found


def _look(found: TaxonomyOut, current: TaxonomyThemeOut | None, typed: dict[str, object]) -> None:
    """Ask what would change, and keep the answer beside what was asked."""
    key = current.key if current else key_of(str(typed["name"]), [one.key for one in found.themes])
    themes = [one.model_dump() for one in found.themes]
    changed = {**(current.model_dump() if current else {}), **typed, "key": key}
    if current is None:
        themes.append(changed)
    else:
        themes = [changed if one["key"] == key else one for one in themes]
    body = {"themes": themes, "preview": True}
    looked = common.attempt(lambda: common.send("PUT", "/v1/taxonomy", TaxonomyChanged, body=body))
    if looked is None:
        return
    if not looked.changes:
        common.problem(NOTHING)
        return
    st.session_state[_PENDING] = Pending(key, themes, found.version, current, looked)


def _confirm(pending: Pending, found: TaxonomyOut) -> None:
    frame.section(SHOWS_TITLE, html=changes_html(pending))
    with st.container(horizontal=True):
        save = st.button("Save", type="primary", key="theme_save")
        if st.button("Not yet", key="theme_not_yet"):
            st.session_state.pop(_PENDING, None)
            st.rerun()
    if not save:
        return
    try:
        common.send(
            "PUT",
            "/v1/taxonomy",
            TaxonomyChanged,
            body={"themes": pending.themes},
            headers={"If-Match": f'"{pending.version}"'},
        )
    except StaleError:
        st.session_state.pop(_PENDING, None)
        common.problem(STALE)
        now = next((one for one in found.themes if one.key == pending.key), None)
        look.block(meanwhile_html(pending.base, now, {one.key: one.name for one in found.themes}))
    except ClientError as error:
        common.problem(str(error))
    else:
        st.session_state.pop(_PENDING, None)
        loading.forget()
        common.say("Saved.")
        common.clear_param("edit")
        st.rerun()


def changes_html(pending: Pending) -> str:
    """Say what saving changes, and what the next run does with it."""
    said = "".join(f"<li>{text(_change(one.action))}</li>" for one in pending.looked.changes)
    created = any(one.action == "create" for one in pending.looked.changes)
    stays = f'<p class="note">{text(KEY_STAYS.format(key=pending.key))}</p>' if created else ""
    names = {one.key: one.name for one in pending.looked.themes}
    own = [one for one in pending.looked.next_run if repr(pending.key) in one]
    run = next_run_html(own, names) if own else f'<p class="note">{NO_RUN}</p>'
    return f'<ul class="list">{said}</ul>{stays}<h3 class="under">The next run</h3>{run}'


def _change(action: str) -> str:
    said = words.CHANGES.get(action, action.replace("_", " "))
    return f"{said[:1].upper()}{said[1:]}."


def next_run_html(said: Sequence[str], names: Mapping[str, str]) -> str:
    """Say what the next run does with themes that it has not looked for; by their names."""
    lines = []
    for one in said:
        for key, name in names.items():
            one = one.replace(repr(key), f"“{name}”")
        lines.append(f"<p>{text(words.in_page_words(one))}</p>")
    return "".join(lines)


def meanwhile_html(before: TaxonomyThemeOut | None, now: TaxonomyThemeOut | None, names: Mapping[str, str]) -> str:
    """Say what somebody else changed of this theme meanwhile."""
    if before is None or now is None:
        return ""
    changed = [name for name in _FIELDS if getattr(before, name) != getattr(now, name)]
    if not changed:
        return '<p class="note">This theme itself is as you read it.</p>'
    said = "".join(
        f"<li>{_FIELDS[name]} is now “{text(_shown(name, getattr(now, name), names))}”</li>" for name in changed
    )
    return f'<ul class="list">{said}</ul>'


def _shown(name: str, value: str | None, names: Mapping[str, str]) -> str:
    if name == "parent_key":
        return names.get(value or "", "nothing")
    return fmt.label(value, words.THEME_STATES) if name == "state" else value or ""
