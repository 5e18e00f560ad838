"""What a search in comments is narrowed by, beside the slice: read alike for the list and for a saved view."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from api.deps import Words, at_once, one_word, read_choice, read_list
from api.errors import ParameterError
from data.store.queries.comments import POLARITIES, VOICES, CommentQuery
from data.store.queries.search import MODES

# A longer text is not a search; it is refused with the bound in the message.
MAX_SEARCH = 1000
# Comments asked for by their ids at once: a page of a list that the asker puts in order.
MAX_IDS = 100
_SCALE = r"^(nps|csat|ces):(-?\d{1,4}(?:\.\d{1,3})?):(-?\d{1,4}(?:\.\d{1,3})?)(:low)?$"
_SCALE_TEXT = "Answers of one survey type and scale: type:lowest:highest, as csat:1:5, and :low where low is good."


@dataclass(frozen=True)
class Search:
    """What is looked for, how, at which accounts (none: all), and in which comments."""

    text: str
    mode: str | None
    accounts: tuple[str, ...]
    query: CommentQuery


def get_search(
    q: Annotated[
        str,
        Query(
            description='Words (all of them), "a phrase", begin*, -without; or a question, by meaning.',
            max_length=MAX_SEARCH,
        ),
    ] = "",
    mode: Annotated[str | None, one_word(MODES, "How to search; both, or words where meaning is not served.")] = None,
    theme: Annotated[str | None, Query(description="Comments that speak of this theme (its key).")] = None,
    polarity: Annotated[str | None, one_word(tuple(POLARITIES), "On that theme.")] = None,
    account: Words = [],  # noqa: B006 - FastAPI copies it
    language: Words = [],  # noqa: B006
    feature: Words = [],  # noqa: B006
    voice: Annotated[str, one_word(VOICES, "customer: their own words; vendor: review notes.")] = "all",
    scale: Annotated[str | None, Query(description=_SCALE_TEXT, json_schema_extra={"pattern": _SCALE})] = None,
    ids: Annotated[list[str], Query(alias="id", description=f"Only these; up to {MAX_IDS}, without `q`.")] = [],  # noqa: B006
) -> Search:
    """Read a search.

    Raises:
        ParameterError: One of the fixed words or the scale is not understood, or a polarity has no theme.
    """
    if polarity is not None and theme is None:
        raise ParameterError("polarity is what a comment says of a theme: give theme as well")
    query = CommentQuery(
        theme_key=theme,
        polarity=None if polarity is None else read_choice(polarity, "polarity", tuple(POLARITIES)),
        voice=read_choice(voice, "voice", VOICES),
        scale=None if scale is None else _read_scale(scale),
        languages=_several(language),
        features=_several(feature),
        ids=_read_ids(ids, q),
    )
    chosen = None if mode is None else read_choice(mode, "mode", MODES)
    return Search(q.strip(), chosen, _several(account), query)


SearchDep = Annotated[Search, Depends(at_once(get_search))]


def _read_ids(ids: list[str], q: str) -> tuple[str, ...]:
    # A comment's id may hold a comma: it comes from the user's own system.
    wanted = tuple(dict.fromkeys(ids))
    if wanted and q.strip():
        raise ParameterError("id names comments that are known: leave out q")
    if len(wanted) > MAX_IDS:
        raise ParameterError(f"{len(wanted)} ids are asked for, {MAX_IDS} at once are given: ask page by page")
    return wanted


def _read_scale(scale: str) -> tuple[str, float, float, bool]:
    found = re.fullmatch(_SCALE, scale, re.ASCII)
    if found is None:
        raise ParameterError(
            f"scale={scale[:40]!r} is not understood: write csat:1:5, or ces:1:7:low where low is good"
        )
    kind, low, high, turned = found.groups()
    return kind, float(low), float(high), turned is None


def _several(values: list[str]) -> tuple[str, ...]:
    return read_list(",".join(values), "", ())
