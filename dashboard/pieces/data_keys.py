"""Keys: who may ask, made with a secret that is shown once, ended at once."""

from collections.abc import Sequence

import streamlit as st

from api.schemas.accounts import AccountPage
from api.schemas.keys import KeyMade, KeyOut, KeyPage
from api.schemas.slices import MeOut
from dashboard import format as fmt
from dashboard import frame, look, strings
from dashboard.look import text
from dashboard.pieces import data_common as common
from dashboard.pieces import data_words as words

TITLE = "Keys"
NOTE = "Whoever shows a key reads what its role and accounts allow. Of a key only its name is kept, never its secret."
MAKE_TITLE = "Make a key"
ACCOUNTS_HELP = "A CSM's key names its accounts. For the others leave it open: they see all accounts."
NAME_FIRST = "say who uses the key."
ACCOUNTS_FIRST = "a CSM's key sees its own accounts only: name them."
SHOWN_TITLE = "Copy this key now"
SHOWN_ONCE = "It is shown here once and kept nowhere. Who loses it gets a new one."
REVOKE_TITLE = "End this key?"
REVOKE = "Whoever uses it is locked out at once. The key stays in the list."
# Accounts to choose from; more can be typed by their id.
MOST_ACCOUNTS = 200
_MADE = "data_keys_made"


def draw(me: MeOut) -> None:
    """Draw the part: a new key, then those there are."""
    if not common.may(me, "admin"):
        common.refused(me, words.KEYS_WHO)
        return
    _make()
    found, page = common.read_pages("/v1/keys", KeyPage, {}, key="keys")
    frame.section(TITLE, NOTE, html=keys_html(found))
    _revoke(found)
    with st.container(horizontal=True):
        common.more_button(page, key="keys")
        common.csv_button("/v1/keys", {}, name="keys")


def _make() -> None:
    frame.section(MAKE_TITLE)
    # After a key was made the fields are empty again, or a second press would make a second one.
    turn = int(st.session_state.get(_MADE, 0))
    with st.form(f"key_{turn}", border=False):
        left, right = st.columns(2)
        name = left.text_input("Who uses it", max_chars=120, key=f"key_name_{turn}")
        role = right.selectbox(
            "Role", list(words.KEY_ROLES_MEAN), format_func=words.KEY_ROLES_MEAN.__getitem__, key=f"key_role_{turn}"
        )
        accounts = _accounts(turn)
        wanted = st.form_submit_button("Make the key", type="primary", key="key_go")
    if not wanted:
        return
    if not name.strip() or (role == "csm" and not accounts):
        common.problem(ACCOUNTS_FIRST if name.strip() else NAME_FIRST)
        return
    body = {"name": name.strip(), "role": role, "accounts": accounts or None}
    made = common.attempt(lambda: common.send("POST", "/v1/keys", KeyMade, body=body))
    if made is not None:
        st.session_state[_MADE] = turn + 1
        show_once(made)


def _accounts(turn: int) -> list[str]:
    found = common.fresh("/v1/accounts", AccountPage, limit=MOST_ACCOUNTS, sort="name").items
    names = {one.account_id: one.name for one in found}
    chosen: list[str] = st.multiselect(
        "Accounts",
        list(names),
        format_func=lambda key: f"{names[key]} ({key})" if key in names else key,
        accept_new_options=True,
        placeholder="All accounts",
        help=ACCOUNTS_HELP,
        key=f"key_accounts_{turn}",
    )
    return chosen


@st.dialog(SHOWN_TITLE, dismissible=False)
def show_once(made: KeyMade) -> None:
    """Show a new key's secret. It lives in this box alone: neither the session nor the address holds it."""
    role = strings.KEY_ROLES.get(made.role, made.role)
    look.block(f"<p>{SHOWN_ONCE} It is for <b>{text(made.name)}</b> ({text(role)}).</p>")
    st.code(made.secret, language=None)
    if st.button("I have kept it", type="primary", key="key_kept"):
        common.say(f"The key for {made.name} is made.")
        st.rerun()


def keys_html(keys: Sequence[KeyOut]) -> str:
    """Write keys without their secrets."""
    rows = "".join(_row(key) for key in keys)
    return (
        '<div class="scroll"><table class="data datastack"><thead><tr><th scope="col">Name</th>'
        '<th scope="col" class="left">State</th><th scope="col" class="left">Role</th>'
        '<th scope="col" class="left">Accounts</th><th scope="col">Made</th><th scope="col">Last used</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(key: KeyOut) -> str:
    used = fmt.day(key.last_used_at) if key.last_used_at else "never"
    state = f"ended {fmt.day(key.revoked_at)}" if key.revoked_at else "in use"
    css = ' class="zero"' if key.revoked_at else ""
    return (
        f'<tr><td{css}>{text(key.name)}</td><td class="left">{state}</td>'
        f'<td class="left">{text(strings.KEY_ROLES.get(key.role, key.role))}</td>'
        f'<td class="left" data-label="Accounts:">{accounts_words(key)}</td>'
        f'<td data-label="Made">{fmt.day(key.created_at)}</td><td data-label="Last used">{used}</td></tr>'
    )


def accounts_words(key: KeyOut) -> str:
    """Say what a key sees: all accounts, three of them by id, or how many."""
    if key.accounts is None:
        return "all"
    if len(key.accounts) <= 3:
        return text(", ".join(key.accounts))
    return fmt.counted(len(key.accounts), "account")


def _revoke(keys: Sequence[KeyOut]) -> None:
    names = {
        key.key_id: f"{key.name} ({strings.KEY_ROLES.get(key.role, key.role)})" for key in keys if not key.revoked_at
    }
    if not names:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "End a key",
            list(names),
            index=None,
            format_func=names.__getitem__,
            placeholder="Choose one",
            key="key_end",
            width=320,
        )
        if st.button("End it …", key="key_end_go", disabled=chosen is None) and chosen is not None:
            _end(chosen, names[chosen])


@st.dialog(REVOKE_TITLE)
def _end(key_id: str, name: str) -> None:
    look.block(f"<p><b>{text(name)}</b>. {REVOKE}</p>")
    if st.button("End the key", type="primary", key="key_end_sure", on_click=_ended, args=(key_id, name)):
        st.rerun()


def _ended(key_id: str, name: str) -> None:
    common.attempt_before(
        lambda: common.send("DELETE", f"/v1/keys/{key_id}", KeyOut), done=f"The key of {name} is ended."
    )
