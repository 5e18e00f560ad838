"""The run on both databases with the packaged models: only what is new is done, and changes are done again."""

import csv

import pytest
from sqlalchemy import func, select

from data.store.models import AccountPack, Comment, Embedding, Lineage, Mention, Original, Passage, Run, Theme
from data.store.repositories.runs import get_fact
from pipelines.demo import SAMPLE
from pipelines.identify import FIT
from pipelines.ingest import import_path
from pipelines.run import run
from pipelines.settings import Settings
from pipelines.stage import Bench

ROWS = 60


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answers")
    with (SAMPLE / "responses.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["comment"] and row["account_id"]][:ROWS]
    for name in ("accounts.csv", "contacts.csv", "surveys.csv"):
        (folder / name).write_bytes((SAMPLE / name).read_bytes())
    _write(folder / "responses.csv", rows)
    return folder, rows


def _write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _bench(store, vault, tmp_path, **changes):
    return Bench(Settings(home=tmp_path, batch_rows=25, **changes), store, vault)


def _count(store, model, *where):
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where))


def _by_stage(report):
    return {stage.stage: stage for stage in report.stages}


def test_second_run_does_nothing_and_a_changed_comment_is_done_again(store, vault, tmp_path, answers):
    folder, rows = answers
    bench = _bench(store, vault, tmp_path)
    import_path(folder, bench=bench)
    first = _by_stage(run(bench))
    assert first["prepare"].rows_in == ROWS
    assert first["embed"].rows_in == _count(store, Embedding) > ROWS / 2
    assert _count(store, Mention, Mention.kind == "taxonomy") > ROWS / 4
    assert _count(store, Theme, Theme.kind == "taxonomy") == 24
    assert _count(store, AccountPack) > 0

    import_path(folder, bench=bench)
    second = run(bench)
    # The last two look at every account's sums again, whose windows move with the newest record.
    again = ("retain", "diagnose")
    assert {stage.stage for stage in second.stages if stage.rows_in} <= {*again}

    changed = [dict(row) for row in rows]
    changed[0]["comment"] = "The export of our invoices fails every Monday."
    _write(tmp_path / "responses.csv", changed)
    import_path(tmp_path / "responses.csv", bench=bench)
    third = _by_stage(run(bench))
    assert (third["prepare"].rows_in, third["tag"].rows_in, third["embed"].rows_in) == (1, 1, 1)
    with store.read() as session:
        text, keys = session.execute(
            select(Comment.text, func.count(Mention.id))
            .outerjoin(Mention, (Mention.comment_pk == Comment.id) & (Mention.kind == "taxonomy"))
            .where(Comment.origin_id == changed[0]["response_id"])
            .group_by(Comment.text)
        ).one()
    assert text == changed[0]["comment"]
    assert keys > 0
    assert _count(store, Run, Run.state == "done") == 3


def test_refit_of_the_same_comments_keeps_every_key(sqlite_store, vault, tmp_path, answers):
    bench = _bench(sqlite_store, vault, tmp_path)
    import_path(answers[0], bench=bench)
    run(bench)
    with sqlite_store.write() as session:
        themes = session.scalars(select(Theme).where(Theme.kind == "discovered", Theme.level == 1)).all()
        themes[0].name, themes[0].named_by = "Renamed by hand", "person"
        keys, renamed = {theme.theme_key for theme in themes}, themes[0].theme_key
    born = _count(sqlite_store, Lineage, Lineage.event == "born")
    report = _by_stage(run(bench, refit=True))
    with sqlite_store.read() as session:
        active = select(Theme).where(Theme.kind == "discovered", Theme.level == 1, Theme.state == "active")
        after = {theme.theme_key: theme.name for theme in session.scalars(active)}
    assert set(after) == keys
    assert after[renamed] == "Renamed by hand"
    assert report["discover"].counts["kept"] == len(keys)
    assert _count(sqlite_store, Lineage, Lineage.event == "born") == born


def test_originals_are_gone_once_redacted_where_none_are_kept(sqlite_store, vault, tmp_path, answers):
    bench = _bench(sqlite_store, vault, tmp_path, keep_originals=False)
    import_path(answers[0], bench=bench)
    assert _count(sqlite_store, Original) == ROWS
    run(bench)
    assert _count(sqlite_store, Original) == 0
    assert _count(sqlite_store, Passage) > ROWS / 2


def test_order_of_rows_decides_nothing(sqlite_store, postgres_store, vault, tmp_path, answers):
    folder, rows = answers
    found = []
    for store, order in ((sqlite_store, rows), (postgres_store, rows[::-1])):
        home = tmp_path / store.engine.dialect.name
        bench = _bench(store, vault, home)
        home.mkdir()
        for name in ("accounts.csv", "contacts.csv", "surveys.csv"):
            (home / name).write_bytes((folder / name).read_bytes())
        _write(home / "responses.csv", order)
        import_path(home, bench=bench)
        run(bench)
        with store.read() as session:
            themes = session.execute(select(Theme.theme_key, Theme.name, Theme.parent_key).order_by(Theme.theme_key))
            mentions = session.execute(
                select(Comment.comment_id, Passage.position, Mention.theme_key, Mention.polarity)
                .join(Comment, Comment.id == Mention.comment_pk)
                .join(Passage, Passage.id == Mention.passage_id)
            )
            found.append(([tuple(row) for row in themes], sorted(tuple(row) for row in mentions)))
    assert found[0] == found[1]


def test_drift_counts_only_what_came_since_the_fit(sqlite_store, vault, tmp_path, answers):
    # Review notes join or wait right after a fit; those that wait must not call for a refit ever after.
    folder = tmp_path / "notes"
    folder.mkdir()
    for file in answers[0].iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    far = [
        "Soup of the day was lentil with leek.",
        "The striker scored twice after half time.",
        "Owls hunt voles in the meadow at night.",
        "Her violin sonata is in the key of G minor.",
        "Granite cools slowly, deep below the volcano.",
        "Grandmother knitted red woollen socks.",
    ]
    notes = "\n".join(f'n{n},2026-01-0{n},"{text}"' for n, text in enumerate(far, start=1))
    (folder / "review_notes.csv").write_text(f"note_id,noted_at,text\n{notes}\n", encoding="utf-8")
    bench = _bench(sqlite_store, vault, tmp_path)
    import_path(folder, bench=bench)
    run(bench)
    assert _count(sqlite_store, Passage, Passage.theme_state == "waiting") > 0
    with sqlite_store.read() as session:
        fit = get_fact(session, FIT) or {}
    assert (fit["joined"], fit["waited"]) == (0, 0)
