"""What runs learn and find for a user's themes, on both databases, with planted vectors."""

import numpy as np
from sqlalchemy import select

from data.store.models import Comment, CorrectedPassage, Embedding, Mention, Passage, StaleAccount, Theme
from data.store.repositories import lessons
from data.store.repositories.corrections import apply, plan_undo
from data.store.repositories.embeddings import put
from data.store.repositories.planning import plan
from data.store.repositories.taxonomy import own_entries, read_taxonomy, replace_taxonomy, version_of, waiting_keys
from tests.api.tables import NOW, SAID
from tests.api.world import plant

MODEL = "planted"


def _plant(store):
    plant(store)
    with store.write() as session:
        keys = list(session.scalars(select(Passage.text_key).order_by(Passage.id)))
        put(session, MODEL, keys, np.eye(len(keys), dtype=np.float32))
    return keys


def _themes_of(session, pk):
    return dict(session.execute(select(Mention.theme_key, Mention.polarity).where(Mention.comment_pk == pk)).all())


def test_learned_words_follow_and_go_with_their_correction(store):
    keys = _plant(store)
    with store.write() as session:
        one, two = session.scalars(select(Comment.id).where(Comment.account_id == "pico").order_by(Comment.id).limit(2))
        made = plan(
            session,
            "tag",
            actor="a",
            now=NOW,
            theme_key="support_speed",
            comment_pk=one,
            payload={"polarity": "negative"},
        )
        apply(session, made, now=NOW)
        [(correction, text_key, text, vector)] = lessons.lessons(session, MODEL)
        assert (correction, text, len(vector)) == (
            made.correction.id,
            session.get_one(Comment, one).text,
            2 * len(keys),
        )
        other = session.scalars(select(Passage.text_key).where(Passage.comment_pk == two)).one()
        before = _themes_of(session, two)
        assert lessons.learn(session, [(correction, text_key, 1.0), (correction, other, 0.9)]) == 1
        assert _themes_of(session, two) == before | {"support_speed": "negative"}
        assert "pico" in session.scalars(select(StaleAccount.account_key)).all()
        # Learned again it changes nothing, and an embedder that finds other words near begins anew.
        assert lessons.learn(session, [(correction, other, 0.9)]) == 0
        lessons.forget_learned(session)
        assert session.scalars(select(CorrectedPassage.text_key)).all() == [text_key]
        lessons.learn(session, [(correction, other, 0.9)])
        apply(session, plan_undo(session, correction, actor="a", now=NOW), now=NOW)
        assert _themes_of(session, two) == before
        assert lessons.lessons(session, MODEL) == []


def test_words_are_read_in_parts(store):
    keys = _plant(store)
    with store.read() as session:
        first = lessons.words_after(session, MODEL, 5, after="")
        rest = lessons.words_after(session, MODEL, 100, after=first[-1][0])
        assert [key for key, _, _ in first + rest] == sorted(keys)
        last = session.scalars(select(Passage.id).order_by(Passage.id.desc())).first()
        assert lessons.new_keys(session, after=last - 2) == sorted(keys[-2:])
        assert [text for _, text, _ in lessons.words_of(session, MODEL, keys[:1])] == [SAID[0].text]
        assert session.scalars(select(Embedding.model_key).distinct()).all() == [MODEL]


def test_own_theme_is_found_again_and_deleted_whole(store):
    keys = _plant(store)
    with store.write() as session:
        current = read_taxonomy(session)
        new = type(current[0])("own_one", "Own", "What is our own.", "", "", None, ("One of them.",))
        planned = replace_taxonomy(session, [*current, new], remove=(), actor="a", now=NOW)
        assert waiting_keys(session) == [one.key for one in own_entries(session)] == ["own_one"]
        assert version_of(read_taxonomy(session)) != version_of(current)
        assert lessons.tag_own(session, {keys[0]: {"own_one": 0.7}, keys[1]: {"own_one": 0.6}}) == 2
        found = select(Mention.confidence).where(Mention.theme_key == "own_one").order_by(Mention.confidence)
        assert session.scalars(found).all() == [0.6, 0.7]
        lessons.clear_own(session, ["own_one"])
        lessons.tag_own(session, {keys[0]: {"own_one": 0.8}})
        assert session.scalars(found).all() == [0.8]
        done = apply(session, plan_undo(session, planned[0].correction.id, actor="a", now=NOW), now=NOW)
        assert (len(done.comments), done.accounts) == (1, {"northwind"})
        assert session.get(Theme, "own_one") is None
        assert read_taxonomy(session) == current
