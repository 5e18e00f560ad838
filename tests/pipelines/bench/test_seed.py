"""A seeded store: whole, in step with itself, planted, and with nothing left for the stages to do."""

import pytest
from sqlalchemy import func, select, text

from data.errors import StoreError
from data.store.models import (
    Account,
    Comment,
    Contact,
    Embedding,
    Mention,
    Passage,
    PassageText,
    Response,
    Run,
    RunStage,
    Theme,
)
from data.store.queries.clock import newest_record
from data.store.queries.counts import theme_counts
from data.store.queries.slices import Slice
from data.store.repositories.embeddings import count_missing, get
from data.store.repositories.loading import Same, bulk_load
from data.store.repositories.mentions import count_untagged
from data.store.repositories.preparation import count_unprepared, mark_outdated
from data.store.repositories.themes import count_unplaced
from pipelines import summarise
from pipelines.bench.load import read_stock
from pipelines.bench.seed import Stand, fill
from pipelines.bench.seeding.parties import NOW
from pipelines.prepare import marks_in_force
from tests.hashing import HashingEmbedder

COMMENTS, ACCOUNTS = 1_500, 12


def _fill(bench, *, seed=1):
    stand = Stand(tagger_key="tagger", fit_mark="mark")
    return fill(
        bench,
        comments=COMMENTS,
        accounts=ACCOUNTS,
        embedder=HashingEmbedder(),
        stand=stand,
        seed=seed,
        say=lambda line: None,
    )


def _count(session, model, *conditions):
    return session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_rows_are_in_step(bench):
    rows = _fill(bench)
    with bench.store.read() as session:
        assert _count(session, Comment) == rows["comments"] == COMMENTS
        assert _count(session, Account) == ACCOUNTS
        assert 5 * ACCOUNTS <= _count(session, Contact) <= 30 * ACCOUNTS
        heard = select(Comment.id).where(Comment.analysed.is_(True))
        assert set(session.scalars(select(Passage.comment_pk))) == set(session.scalars(heard))
        cut = func.substr(Comment.text, Passage.start + 1, Passage.end - Passage.start)
        said = select(func.count()).select_from(Passage).join(Comment, Comment.id == Passage.comment_pk)
        of_text = said.join(PassageText, PassageText.text_key == Passage.text_key)
        assert session.scalar(of_text.where(func.lower(cut) == func.lower(PassageText.text))) == rows["passages"]
        with_theme = select(func.count()).select_from(Mention).join(Theme, Theme.theme_key == Mention.theme_key)
        of_passage = with_theme.join(Passage, Passage.id == Mention.passage_id)
        same = (Passage.comment_pk == Mention.comment_pk, Theme.kind == Mention.kind)
        assert session.scalar(of_passage.where(*same)) == rows["mentions"]
        answered = select(func.count()).select_from(Response).join(Comment, Comment.response_id == Response.response_id)
        equal = (Response.score == Comment.score, Response.responded_at == Comment.said_at)
        assert session.scalar(answered.where(*equal)) == _count(session, Comment, Comment.kind == "response")
        assert newest_record(session) <= NOW


def test_nothing_waits_for_a_model(bench):
    _fill(bench)
    embedder = HashingEmbedder()
    marks, default = marks_in_force(bench)
    with bench.store.write() as session:
        assert mark_outdated(session, marks, default) == 0
    with bench.store.read() as session:
        assert count_unprepared(session) == count_unplaced(session) == 0
        assert count_missing(session, embedder.key) == count_untagged(session, "tagger") == 0
        key, words = session.execute(select(PassageText.text_key, PassageText.text).limit(1)).one()
        vector = get(session, embedder.key, [key])[key]
        assert abs(float((vector**2).sum()) - 1) < 0.01
        assert words


def test_stages_make_the_rest(bench):
    _fill(bench)
    summarise.run(bench)
    with bench.store.read() as session:
        counted = theme_counts(session, Slice(as_of=newest_record(session)))
        assert len(counted) == 24
        found = theme_counts(session, Slice(as_of=newest_record(session)), kind="discovered")
        assert len(found) > 24
    assert len(read_stock(bench).own) == ACCOUNTS


def test_scores_go_with_role_and_account(sqlite_bench):
    _fill(sqlite_bench)
    with sqlite_bench.store.read() as session:
        mean = select(Response.role, func.avg(Response.score)).where(Response.survey_id.startswith("nps"))
        by_role = dict(session.execute(mean.group_by(Response.role)).all())
        assert by_role["champion"] > by_role["end_user"]
        distinct = session.scalar(select(func.count(Comment.content_key.distinct())))
        assert 0.5 < distinct / COMMENTS < 0.9
        # Whoever scores low complains.
        spoke = select(func.count()).select_from(Mention).join(Comment, Comment.id == Mention.comment_pk)
        low, high = (spoke.where(Comment.score_band == band, Mention.kind == "taxonomy") for band in (-1, 1))
        bad = [session.scalar(one.where(Mention.polarity == "negative")) / session.scalar(one) for one in (low, high)]
        assert bad[0] > 0.6 > 0.4 > bad[1]


def test_same_seed_says_the_same(sqlite_bench, postgres_store):
    _fill(sqlite_bench)
    other = type(sqlite_bench)(sqlite_bench.settings, postgres_store, sqlite_bench.vault)
    _fill(other)
    said = []
    for store in (sqlite_bench.store, postgres_store):
        with store.read() as session:
            columns = (Comment.comment_id, Comment.account_id, Comment.said_at, Comment.score, Comment.text)
            said.append([tuple(row) for row in session.execute(select(*columns).order_by(Comment.id))])
    assert said[0] == said[1]


def test_store_goes_on_after_a_load(store):
    with bulk_load(store) as loader:
        run = {"command": ["seed"], "state": ["done"], "started_at": [NOW], "settings": [{}]}
        loader.put(Run, {"id": [7], **run, "model_keys": [{}], "counts": [{}]})
    with store.write() as session:
        after = Run(command="run", state="done", started_at=NOW, settings={}, model_keys={}, counts={})
        session.add(after)
        session.flush()
        assert after.id == 8
        stage = RunStage(run_id=8, stage="tag", state="done", started_at=NOW, counts={})
        session.add(stage)
    with store.read() as session:
        names = "sqlite_master WHERE type = 'index'" if store.url.startswith("sqlite") else "pg_indexes WHERE true"
        name = "name" if store.url.startswith("sqlite") else "indexname"
        indexes = set(session.scalars(text(f"SELECT {name} FROM {names}")))
    assert {"ix_comments_said_at", "ix_mentions_comment_pk"} <= indexes


def test_load_refuses_a_store_in_use(sqlite_store):
    with sqlite_store.write() as session:
        session.add(Account(account_id="a", name="A", origin="o", row_hash="h", imported_at=NOW))
    with pytest.raises(StoreError, match="has 1 accounts already"), bulk_load(sqlite_store):
        pass


def test_columns_of_unlike_length_are_refused(sqlite_store):
    with pytest.raises(StoreError, match="lengths"), bulk_load(sqlite_store) as loader:
        loader.put(Embedding, {"text_key": ["a", "b"], "model_key": Same("m"), "vector": [b"1"]})
