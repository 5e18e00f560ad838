"""Packs of accounts: parents count a comment once, only stale accounts are made again, readers see what is new."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update

from data.store.models import Account, AccountPack, Comment, Mention, Passage, Theme
from data.store.queries.counts import KINDS, theme_counts
from data.store.queries.slices import Slice
from data.store.repositories.cells import count_stale, refresh_cells, stale_accounts
from data.store.repositories.preparation import mark_stale

NOW = datetime(2026, 9, 30, tzinfo=UTC)


def _theme(key, *, kind="discovered", parent=None):
    return Theme(theme_key=key, kind=kind, name=key, parent_key=parent, updated_at=NOW)


def _comment(pk, account, **changes):
    values = {
        "id": pk,
        "comment_id": f"response:{pk}",
        "kind": "response",
        "origin_id": str(pk),
        "source": "nps",
        "account_id": account,
        "respondent_key": f"c{pk}",
        "role": "admin",
        "stage": "usage",
        "said_at": NOW,
        "month": "2026-09",
        "original_hash": "x",
        "analysed": True,
    }
    return Comment(**{**values, **changes})


def _mention(passage, comment, theme, polarity, kind="discovered"):
    return Mention(
        passage_id=passage,
        comment_pk=comment,
        theme_key=theme,
        kind=kind,
        polarity=polarity,
        confidence=1.0,
        said_by="model",
        account_id=None,
        said_at=NOW,
    )


@pytest.fixture
def filled(store):
    with store.write() as session:
        session.add_all(
            Account(account_id=key, name=key, origin="test", row_hash="x", imported_at=NOW) for key in ("A", "B")
        )
        session.add_all([_theme("t-parent"), _theme("tax", kind="taxonomy")])
        session.flush()
        session.add_all([_theme("t-one", parent="t-parent"), _theme("t-two", parent="t-parent")])
        session.add_all([_comment(1, "A"), _comment(2, "B"), _comment(3, None, analysed=False)])
        session.flush()
        session.add_all(
            Passage(id=pk, comment_pk=comment, position=position, start=0, end=1, text_key=f"k{pk}")
            for pk, comment, position in ((1, 1, 0), (2, 1, 1), (3, 2, 0))
        )
        session.flush()
        session.add_all(
            [
                _mention(1, 1, "t-one", "positive"),
                _mention(2, 1, "t-two", "negative"),
                _mention(1, 1, "tax", "neutral", "taxonomy"),
                _mention(3, 2, "t-one", "positive"),
            ]
        )
        mark_stale(session, ["A", "B", ""])
    return store


def _counts(store):
    found = {}
    with store.read() as session:
        for kind in KINDS:
            for row in theme_counts(session, Slice(as_of=NOW), group_by=("theme", "account"), kind=kind):
                one = row.counts
                found[row.group["theme"], row.group["account"]] = (one.comments, one.negative, one.positive)
    return found


def test_parent_counts_a_comment_once_with_its_worst_polarity(filled):
    with filled.write() as session:
        refresh_cells(session, ["A", "B", ""])
    assert _counts(filled) == {
        ("t-one", "A"): (1, 0, 1),
        ("t-two", "A"): (1, 1, 0),
        ("t-parent", "A"): (1, 1, 0),
        ("tax", "A"): (1, 0, 0),
        ("t-one", "B"): (1, 0, 1),
        ("t-parent", "B"): (1, 0, 1),
    }


def test_only_the_accounts_named_are_made_again(filled):
    with filled.write() as session:
        refresh_cells(session, ["A"])
        assert stale_accounts(session, 10) == ["", "B"]
        assert list(session.scalars(select(AccountPack.account_key))) == ["A"]


def test_making_counts_again_changes_nothing(filled):
    for _ in range(2):
        with filled.write() as session:
            refresh_cells(session, ["A", "B"])
    assert len(_counts(filled)) == 6


def test_waiting_accounts_are_counted_as_they_are_now(filled):
    assert len(_counts(filled)) == 6
    with filled.write() as session:
        refresh_cells(session, ["A", "B", ""])
    with filled.write() as session:
        session.execute(update(Mention).where(Mention.comment_pk == 2).values(polarity="negative"))
        mark_stale(session, ["B"])
    assert _counts(filled)["t-parent", "B"] == (1, 1, 0)
    with filled.write() as session:
        session.execute(delete(Comment).where(Comment.id == 2))
        mark_stale(session, ["B"])
    assert {account for _, account in _counts(filled)} == {"A"}
    with filled.write() as session:
        refresh_cells(session, ["B"])
        assert count_stale(session) == 0
    assert {account for _, account in _counts(filled)} == {"A"}


def test_while_many_wait_the_last_counts_stand(filled, monkeypatch):
    with filled.write() as session:
        refresh_cells(session, ["A", "B", ""])
    before = _counts(filled)
    monkeypatch.setattr("data.store.columns.cache.MOST_LIVE", 1)
    with filled.write() as session:
        session.execute(update(Mention).values(polarity="neutral"))
        mark_stale(session, ["A", "B"])
    assert _counts(filled) == before


def test_what_is_rolled_back_is_not_counted(filled):
    before = _counts(filled)
    with filled.write() as session:
        session.execute(delete(Comment))
        mark_stale(session, ["A", "B"])
        refresh_cells(session, ["A", "B"])
        assert theme_counts(session, Slice(as_of=NOW)) == []
        session.rollback()
    assert _counts(filled) == before
