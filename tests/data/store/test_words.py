"""Comments by their words, on both databases: found, ranked, narrowed, and in step with the texts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update

from data.store.models import Comment
from data.store.queries import words
from data.store.queries.comments import CommentQuery, read_comments
from data.store.queries.slices import Slice
from data.store.queries.wanted import read_wanted
from data.store.queries.words import by_words, highlights
from data.store.unit_of_work import Store
from tests.api.tables import HOSTILE
from tests.api.world import plant

WHOLE = Slice(as_of=datetime(2026, 10, 1, tzinfo=UTC))


@pytest.fixture
def world(store: Store) -> Store:
    plant(store)
    return store


def texts(store: Store, search: str, filters: Slice = WHOLE, **query) -> list[str]:
    with store.read() as session:
        found = by_words(session, filters, read_wanted(search), query=CommentQuery(**query))
        return [row.text for row in read_comments(session, filters, [pk for pk, _ in found.rows])]


def starts(store: Store, search: str, filters: Slice = WHOLE, **query) -> set[str]:
    return {text[:14] for text in texts(store, search, filters, **query)}


def test_words_find_their_comments(world: Store):
    assert starts(world, "demo dock") == {"In the demo th"}
    # Stems: "screen" finds "screens", "quoting" finds "quoted".
    assert starts(world, "screen") == {"I click throug"}
    assert starts(world, "quoting") == {"Four days for ", "Six weeks of s"}
    assert starts(world, '"second shift"') == {"Nobody answers"}
    assert starts(world, '"shift second"') == set()
    assert starts(world, "carr*") == {"Solid. The mon"}
    assert starts(world, "sap -offer") == {"We signed for "}
    assert starts(world, "-sap") == set()
    # A question in words: little ones are left out.
    assert starts(world, "why is the export so solid") == {"Solid. The mon"}


def test_words_are_narrowed_by_filters(world: Store):
    assert starts(world, "sap") == {"We signed for ", "Champion repea"}
    assert starts(world, "sap", voice="customer") == {"We signed for "}
    own = replace(WHOLE, accounts=("pico",), scope=("pico",))
    assert starts(world, "sap", own) == set()
    assert starts(world, "filter", own) == {"Could the pays"}
    assert starts(world, "filter", replace(WHOLE, accounts=())) == set()
    assert starts(world, "quoted", replace(WHOLE, sources=("ces",))) == {"Six weeks of s"}
    theme = {"theme_key": "support_speed", "polarity": "negative"}
    assert starts(world, "quoted", **theme) == {"Four days for "}
    assert starts(world, "quick", **theme) == set()
    assert starts(world, "quick", theme_key="support_speed", polarity="positive") == {"Quick and corr"}


def test_words_follow_the_texts(world: Store):
    with world.write() as session:
        one = session.scalars(select(Comment).where(Comment.text.startswith("Fair price"))).one()
        pk = one.id
        session.execute(update(Comment).where(Comment.id == pk).values(text="The invoice is a riddle."))
    assert starts(world, "riddle") == {"The invoice is"}
    assert starts(world, "price") == set()
    with world.write() as session:
        session.execute(update(Comment).where(Comment.id == pk).values(account_id="pico"))
    assert starts(world, "riddle", replace(WHOLE, accounts=("pico",))) == {"The invoice is"}
    assert starts(world, "riddle", replace(WHOLE, accounts=("lumen",))) == set()
    with world.write() as session:
        session.execute(update(Comment).where(Comment.id == pk).values(text=None))
    assert starts(world, "riddle") == set()
    with world.write() as session:
        session.execute(delete(Comment).where(Comment.source == "in_app"))
    assert starts(world, "payslip") == set()


def test_places_of_words_fit_the_text(world: Store):
    with world.read() as session:
        pk, text = session.execute(select(Comment.id, Comment.text).where(Comment.text == HOSTILE)).one()
        found = highlights(session, read_wanted('alert "bold" link zebra'), {pk: text})
    assert text is not None
    assert {text[start:end] for start, end in found[pk]} >= {"bold", "link"}


HOSTILE_SEARCHES = [
    "NEAR( *",
    '"',
    '""""',
    "AND OR NOT",
    "text:demo",
    "account_id:pico",
    "demo^2 {a b} : (",
    "'; DROP TABLE comments; --",
    "a" * 10_000,
    "demo " * 2_000,
    "*" * 50,
    "\u202e\u0301 \U0001f600 \u2028",
    "-" * 30 + '"-',
    "<-> | & ! :*",
]


def test_no_search_is_an_error(world: Store):
    odd = replace(WHOLE, accounts=("pico", "a'\"-*", "---"))
    with world.read() as session:
        for search in HOSTILE_SEARCHES:
            wanted = read_wanted(search)
            found = by_words(session, odd, wanted, query=CommentQuery())
            everywhere = by_words(session, WHOLE, wanted, query=CommentQuery())
            assert len(found.rows) <= len(everywhere.rows)
            assert not any(highlights(session, wanted, {pk: "" for pk, _ in everywhere.rows}).values())


def test_words_of_very_many_rank_the_newest(world: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(words, "RANKED", 3)
    monkeypatch.setattr(words, "LOOKED_THROUGH", 5)
    with world.read() as session:
        found = by_words(session, WHOLE, read_wanted('"the"'), query=CommentQuery())
        if world.engine.dialect.name == "postgresql":
            # A word that PostgreSQL leaves out of its index.
            assert found.rows == []
            found = by_words(session, WHOLE, read_wanted("sap*"), query=CommentQuery())
            assert not found.more
            return
        newest = session.scalars(select(Comment.id).order_by(Comment.id.desc()).limit(12)).all()
    assert found.more
    assert len(found.rows) == 3
    assert {pk for pk, _ in found.rows} <= set(newest)
