"""Corrections and later runs: none is lost by a refit, all are taken back exactly, and near words follow."""

import csv
import shutil

import pytest
from sqlalchemy import func, select

from data.store.models import Comment, Correction, Mention, OverruledMention, Passage, Theme
from data.store.repositories import corrections as standing
from data.store.repositories.corrections import apply, plan_undo
from data.store.repositories.planning import plan
from data.store.repositories.taxonomy import Entry, read_taxonomy, replace_taxonomy
from data.store.unit_of_work import Store
from pipelines.demo import SAMPLE
from pipelines.ingest import import_path
from pipelines.run import run
from pipelines.settings import Settings
from pipelines.stage import Bench, utc_now

ROWS = 50
PLANTED = {
    "P1": "Nobody answers our support tickets for several days.",
    "P2": "Nobody has answered our support ticket for several days now.",
    "P3": "The invoice shows the wrong VAT number every single month.",
}
LATER = {
    "L1": "Nobody answers our support tickets for several days!",
    "L2": "Our support tickets go without an answer for several days.",
    "L3": "The guided tour for new dispatchers was a pleasure.",
    "L4": "The van's battery display freezes while we charge it at the depot.",
}


def _answers(folder, texts, like):
    folder.mkdir(exist_ok=True)
    rows = [{**like, "response_id": key, "comment": text} for key, text in texts.items()]
    with (folder / "responses.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(like))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def filled(tmp_path_factory, sqlite_template):
    """A home with the first run done: sample comments and the planted ones; and the later ones to import."""
    home = tmp_path_factory.mktemp("filled")
    with (SAMPLE / "responses.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["comment"] and row["account_id"]][:ROWS]
    texts = {row["response_id"]: row["comment"] for row in rows} | PLANTED
    _answers(home / "answers", texts, rows[0])
    _answers(home / "later", LATER, rows[0])
    for name in ("accounts.csv", "contacts.csv", "surveys.csv"):
        (home / "answers" / name).write_bytes((SAMPLE / name).read_bytes())
    shutil.copy(sqlite_template, home / "sottovoce.db")
    bench = _bench(home)
    import_path(home / "answers", bench=bench)
    run(bench)
    with bench.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    bench.store.close()
    return home


@pytest.fixture
def home(filled, tmp_path):
    folder = tmp_path / "home"
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    return folder


def _bench(home):
    settings = Settings(home=home)
    return Bench(settings, Store(settings.url), settings.vault())


def _do(bench, action, key=None, comment=None, **payload):
    with bench.store.write() as session:
        pk = None if comment is None else session.scalar(select(Comment.id).where(Comment.origin_id == comment))
        made = plan(session, action, actor="test", now=utc_now(), theme_key=key, comment_pk=pk, payload=payload)
        apply(session, made, now=utc_now())
        return made.correction.id, made.correction.payload.get("into")


def _undo(bench, correction):
    with bench.store.write() as session:
        apply(session, plan_undo(session, correction, actor="test", now=utc_now()), now=utc_now())


def _state(bench):
    with bench.store.read() as session:
        mentions = session.execute(
            select(
                Comment.origin_id,
                Passage.position,
                Mention.theme_key,
                Mention.polarity,
                Mention.confidence,
                Mention.said_by,
                Mention.correction_id,
            )
            .join(Comment, Comment.id == Mention.comment_pk)
            .join(Passage, Passage.id == Mention.passage_id)
        )
        columns = ("theme_key", "name", "named_by", "parent_key", "state", "definition", "nearest_key", "base", "size")
        themes = session.execute(select(*(getattr(Theme, name) for name in columns)).order_by(Theme.theme_key))
        return [sorted(map(tuple, mentions)), [tuple(row) for row in themes], session.scalar(_count(OverruledMention))]


def _count(model):
    return select(func.count()).select_from(model)


def _words_of(bench, key):
    with bench.store.read() as session:
        words = select(Passage.text_key).join(Mention, Mention.passage_id == Passage.id).where(Mention.theme_key == key)
        return set(session.scalars(words))


def _tags(bench, comment, kind="taxonomy"):
    with bench.store.read() as session:
        rows = session.execute(
            select(Mention.theme_key, Mention.polarity)
            .join(Comment, Comment.id == Mention.comment_pk)
            .where(Comment.origin_id == comment, Mention.kind == kind)
        )
        return {key: polarity for key, polarity in rows}


def _largest(bench, level=1):
    with bench.store.read() as session:
        query = select(Theme.theme_key).where(Theme.kind == "discovered", Theme.level == level, Theme.state == "active")
        return list(session.scalars(query.order_by(Theme.size.desc(), Theme.theme_key)))


def test_no_refit_loses_a_correction_and_undo_is_as_if_never_done(home, filled, tmp_path):
    bench, twin_home = _bench(home), tmp_path / "twin"
    shutil.copytree(filled, twin_home)
    one, two, three, *_ = _largest(bench)
    parents = _largest(bench, level=0)
    with bench.store.read() as session:
        parent = session.get_one(Theme, three).parent_key
        leaving = session.scalars(
            select(Mention.comment_pk).where(Mention.theme_key == three).order_by(Mention.id)
        ).first()
    other = next(key for key in parents if key != parent)
    moved, left = _words_of(bench, one), _words_of(bench, three)
    made = [
        _do(bench, "merge", one, into=two)[0],
        _do(bench, "rename", two, name="Named by hand")[0],
        _do(bench, "move", two, parent_key=other)[0],
        _do(bench, "merge", "support_speed", into="support_resolution")[0],
        _do(bench, "hide", "billing_contract")[0],
        _do(bench, "tag", "ease_of_use", "P3", polarity="negative")[0],
        _do(bench, "polarity", "support_resolution", "P1", polarity="neutral")[0],
    ]
    split, new = _do(bench, "split", three, name="On its own", comments=[leaving])
    pinned = _words_of(bench, new)
    assert pinned
    assert moved <= _words_of(bench, two)
    assert _words_of(bench, three) == left - pinned
    for each in (bench, _bench(twin_home)):
        import_path(each.settings.home / "later", bench=each)
        run(each, refit=True)
    assert moved <= _words_of(bench, two)
    assert _words_of(bench, one) == set()
    assert pinned <= _words_of(bench, new)
    assert "support_speed" not in _tags(bench, "L1")
    assert _tags(bench, "P3")["ease_of_use"] == "negative"
    with bench.store.read() as session:
        named, hidden = session.get_one(Theme, two), session.get_one(Theme, "billing_contract")
        assert (named.name, named.parent_key, hidden.state) == ("Named by hand", other, "hidden")
        assert session.get_one(Theme, one).state == "merged"
    for correction in [*made[::2], split, *made[1::2]]:
        _undo(bench, correction)
    twin = _bench(twin_home)
    assert _state(bench) == _state(twin)


def test_comment_that_says_nothing_is_in_no_theme_until_a_person_tags_it(home):
    bench = _bench(home)
    with (home / "answers" / "responses.csv").open(encoding="utf-8", newline="") as file:
        like = next(csv.DictReader(file))
    _answers(home / "silent", {"E1": "Nothing to add. Moving on."}, like)
    import_path(home / "silent", bench=bench)
    for refit in (False, True):
        run(bench, refit=refit)
        assert (_tags(bench, "E1", "discovered"), _looked_at(bench, "E1")) == ({}, set())
    tagged, _ = _do(bench, "tag", "ease_of_use", "E1", polarity="neutral")
    run(bench)
    assert None not in _looked_at(bench, "E1")
    found = _largest(bench)[0]
    second, _ = _do(bench, "tag", found, "E1", polarity="neutral")
    _undo(bench, tagged)
    assert found in _tags(bench, "E1", "discovered")
    _undo(bench, second)
    run(bench, refit=True)
    assert (_tags(bench, "E1"), _looked_at(bench, "E1")) == ({}, set())


def _looked_at(bench, comment):
    with bench.store.read() as session:
        states = select(Passage.theme_state).join(Comment, Comment.id == Passage.comment_pk)
        return set(session.scalars(states.where(Comment.origin_id == comment, Passage.theme_state.is_not(None))))


def test_nearly_the_same_words_follow_a_correction(home):
    bench = _bench(home)
    before = {key: _tags(bench, key) for key in PLANTED}
    key = "ease_of_use"
    tagged, _ = _do(bench, "tag", key, "P1", polarity="neutral")
    assert key not in _tags(bench, "P2")
    report = {stage.stage: stage for stage in run(bench).stages}
    assert (report["correct"].rows_in, report["tag"].rows_in) == (1, 0)
    assert _tags(bench, "P2")[key] == "neutral"
    assert _tags(bench, "P3") == before["P3"]
    import_path(home / "later", bench=bench)
    run(bench)
    assert _tags(bench, "L1")[key] == "neutral"
    assert key not in _tags(bench, "L3")
    # A person's own word on a comment goes before what was learned; undoing takes all of it back.
    _do(bench, "untag", key, "P2")
    assert key not in _tags(bench, "P2")
    _undo(bench, tagged)
    assert {name: _tags(bench, name) for name in PLANTED} == before
    assert {stage.stage: stage.rows_in for stage in run(bench).stages}["tag"] == 0


def test_new_theme_is_found_in_stored_vectors(home):
    bench = _bench(home)
    with bench.store.write() as session:
        current = read_taxonomy(session)
        examples = ("The battery freezes while charging.", "Charging the van at the depot takes all night.")
        new = Entry(
            "van_charging", "Charging of vans", "Charging and batteries of electric vans.", "", "", None, examples
        )
        replace_taxonomy(session, [*current, new], remove=(), actor="test", now=utc_now())
        made = session.scalars(select(Correction.id)).one()
    before = _state(bench)[0]
    report = {stage.stage: stage for stage in run(bench).stages}
    assert (report["correct"].rows_in, report["embed"].rows_in, report["tag"].rows_in) == (1, 0, 0)
    import_path(home / "later", bench=bench)
    run(bench)
    assert "van_charging" in _tags(bench, "L4")
    assert "van_charging" not in _tags(bench, "P1")
    with bench.store.write() as session:
        entries = [one for one in read_taxonomy(session)]
        told = [
            Entry(**{**vars(one), "examples": (PLANTED["P3"],), "definition": "Wrong VAT numbers on invoices."})
            if one.key == "van_charging"
            else one
            for one in entries
        ]
        replace_taxonomy(session, told, remove=(), actor="test", now=utc_now())
    run(bench)
    assert "van_charging" in _tags(bench, "P3")
    assert "van_charging" not in _tags(bench, "L4")
    assert {stage.stage: stage.rows_in for stage in run(bench).stages}["correct"] == 0
    with bench.store.read() as session:
        ids = [pk for pk in session.scalars(select(Correction.id).order_by(Correction.id.desc()))]
    for correction in ids:
        _undo(bench, correction)
    with bench.store.read() as session:
        assert session.get(Theme, "van_charging") is None
    assert made in ids
    assert [row for row in _state(bench)[0] if row[0] in PLANTED] == [row for row in before if row[0] in PLANTED]


def test_what_waits_is_done_by_the_next_run(home, monkeypatch):
    bench = _bench(home)
    one, two, *_ = _largest(bench)
    before, joined = _state(bench), _words_of(bench, one) | _words_of(bench, two)
    monkeypatch.setattr(standing, "AT_ONCE", 0)
    made, _ = _do(bench, "merge", one, into=two)
    assert _words_of(bench, one)
    run(bench)
    assert _words_of(bench, two) == joined
    _undo(bench, made)
    run(bench)
    assert _state(bench) == before
