"""The search box, and what narrows a search beside the bar: theme, scores, whose words."""

import streamlit as st

from api.schemas.taxonomy import TaxonomyOut
from dashboard import loading
from dashboard.pieces.search_asked import BANDS, DEFAULT_MODE, MODES, MOST_CHARS, POLARITIES, Asked
from dashboard.pieces.search_words import BANDS as BAND_NAMES
from dashboard.pieces.search_words import VOICES, Names

SEARCH, HOW, GO = "Search in comments", "Find by", "Search"
PLACEHOLDER = "Words, “a phrase”, begin*, −without; or a question"
MORE = "Theme, score, voice"
ANY = {"theme": "Any theme", "polarity": "Any", "score_band": "Any score, or none", "voice": "Everybody’s words"}
# One thing chosen or none.
_CHOICES = ("theme", "polarity", "voice")


def box(asked: Asked) -> None:
    """Draw the box; what is asked for goes into the address."""
    st.session_state["search_q"] = asked.one("q")
    st.session_state["search_mode"] = asked.one("mode") or DEFAULT_MODE
    with st.form("search_form", border=False):
        left, middle, right = st.columns([11, 7, 2], vertical_alignment="bottom")
        left.text_input(SEARCH, key="search_q", max_chars=MOST_CHARS, placeholder=PLACEHOLDER)
        middle.segmented_control(
            HOW, list(MODES), format_func=MODES.__getitem__, key="search_mode", required=True, width="stretch"
        )
        right.form_submit_button(GO, on_click=_search, type="primary", key="search_go", width="stretch")


def _search() -> None:
    mode = str(st.session_state["search_mode"] or DEFAULT_MODE)
    words = str(st.session_state["search_q"]).strip()
    _put("q", words)
    _put("mode", mode if words and mode != DEFAULT_MODE else "")


def narrow(asked: Asked, names: Names) -> None:
    """Draw what narrows a search beside the bar."""
    with st.popover(MORE, icon=":material/filter_list:", key="search_more"):
        _choices(asked, names)


def _choices(asked: Asked, names: Names) -> None:
    themes = {one.key: one.name for one in loading.read("/v1/taxonomy", TaxonomyOut).themes if one.state == "active"}
    if (key := asked.one("theme")) and key not in themes:
        themes[key] = names.theme
    for name in _CHOICES:
        st.session_state[f"search_{name}"] = asked.one(name) or None
    st.session_state["search_score_band"] = list(asked.several("score_band"))
    ordered = sorted(themes, key=lambda one: themes[one].casefold())
    _choice("Theme", "theme", ordered, themes)
    if asked.one("theme"):
        _choice("Said of it", "polarity", list(POLARITIES), {name: name.capitalize() for name in POLARITIES})
    st.multiselect(
        "Score",
        list(BANDS),
        format_func=BAND_NAMES.__getitem__,
        placeholder=ANY["score_band"],
        key="search_score_band",
        on_change=_keep,
        args=("score_band",),
    )
    _choice("Whose words", "voice", list(VOICES), VOICES)


def _choice(label: str, name: str, options: list[str], names: dict[str, str]) -> None:
    st.selectbox(
        label,
        options,
        index=None,
        format_func=lambda one: names[one],
        placeholder=ANY[name],
        key=f"search_{name}",
        on_change=_keep,
        args=(name,),
    )


def _keep(name: str) -> None:
    value = st.session_state[f"search_{name}"] or ""
    _put(name, ",".join(value) if isinstance(value, list) else str(value))
    if name == "theme" and not value:
        st.query_params.pop("polarity", None)


def _put(name: str, value: str) -> None:
    """Set a part of the address; another search begins at its first page."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
    st.query_params.pop("pages", None)
