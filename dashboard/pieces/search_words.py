"""A search in words: the sentence that the page opens with, and its parts, each of which can be left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.schemas.search import SearchPage
from dashboard import format as fmt
from dashboard import links, strings
from dashboard.filters import NAMES, period_name
from dashboard.look import text
from dashboard.pieces.search_asked import Asked

NARROWED, CLEAR = "Narrowed to", "Leave out all"
BANDS = {
    "detractor": "Detractors and flagged answers",
    "passive": "Passives and answers in between",
    "promoter": "Promoters and satisfied answers",
    "unknown": "Without a score",
}
# Of one survey type the word is known.
_BAND_OF = {
    "nps": {"detractor": "detractors", "passive": "passives", "promoter": "promoters"},
    "csat": {"detractor": "flagged answers", "passive": "answers in between", "promoter": "satisfied answers"},
    "ces": {"detractor": "flagged answers", "passive": "answers in between", "promoter": "answers of little effort"},
}
_SCORED = {"detractor", "passive", "promoter"}
_SOURCES = {"in_app": "in the app", "ticket": "in tickets", "review_note": "in review notes"}
_LANGUAGES = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "unknown": "a language not known",
}
# Parameters whose words stand behind a noun: the noun, and the names of their values.
_NOUNS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "motion": ("contracts", {"seat_signed": "seat-signed", "usage_based": "usage-based"}),
    "account_age": (
        "account age",
        {
            "under_90d": "under 90 days",
            "90d_to_1y": "90 days to a year",
            "1y_to_2y": "1 to 2 years",
            "over_2y": "over 2 years",
        },
    ),
    "engagement": ("engagement", {}),
    "feature": ("feature", {}),
}
_FOUND = {"words": "with the words", "meaning": "near in meaning to", "both": "found for"}
VOICES = {"customer": "Customers’ own words", "vendor": "Review notes"}
# Accounts named in the sentence; more are counted.
NAMED = 2


@dataclass(frozen=True)
class Names:
    """What keys of the search are called."""

    theme: str = ""
    accounts: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Part:
    """One part of a search: the parameter, its words on a chip, and in the sentence as HTML ("" where it is none)."""

    name: str
    chip: str
    html: str


def sentence_html(asked: Asked, page: SearchPage, names: Names) -> str:
    """Say how many comments there are, whose, on what, and from whom."""
    searched = "".join(part.html for part in _searched(asked, page.mode))
    head = [f"<b>{_number(asked, page)}</b>", _of(asked), _on(asked, names), searched]
    rest = [part.html for part in _rest(asked, names)]
    return ", ".join([" ".join(part for part in head if part), *rest]) + _reach(page)


def _number(asked: Asked, page: SearchPage) -> str:
    one = "review note" if asked.one("voice") == "vendor" else "comment"
    if not page.total:
        return f"No {one}"
    return ("More than " if page.more else "") + fmt.counted(page.total, one)


def _reach(page: SearchPage) -> str:
    if not page.total or page.accounts is None:
        return "."
    who = [fmt.counted(page.accounts, "account")] if page.accounts else []
    who += [fmt.counted(page.people, "person", "people")] if page.people else []
    return f": from {', '.join(who)}." if who else "."


def _of(asked: Asked) -> str:
    """Whose comments: roles, bands of answers, or customers at all."""
    who = [listed([strings.ROLES_MANY[role] for role in asked.filters.role])] if asked.filters.role else []
    bands = asked.several("score_band")
    if bands and set(bands) != _SCORED:
        who.append(listed([_band(asked, band) for band in bands]))
    if not who and not bands and asked.one("voice") == "customer":
        who = ["customers"]
    return f"of {', '.join(who)}" if who else ""


def _band(asked: Asked, band: str) -> str:
    if band == "unknown":
        return "people who gave no score"
    kinds = asked.filters.source
    known = _BAND_OF.get(kinds[0], {}) if len(kinds) == 1 else {}
    return known.get(band) or BANDS[band][:1].lower() + BANDS[band][1:]


def _on(asked: Asked, names: Names) -> str:
    key = asked.one("theme")
    return f"on <b>{links.theme_link(key, names.theme)}</b>" if key else ""


def _rest(asked: Asked, names: Names) -> list[Part]:
    """The parts that stand behind the first comma."""
    found = [*_said(asked), *_where(asked, names), *_kinds(asked), *_when(asked)]
    return [part for part in found if part.html]


def parts_of(asked: Asked, names: Names) -> list[Part]:
    """Give all parts of a search, in the order of the sentence."""
    whose = []
    if asked.filters.role:
        whose.append(Part("role", listed([strings.ROLES[role] for role in asked.filters.role]), ""))
    bands = asked.several("score_band")
    if bands:
        chip = "With a score" if set(bands) == _SCORED else listed([_capital(_band(asked, band)) for band in bands])
        whose.append(Part("score_band", chip, ""))
    if asked.one("voice"):
        whose.append(Part("voice", VOICES[asked.one("voice")], ""))
    theme = [Part("theme", names.theme, "")] if asked.one("theme") else []
    rest = [*_searched(asked, ""), *_said(asked), *_where(asked, names), *_kinds(asked), *_when(asked)]
    return [*whose, *theme, *(part for part in rest if part.chip)]


def _searched(asked: Asked, mode: str) -> list[Part]:
    words = asked.one("q")
    if not words:
        return []
    return [Part("q", f"“{words}”", f"{_FOUND.get(mode, _FOUND['both'])} “{text(words)}”")]


def _said(asked: Asked) -> list[Part]:
    found = []
    if polarity := asked.one("polarity"):
        found.append(Part("polarity", f"{strings.SIGNS[polarity]} {polarity.capitalize()}", polarity))
    if set(asked.several("score_band")) == _SCORED:
        found.append(Part("", "", "with a score"))
    return found


def _where(asked: Asked, names: Names) -> list[Part]:
    found, filters = [], asked.filters
    if keys := asked.several("account"):
        called = {key: (names.accounts or {}).get(key) or key for key in keys}
        linked = [links.account_link(key, called[key]) for key in keys]
        many = fmt.counted(len(keys), "account")
        plain = listed([called[key] for key in keys]) if len(keys) <= NAMED else many
        found.append(Part("account", plain, f"at {listed(linked) if len(keys) <= NAMED else many}"))
    if filters.stage:
        words = [fmt.label(stage, strings.STAGES) for stage in filters.stage]
        low = [word.lower() for word in words]
        said = f"in {listed(low)}" if "unknown" not in filters.stage else listed(low)
        found.append(Part("stage", _capital(said), said))
    if filters.source:
        chips = [strings.SOURCES[source] for source in filters.source]
        where = [_SOURCES.get(source) or f"in {strings.SOURCES[source]}" for source in filters.source]
        found.append(Part("source", listed(chips), listed(where)))
    if scale := asked.one("scale"):
        found.append(Part("scale", _scale(scale), f"on a scale of {text(_scale(scale))}"))
    return found


def _scale(scale: str) -> str:
    kind, low, high, *turned = [*scale.split(":"), "", ""][:4]
    easy = ", low is good" if turned and turned[0] else ""
    return f"{strings.SCORE_NAMES.get(kind, kind)} {low} to {high}{easy}"


def _kinds(asked: Asked) -> list[Part]:
    """What kind of account, which language, which feature."""
    filters, found = asked.filters, []
    for name, before, after in (("segment", "at ", " accounts"), ("industry", "industry ", ""), ("tier", "tier ", "")):
        keys = getattr(filters, name)
        if keys:
            words = listed([fmt.label(key, NAMES[name]) for key in keys])
            said = words if name != "segment" else words.replace("Mid", "mid").replace("Enter", "enter")
            found.append(Part(name, words, f"{before}{text(said)}{after}"))
    for name, (noun, called) in _NOUNS.items():
        if keys := asked.several(name):
            words = f"{noun} {listed([_value(name, key, called) for key in keys])}"
            found.append(Part(name, _capital(words), text(words)))
    if keys := asked.several("language"):
        spoken = listed([_LANGUAGES.get(key, key) for key in keys])
        found.append(Part("language", spoken, f"in {text(spoken)}"))
    return found


def _value(name: str, key: str, called: Mapping[str, str]) -> str:
    # A feature has the vendor's own name.
    return key if name == "feature" else called.get(key) or ("not known" if key == "unknown" else key.replace("_", " "))


def _when(asked: Asked) -> list[Part]:
    period = asked.filters.period
    words = period_name(period)
    bounds = [(name, before, asked.one(name)[:10]) for name, before in (("since", "since"), ("as_of", "until"))]
    found = [
        Part(name, f"{_capital(before)} {value}", f"{before} {text(value)}") for name, before, value in bounds if value
    ]
    if period == "all":
        return found or [Part("", "", "of all time")]
    said = words[:1].lower() + words[1:] if period in strings.PERIODS else f"in {words}"
    return [Part("period", words, said), *found]


def chips_html(asked: Asked, names: Names) -> str:
    """Write the parts of a search as links that leave one out; nothing where it has none."""
    parts = parts_of(asked, names)
    if not parts:
        return ""
    items = "".join(f"<li>{_chip(part, asked)}</li>" for part in parts)
    if len(parts) > 1:
        everything = asked.without(*(part.name for part in parts))
        items += f"<li>{links.link(CLEAR, everything.href, css='note')}</li>"
    shown = f'<span class="note" id="narrowed">{NARROWED}</span><ul aria-labelledby="narrowed">{items}</ul>'
    return f'<div class="narrowed">{shown}</div>'


def _chip(part: Part, asked: Asked) -> str:
    words = f'{text(part.chip)} <span aria-hidden="true">×</span>'
    return links.anchor(words, asked.without(part.name).href, css="drop", title=f"Leave out: {part.chip}")


def listed(words: Sequence[str]) -> str:
    """Write words as a list: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
