"""The stages of search, promises and map over a small planted world, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from data.store.models import (
    Comment,
    Commitment,
    CommitmentMatch,
    Embedding,
    Mention,
    Passage,
    PassageText,
    Place,
)
from data.store.queries.comments import CommentQuery, read_comments
from data.store.queries.matches import commitments_of, matches_of
from data.store.queries.meaning import by_meaning, can_compare
from data.store.queries.search import Question, find, read_hits
from data.store.queries.slices import Slice
from data.store.repositories import embeddings, sketches
from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines import index, place, promises
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.api.tables import SAID
from tests.api.world import plant
from tests.hashing import HashingEmbedder

EMBEDDER = HashingEmbedder()
NOW = datetime(2026, 10, 1, tzinfo=UTC)
WHOLE = Slice(as_of=NOW)
OWN = replace(WHOLE, accounts=("bergmann",), scope=("bergmann",))


@pytest.fixture
def bench(store: Store, settings: Settings, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The planted world with a vector for every passage."""
    for module in (index, place, promises):
        monkeypatch.setattr(module, "open_embedder", lambda _: EMBEDDER)
    plant(store)
    embed(store)
    return Bench(settings, store, vault, clock=lambda: NOW)


def embed(store: Store) -> None:
    with store.write() as session:
        rows = session.execute(select(PassageText.text_key, PassageText.text).order_by(PassageText.text_key)).all()
        keys, texts = [row[0] for row in rows], [row[1] for row in rows]
        embeddings.put(session, EMBEDDER.key, keys, EMBEDDER.embed(texts))


def asked(text: str) -> np.ndarray:
    return EMBEDDER.embed([text])[0]


def near(bench: Bench, text: str, filters: Slice = WHOLE, **query):
    folder = index.index_folder(bench.settings)
    with bench.store.read() as session:
        assert can_compare(session, EMBEDDER.key, folder) == ""
        found = by_meaning(
            session,
            filters,
            asked(text),
            query=CommentQuery(**query),
            model_key=EMBEDDER.key,
            folder=folder,
        )
        return read_comments(session, filters, [one.pk for one in found.rows])


def test_index_finds_what_is_near_in_scope(bench: Bench):
    with bench.store.read() as session:
        assert "sottovoce run" in can_compare(session, EMBEDDER.key, None)
    report = index.run(bench)
    assert report.rows_out == len(SAID)
    text = "SAP link signed for March, a CSV on an FTP server"
    first = near(bench, text)[0]
    assert first.text.startswith("We signed for an SAP link")
    # The true nearest one, by comparing all.
    best = max(SAID, key=lambda said: float(asked(text) @ asked(said.text)))
    assert first.text == best.text
    assert {row.account_id for row in near(bench, text, OWN)} == {"bergmann"}
    assert {row.source for row in near(bench, text, theme_key="sales_delivery_mismatch")} <= {
        "nps",
        "ces",
        "review_note",
    }
    assert near(bench, "patient booking screens", replace(WHOLE, accounts=())) == []


def test_index_takes_in_only_what_changed(bench: Bench):
    index.run(bench)
    assert index.run(bench).rows_out == 0
    with bench.store.write() as session:
        gone = session.scalars(select(Passage).order_by(Passage.id)).first()
        assert gone is not None
        session.execute(delete(Embedding).where(Embedding.text_key == gone.text_key))
        session.add(PassageText(text_key="e" * 64, text="Elevators stop between floors", tokens=None))
        passage = Passage(comment_pk=gone.comment_pk, position=1, start=0, end=9, text_key="e" * 64)
        session.add(passage)
        session.flush()
        embeddings.put(session, EMBEDDER.key, ["e" * 64], EMBEDDER.embed(["Elevators stop between floors"]))
    report = index.run(bench)
    assert (report.rows_in, report.counts["removed"]) == (1, 1)
    assert near(bench, "Elevators between floors")[0].pk == gone.comment_pk


def test_index_is_the_databases_own_where_it_can_be(bench: Bench):
    where = index.run(bench).counts["where"]
    expected = sketches.IN_DATABASE if bench.store.engine.dialect.name == "postgresql" else sketches.IN_FILE
    assert where == expected


def test_index_is_a_file_where_the_extension_is_missing(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sketches, "can_index", lambda _: False)
    assert index.run(bench).counts["where"] == sketches.IN_FILE
    assert near(bench, "SAP link signed for March")[0].account_id == "bergmann"


def test_words_and_meaning_join(bench: Bench):
    index.run(bench)
    text = "demo dock schedule -waybill"
    question = Question(text, "both", asked(text), EMBEDDER.key, index.index_folder(bench.settings))
    with bench.store.read() as session:
        found = find(session, WHOLE, question, query=CommentQuery())
        hits = read_hits(session, WHOLE, question, found, pks=found.pks)
    assert hits[0].found_by == ("words", "meaning")
    assert "dock schedule" in hits[0].comment.text
    for hit in hits:
        assert "waybill" not in hit.comment.text
        for mark in hit.marks:
            assert 0 <= mark.start < mark.end <= len(hit.comment.text)
    words = {hits[0].comment.text[mark.start : mark.end] for mark in hits[0].marks if mark.by == "words"}
    assert words == {"demo", "dock", "schedule"}


@pytest.fixture
def promised(bench: Bench) -> Bench:
    with bench.store.write() as session:
        for key, account, text in (
            ("K1", "bergmann", "SAP link goes live by March"),
            ("K2", "bergmann", "Training for the second shift in German"),
            ("K3", "northwind", "Set-up takes two weeks"),
            ("K4", "pico", "Payslips in one click"),
        ):
            session.add(Commitment(commitment_id=key, account_id=account, handed_over_on=date(2026, 3, 1), text=text))
    return bench


def test_complaint_stands_beside_its_promise(promised: Bench):
    report = promises.run(promised)
    assert report.rows_out > 0
    assert promises.run(promised).rows_out == 0
    with promised.store.read() as session:
        mentions = matches_of(session, WHOLE, account_id="bergmann")
        texts = {one.commitment_id: one for one in commitments_of(session, WHOLE, account_id="bergmann")}
        foreign = matches_of(session, replace(WHOLE, accounts=("pico",), scope=("pico",)), account_id="bergmann")
        before = commitments_of(session, replace(WHOLE, as_of=datetime(2026, 2, 1, tzinfo=UTC)))
    assert set(texts) == {"K1", "K2"}
    nps = next(one for one in mentions if one.source == "nps")
    assert [one.commitment_id for one in nps.likenesses] == ["K1", "K2"]
    assert nps.likenesses[0].similarity > nps.likenesses[1].similarity
    assert [one.vendor_voice for one in mentions if one.source == "review_note"] == [True]
    assert foreign == []
    assert before == []


def test_likeness_goes_with_what_it_hangs_on(promised: Bench):
    promises.run(promised)
    with promised.store.write() as session:
        session.execute(
            update(Commitment).where(Commitment.commitment_id == "K2").values(text="A CSV on an FTP server")
        )
        # K1 moves to another account, with nobody's words beside it there.
        session.execute(update(Commitment).where(Commitment.commitment_id == "K1").values(account_id="pico"))
        session.execute(delete(Mention).where(Mention.account_id == "northwind"))
    report = promises.run(promised)
    assert report.counts["commitments"] == 1
    with promised.store.read() as session:
        left = matches_of(session, WHOLE)
        assert {like.commitment_id for one in left for like in one.likenesses} == {"K2"}
        assert set(session.scalars(select(CommitmentMatch.commitment_id))) == {"K2"}
        best = max(left, key=lambda one: one.likenesses[0].similarity if one.likenesses else 0)
        assert "FTP server" in best.passage


def test_map_places_new_comments_without_moving_the_old(bench: Bench):
    place.run(bench)
    with bench.store.read() as session:
        before = {pk: (x, y) for pk, x, y in session.execute(select(Place.comment_pk, Place.x, Place.y))}
        assert len(before) == len(SAID)
    assert place.run(bench).rows_out == 0
    with bench.store.write() as session:
        known = session.scalars(select(Comment).order_by(Comment.id)).first()
        assert known is not None
        text = "Searching a waybill takes as long as the cabinet."
        session.execute(update(PassageText).where(PassageText.text_key == f"{0:064d}").values(text=text))
        session.execute(delete(Embedding).where(Embedding.text_key == f"{0:064d}"))
        # The comment reads otherwise now: prepare takes its passages away and makes new ones.
        session.execute(delete(Passage).where(Passage.comment_pk == known.id))
        session.add(Passage(comment_pk=known.id, position=0, start=0, end=len(text), text_key=f"{0:064d}"))
    embed(bench.store)
    assert place.run(bench).rows_out == 1
    with bench.store.read() as session:
        after = {pk: (x, y) for pk, x, y in session.execute(select(Place.comment_pk, Place.x, Place.y))}
        waybill = session.scalars(select(Comment.id).where(Comment.text.startswith("Searching a waybill"))).one()
    moved = {pk for pk in before if before[pk] != after[pk]}
    assert moved == {known.id}
    assert np.hypot(*np.subtract(after[known.id], after[waybill])) < 0.02


def test_map_is_laid_out_again_with_the_themes_only(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    place.run(bench)
    monkeypatch.setattr(place, "get_fact", patched_fit(2))
    report = place.run(bench)
    assert report.rows_out == len(SAID)
    assert report.counts["kept_regions"] is True
    assert place.run(bench).rows_out == 0


def patched_fit(run_id: int):
    from data.store.repositories.runs import get_fact

    return lambda session, name: {"run_id": run_id} if name == place.FIT else get_fact(session, name)
