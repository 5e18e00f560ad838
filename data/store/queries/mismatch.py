"""Broken promises over accounts: who complains, since when, more or less often, and beside which commitments."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cx.loops import MISMATCH
from cx.scores import Score, share
from data.store.columns.cache import read_columns
from data.store.models import Account, Commitment, Mention
from data.store.models.matches import OF_MISMATCH
from data.store.queries.chosen import Chooser
from data.store.queries.counts import count_said
from data.store.queries.matches import (
    LEAST_SIMILARITY,
    MismatchMention,
    Promise,
    commitments_of,
    likenesses,
    matches_of,
)
from data.store.queries.slices import UNKNOWN, Slice, account_filters


@dataclass(frozen=True)
class PromiseView:
    """A commitment with the complaints near it: how many comments, the highest cosine, and the comments' ids."""

    promise: Promise
    comments: int
    similarity: float | None
    comment_ids: tuple[str, ...]


@dataclass(frozen=True)
class AccountMismatch:
    """One account: customers' complaints of broken promises (review notes apart), and its commitments.

    `first_said_at` looks past the window's beginning, all else lies in the window.
    """

    account_id: str
    name: str
    comments: int
    people: int
    review_notes: int
    roles: dict[str, int]
    stages: dict[str, int]
    months: dict[str, int]
    first_said_at: datetime | None
    last_said_at: datetime | None
    mentions: tuple[MismatchMention, ...]
    promises: tuple[PromiseView, ...]


@dataclass(frozen=True)
class MismatchSummary:
    """All accounts of a slice together. `share`: of the accounts that speak of any theme, in percent, with its n."""

    comments: int
    accounts: int
    share: Score | None
    roles: dict[str, int]
    stages: dict[str, int]
    months: dict[str, int]


def mismatch_accounts(session: Session, filters: Slice, *, quiet: bool = True) -> list[str]:
    """Give the accounts with complaints, most comments first; with `quiet` those with commitments only after them."""
    reader = _complaints(session, filters)
    negative = _counted_by(reader, "account", "negative")
    # Counts leave review notes apart; an account that only they speak of is one too.
    noted = _counted_by(reader, "account", "review_notes")
    spoken = {key for key in negative if (negative[key] or noted[key]) and key != UNKNOWN}
    found = sorted(spoken, key=lambda key: (-negative[key], key))
    if not quiet:
        return found
    promised = session.scalars(
        select(Commitment.account_id)
        .join(Account, Account.account_id == Commitment.account_id)
        .where(Commitment.handed_over_on <= filters.as_of.date(), *account_filters(filters))
        .distinct()
        .order_by(Commitment.account_id)
    )
    return found + [key for key in promised if key not in spoken]


def account_mismatches(
    session: Session, filters: Slice, account_ids: Sequence[str], *, shown: int | None = None
) -> list[AccountMismatch]:
    """Give these accounts with their complaints, newest first, and all their commitments, in the order asked for.

    `shown` bounds the complaints given of each account (None: all); counts stay those of all.
    """
    mentions = matches_of(session, filters, account_ids=account_ids, least=LEAST_SIMILARITY)
    promises = commitments_of(session, filters, account_ids=account_ids)
    first, names = dict[str, datetime](), dict[str, str]()
    for key, name, time in session.execute(_first_said(filters).where(Account.account_id.in_(account_ids))):
        names[key] = name
        if time is not None:
            first[key] = time
    said: dict[str, list[MismatchMention]] = {key: [] for key in account_ids}
    made: dict[str, list[Promise]] = {key: [] for key in account_ids}
    for mention in mentions:
        said[mention.account_id].append(mention)
    for promise in promises:
        made[promise.account_id].append(promise)
    found = [_account(key, names.get(key, key), said[key], made[key], first.get(key)) for key in account_ids]
    return _with_all_likenesses(session, filters, [replace(one, mentions=one.mentions[:shown]) for one in found])


def _with_all_likenesses(session: Session, filters: Slice, found: list[AccountMismatch]) -> list[AccountMismatch]:
    """Give the complaints that are shown all their account's commitments, the far ones too."""
    near = likenesses(session, [one.passage_id for account in found for one in account.mentions], filters=filters)
    return [
        replace(
            account,
            mentions=tuple(replace(one, likenesses=tuple(near.get(one.passage_id, ()))) for one in account.mentions),
        )
        for account in found
    ]


def _first_said(filters: Slice) -> Select[*tuple[Any, ...]]:
    """Select accounts, their names and when each complained first, by `as_of`, whatever the window's beginning."""
    said = (
        select(Mention.said_at)
        .where(
            OF_MISMATCH,
            Mention.polarity == "negative",
            Mention.account_id == Account.account_id,
            Mention.said_at <= filters.as_of,
        )
        # In the order of the index: it ends at the first that is negative.
        .order_by(Mention.said_at)
        .limit(1)
        .correlate(Account)
    )
    return select(Account.account_id, Account.name, said.scalar_subquery())


def _account(
    account_id: str,
    name: str,
    mentions: Sequence[MismatchMention],
    promises: Sequence[Promise],
    first: datetime | None,
) -> AccountMismatch:
    theirs = list({one.comment_pk: one for one in mentions if not one.vendor_voice}.values())
    notes = {one.comment_pk for one in mentions if one.vendor_voice}
    return AccountMismatch(
        account_id=account_id,
        name=name,
        comments=len(theirs),
        people=len({one.respondent_key for one in theirs}),
        review_notes=len(notes),
        roles=_counted([one.role for one in theirs]),
        stages=_counted([one.stage or UNKNOWN for one in theirs]),
        months=dict(sorted(Counter(f"{one.said_at:%Y-%m}" for one in theirs).items())),
        first_said_at=first if mentions else None,
        last_said_at=max((one.said_at for one in mentions), default=None),
        mentions=tuple(mentions),
        promises=tuple(_view(promise, mentions) for promise in promises),
    )


def _counted(words: Sequence[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))


def _view(promise: Promise, mentions: Sequence[MismatchMention]) -> PromiseView:
    near = [
        (likeness.similarity, mention)
        for mention in mentions
        for likeness in mention.likenesses
        if likeness.commitment_id == promise.commitment_id and likeness.similarity >= LEAST_SIMILARITY
    ]
    near.sort(key=lambda pair: (-pair[0], pair[1].comment_pk))
    ids = tuple(dict.fromkeys(mention.comment_id for _, mention in near))
    return PromiseView(promise, len(ids), near[0][0] if near else None, ids)


def mismatch_summary(session: Session, filters: Slice) -> MismatchSummary:
    """Count complaints over all accounts of a slice; review notes are not among them."""
    reader = _complaints(session, filters)

    def negative(dimension: str) -> dict[str, int]:
        return {key: number for key, number in _counted_by(reader, dimension, "negative").items() if number}

    accounts = len([key for key in negative("account") if key != UNKNOWN])
    speaking = count_said(Chooser(session, reader.whole, filters, "taxonomy"), ()).row(0).counts.accounts
    months = negative("month")
    return MismatchSummary(
        comments=sum(months.values()),
        accounts=accounts,
        share=share(accounts, speaking) if speaking else None,
        roles=negative("role"),
        stages=negative("stage"),
        months=dict(sorted(months.items())),
    )


def _complaints(session: Session, filters: Slice) -> Chooser:
    return Chooser(session, read_columns(session), filters, "taxonomy", (MISMATCH,))


def _counted_by(reader: Chooser, dimension: str, name: str) -> dict[str, int]:
    """Give one of the counts by a dimension, most comments first."""
    table = count_said(reader, (dimension,), with_people=False)
    numbers, values = table.groups[table.order, 0].tolist(), table.whole_numbers[name][table.order].tolist()
    return {table.labels[0][number]: value for number, value in zip(numbers, values, strict=True)}
