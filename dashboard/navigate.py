"""Follow links inside pages without loading the page anew.

Links are plain `<a class="go">` and work without this too (in a new tab, or before the page has woken up); here a click
on one is told to the session, which sets its filters and turns to the page.
"""

from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from dashboard import format as fmt
from dashboard import links, look, signin, strings
from dashboard.filters import FILTER_NAMES, put_filters, read_filters
from dashboard.pieces import signin_words
from dashboard.sessions import SIGN_OUT

# Pages that are reached from another one.
_ABOVE = {links.THEME: links.THEMES, links.ACCOUNT: links.ACCOUNTS}

_LISTEN = """
export default function (component) {
  const { setTriggerValue } = component;
  // Streamlit notes a step to another page as two: the old page with the new parameters, then the new page. The first
  // one is left out, or a step back would lead to a page that nobody saw.
  const push = history.pushState;
  let wanted = null;
  history.pushState = function (state, title, url) {
    const to = new URL(url, window.location.href);
    const half = wanted && wanted.pathname !== window.location.pathname && to.pathname === window.location.pathname;
    if (half && to.search === wanted.search) return;
    wanted = null;
    push.call(history, state, title, url);
  };
  const follow = (event) => {
    const found = event.target.closest && event.target.closest("a.go");
    if (!found || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const address = new URL(found.href, window.location.href);
    if (address.origin !== window.location.origin) return;
    event.preventDefault();
    wanted = address;
    setTriggerValue("go", address.pathname + address.search);
    window.scrollTo(0, 0);
  };
  document.addEventListener("click", follow);
  // Who signed in elsewhere comes back to the first page: on to where they were.
  const back = sessionStorage.getItem("sottovoce:back");
  sessionStorage.removeItem("sottovoce:back");
  if (back && back !== window.location.pathname + window.location.search) {
    wanted = new URL(back, window.location.origin);
    setTriggerValue("go", back);
  }
  return () => {
    document.removeEventListener("click", follow);
    history.pushState = push;
  };
}
"""
_listener = st.components.v2.component("sottovoce_links", html="", js=_LISTEN)


def follow(pages: dict[str, st.Page]) -> None:
    """Turn to the page of the link that was clicked, if one was; before anything else of a page is drawn.

    Args:
        pages: By the path that their addresses have.
    """
    clicked = _listener(key="links", on_go_change=lambda: None)
    address = getattr(clicked, "go", None)
    if not isinstance(address, str):
        return
    parts = urlsplit(address)
    path = parts.path.strip("/").rpartition("/")[2]
    if path == SIGN_OUT:
        signin.leave()
    page = pages.get(path)
    if page is None:
        return
    values = dict(parse_qsl(parts.query))
    put_filters(read_filters(values))
    st.switch_page(page, query_params=values)


def bar(current: str) -> None:
    """Draw the navigation: the name, the pages, and who reads."""
    shown = [(path, name) for path, name in strings.PAGE_NAMES.items() if path not in _ABOVE]
    here = _ABOVE.get(current, current)
    pages = "".join(
        f"<li{' aria-current=page' if path == here else ''}>{links.link(name, links.href(path))}</li>"
        for path, name in shown
    )
    brand = links.link(strings.TITLE, links.href(links.OVERVIEW), css="brand")
    look.block(f'<nav class="pages" aria-label="Pages">{brand}<ul>{pages}</ul>{_reader_html()}</nav>')


def _reader_html() -> str:
    """Write who reads: the name, what they may, and the way out where there is one."""
    me = signin.reader()
    if me is None:
        return ""
    role = strings.KEY_ROLES.get(me.role, me.role)
    sees = "" if me.accounts is None else f" · {fmt.counted(len(me.accounts), 'account')}"
    out = links.link(signin_words.SIGN_OUT, f"/{SIGN_OUT}", css="out") if signin.can_leave() else ""
    who = f'<b title="{look.text(me.name)}">{look.text(me.name)}</b> <span class="may">{look.text(role + sees)}</span>'
    return f'<p class="reader"><span>{who}</span>{out}</p>'


def own_params() -> dict[str, str]:
    """Give the page's own part of the address."""
    return {name: value for name, value in st.query_params.to_dict().items() if name not in FILTER_NAMES}
