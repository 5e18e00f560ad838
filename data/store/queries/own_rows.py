"""Some accounts' part of the columns: a page about a few accounts is counted from their rows, not from a million."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from data.store.columns.pack import NO_PERSON, NO_ROW, Column
from data.store.columns.whole import Mentions, Whole
from data.store.queries.answers import answers_of
from data.store.queries.chosen import starts_of

# Rows of one account lie together.
Spans = Sequence[slice]


def of_accounts(whole: Whole, account_ids: Collection[str]) -> Whole:
    """Take some accounts out of the columns: every query counts of them what it counts of them in all columns."""
    places = places_of(whole)
    kept = np.array(sorted(places[key] for key in set(account_ids) if key in places), np.uint32)
    names = tuple(whole.accounts[at] for at in kept.tolist())
    if not whole.comments:
        return replace(whole, accounts=names, worked_out={})
    comments, answers = _spans(whole.comments["account"], kept), _spans(whole.answers["account"], kept)
    persons = _spans(whole.person_account, kept)
    said, answered = _taken(whole.comments, comments), _taken(whole.answers, answers)
    for columns, spans in ((said, comments), (answered, answers)):
        columns["account"] = _numbered(spans)
        columns["person"] = _moved(columns["person"], spans, persons, NO_PERSON)
    answered["comment"] = _moved(answered["comment"], answers, comments, NO_ROW)
    mentions = {
        kind: Mentions(_taken(columns, _mentions(whole, kind, comments)), said[f"n_{kind}"])
        for kind, columns in whole.mentions.items()
    }
    # Numbered anew: what is counted by person needs no more numbers than there are people.
    _, people = np.unique(_joined(whole.person_number, persons), return_inverse=True)
    return replace(
        whole,
        accounts=names,
        comments=said,
        answers=answered,
        mentions=mentions,
        person_number=people.astype(np.int64),
        person_account=_numbered(persons),
        worked_out=answers_of(whole, answers),
    )


def places_of(whole: Whole) -> dict[str, int]:
    """Give the place of each account."""
    return whole.once("places", lambda: {key: at for at, key in enumerate(whole.accounts)})


def _spans(column: Column, accounts: Column) -> Spans:
    # Of the column's own type, or all of it is copied into another.
    wanted = accounts.astype(column.dtype)
    ends = (np.searchsorted(column, wanted, side=side).tolist() for side in ("left", "right"))
    return [slice(first, last) for first, last in zip(*ends, strict=True)]


def _mentions(whole: Whole, kind: str, comments: Spans) -> Spans:
    """Give where the mentions of some spans of comments stand."""
    starts, end = starts_of(whole, kind), len(whole.mentions[kind]["said"])

    def first(row: int) -> int:
        return int(starts[row]) if row < len(starts) else end

    return [slice(first(one.start), first(one.stop)) for one in comments]


def _taken(columns: Mapping[str, Column], spans: Spans) -> dict[str, Column]:
    return {name: _joined(column, spans) for name, column in columns.items()}


def _joined(column: Column, spans: Spans) -> Column:
    # One account's rows are not copied.
    return column[spans[0]] if len(spans) == 1 else np.concatenate([column[:0], *(column[one] for one in spans)])


def _numbered(spans: Spans) -> Column:
    return np.repeat(np.arange(len(spans), dtype=np.uint32), [one.stop - one.start for one in spans])


def _moved(column: Column, spans: Spans, onto: Spans, missing: int) -> Column:
    """Turn rows of the whole into rows of some spans of it; `spans` are those of the column itself."""
    sizes = np.array([one.stop - one.start for one in onto], np.int64)
    shifts = np.array([one.start for one in onto], np.int64) - (np.cumsum(sizes) - sizes)
    moved = column - np.repeat(shifts, [one.stop - one.start for one in spans])
    return np.where(column == column.dtype.type(missing), column, moved).astype(column.dtype)
