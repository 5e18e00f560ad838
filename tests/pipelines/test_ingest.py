"""Import of the canonical layout: what is stored, that nothing comes twice, and what changes reach."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from data.store.models import (
    Account,
    Comment,
    Commitment,
    Contact,
    Mention,
    Original,
    Passage,
    Response,
    StaleAccount,
    Theme,
    Ticket,
    TicketMessage,
)
from pipelines.errors import InputFileError, MappingError
from pipelines.ingest import import_path
from pipelines.stage import Bench
from tests.mentions import mention
from tests.pipelines.tables import comments, dump
from tests.pipelines.world import FILES, HANDOFFS, TICKETS, write, write_lines, write_world

ROWS = sum(text.count("\n") - 1 for text in FILES.values()) - 1 + 2  # r2 stands on two lines; tickets, handoffs


class TestFolder:
    def test_counts_rows_by_kind(self, bench: Bench, tmp_path: Path) -> None:
        report = import_path(write_world(tmp_path / "w"), bench=bench)
        assert report.counts() == {"read": ROWS, "new": ROWS, "changed": 0, "same": 0, "quarantined": 0}
        assert report.by_kind()["responses"]["new"] == 5
        assert (report.unmatched_accounts, report.unmatched_contacts) == (0, 0)

    def test_second_import_changes_nothing(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        first = dump(bench.store, bench.vault)
        assert import_path(folder, bench=bench).counts()["same"] == ROWS
        assert dump(bench.store, bench.vault) == first

    def test_comments_carry_copies(self, bench: Bench, tmp_path: Path) -> None:
        import_path(write_world(tmp_path / "w"), bench=bench)
        found = comments(bench.store)
        assert sorted(found) == [
            "in_app:i1",
            "response:r1",
            "response:r2",
            "response:r3",
            "response:r4",
            "review_note:n1",
            "ticket_message:m1",
        ]
        r1, r2, r3 = (found[f"response:r{n}"] for n in (1, 2, 3))
        assert (r1.role, r2.role, r3.role) == ("champion", "economic_buyer", "admin")
        assert (r1.score_band, r2.score_band, r3.score_band) == (1, -1, -1)
        assert (r1.stage, r1.stage_derived, r3.stage, r3.stage_derived) == ("usage", True, "onboarding", False)
        assert r2.said_at == datetime(2025, 8, 2, 8, tzinfo=UTC)
        assert (r2.month, r2.source, r2.respondent_key, r2.account_id) == ("2025-08", "nps", "c1", "a1")
        assert found["review_note:n1"].vendor_voice
        assert (found["ticket_message:m1"].stage, found["in_app:i1"].feature) == ("support", "Export")

    def test_anonymous_answers_lose_their_person(self, bench: Bench, tmp_path: Path) -> None:
        import_path(write_world(tmp_path / "w"), bench=bench)
        secret = comments(bench.store)["response:r4"]
        assert (secret.contact_id, secret.respondent_key, secret.role) == (None, "response:r4", "admin")
        with bench.store.read() as session:
            assert session.get_one(Response, "r4").contact_id is None

    def test_only_customers_public_words_are_comments(self, bench: Bench, tmp_path: Path) -> None:
        import_path(write_world(tmp_path / "w"), bench=bench)
        with bench.store.read() as session:
            sealed = {m.message_id: m.body_encrypted for m in session.scalars(select(TicketMessage))}
            assert sealed["m1"] is None
            assert bench.vault.decrypt(sealed["m2"] or b"") == "We look into it"
            body = session.scalar(
                select(Original.body_encrypted)
                .join(Comment, Comment.id == Original.comment_pk)
                .where(Comment.comment_id == "ticket_message:m1")
            )
        assert bench.vault.decrypt(body or b"") == "The export gives an empty file"

    def test_any_order_of_files_gives_the_same(self, bench: Bench, settings, vault, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        order = ["in_app", "responses", "contacts", "accounts", "surveys", "responses"]
        for name in order:
            import_path(folder / f"{name}.csv", bench=bench, kind=name)
        # The first time no survey was known; importing again takes the answers in.
        import_path(folder, bench=bench)
        mixed = dump(bench.store, bench.vault)
        other = replace(bench, store=_fresh(bench, tmp_path))
        import_path(folder, bench=other)
        straight = dump(other.store, bench.vault)
        for name in ("accounts", "contacts", "contact_roles", "responses", "comments", "originals", "tickets"):
            if name in ("responses", "comments"):  # an anonymous answer keeps the role that was known when it came
                assert [r for r in mixed[name] if r.get("survey_id") != "pulse"] == [
                    r for r in straight[name] if r.get("survey_id") != "pulse"
                ]
            else:
                assert mixed[name] == straight[name]

    def test_interrupted_import_ends_like_an_undisturbed_one(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        small = replace(bench, settings=bench.settings.model_copy(update={"import_batch_rows": 2}))
        for stop_after in (1, 4, 9):
            with pytest.raises(KeyboardInterrupt):
                import_path(folder, bench=replace(small, progress=_StopsAfter(stop_after)))
        import_path(folder, bench=small)
        other = replace(bench, store=_fresh(bench, tmp_path))
        import_path(folder, bench=other)
        assert dump(bench.store, bench.vault) == dump(other.store, bench.vault)

    def test_options_of_one_file_are_refused(self, sqlite_bench: Bench, tmp_path: Path) -> None:
        with pytest.raises(InputFileError, match="is a folder"):
            import_path(write_world(tmp_path / "w"), bench=sqlite_bench, kind="responses")


class TestChanges:
    def test_changed_words_are_analysed_again(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        _pretend_analysed(bench)
        write(folder / "responses.csv", FILES["responses.csv"].replace("Great people", "Nice people"))
        report = import_path(folder, bench=bench)
        assert report.by_kind()["responses"]["changed"] == 1
        found = comments(bench.store)
        r1, r3 = found["response:r1"], found["response:r3"]
        assert (r1.text, r1.prepared_with, r1.tagged_with, r1.analysed) == (None, None, None, None)
        assert (r3.text, r3.prepared_with) == ("words", "x")
        with bench.store.read() as session:
            left = set(session.scalars(select(Passage.comment_pk)))
            stale = list(session.scalars(select(StaleAccount.account_key)))
        assert r1.id not in left
        assert r3.id in left
        assert stale == ["a1"]

    def test_changed_score_keeps_the_analysis(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        _pretend_analysed(bench)
        write(folder / "responses.csv", FILES["responses.csv"].replace(",9,Great", ",6,Great"))
        assert import_path(folder, bench=bench).counts()["changed"] == 1
        r1 = comments(bench.store)["response:r1"]
        assert (r1.score, r1.score_band, r1.text) == (6.0, -1, "words")

    def test_moved_answer_takes_its_mentions_along(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        _pretend_analysed(bench)
        moved = FILES["responses.csv"].replace("r1,nps-q,a1,c1,,2025-05-02", "r1,nps-q,a2,c1,,2025-05-03")
        write(folder / "responses.csv", moved)
        import_path(folder, bench=bench)
        pk = comments(bench.store)["response:r1"].id
        with bench.store.read() as session:
            mention = session.scalars(select(Mention).where(Mention.comment_pk == pk)).one()
            assert (mention.account_id, mention.said_at.day) == ("a2", 3)
            assert set(session.scalars(select(StaleAccount.account_key))) == {"a1", "a2"}

    def test_role_history_reaches_old_comments(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        changed = FILES["contacts.csv"].replace("champion,2025-01-01", "admin,2025-01-01")
        assert import_path(write(folder / "contacts.csv", changed), bench=bench).counts()["changed"] == 1
        assert comments(bench.store)["response:r1"].role == "admin"
        with bench.store.read() as session:
            assert session.get_one(Response, "r1").role == "admin"

    def test_account_dates_reach_derived_stages(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        assert comments(bench.store)["response:r1"].stage == "usage"
        changed = FILES["accounts.csv"].replace("2025-03-01", "2025-07-01")
        import_path(write(folder / "accounts.csv", changed), bench=bench)
        assert comments(bench.store)["response:r1"].stage == "onboarding"

    def test_survey_scale_and_stage_reach_answers(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        changed = FILES["surveys.csv"].replace("1,7,true,4,onboarding", "1,7,false,4,renewal")
        import_path(write(folder / "surveys.csv", changed), bench=bench)
        r3 = comments(bench.store)["response:r3"]
        assert (r3.stage, r3.score_band) == ("renewal", 1)

    def test_survey_turned_anonymous_forgets_people(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        changed = FILES["surveys.csv"].replace("onboarding,false", "onboarding,true")
        import_path(write(folder / "surveys.csv", changed), bench=bench)
        r3 = comments(bench.store)["response:r3"]
        assert (r3.contact_id, r3.anonymous, r3.role, r3.respondent_key) == (None, True, "admin", "response:r3")
        assert import_path(folder, bench=bench).counts()["changed"] == 0

    def test_scale_that_stored_answers_do_not_fit_is_refused(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        changed = FILES["surveys.csv"].replace("nps,0,10", "nps,0,5")
        report = import_path(write(folder / "surveys.csv", changed), bench=bench)
        assert report.quarantined == 1
        assert "2 stored answers lie outside 0 to 5" in next(iter(report.files[0].reasons))

    def test_emptied_comment_goes(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        write(folder / "responses.csv", FILES["responses.csv"].replace("Great people to work with", ""))
        assert import_path(folder, bench=bench).counts()["changed"] == 1
        assert "response:r1" not in comments(bench.store)

    def test_message_gone_from_a_ticket_goes(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        ticket = {**TICKETS[0], "messages": TICKETS[0]["messages"][1:]}
        report = import_path(write_lines(folder / "tickets.jsonl", [ticket]), bench=bench)
        assert report.counts()["changed"] == 1
        assert "ticket_message:m1" not in comments(bench.store)

    def test_changed_commitment_is_replaced(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        promise = {**HANDOFFS[0]["commitments"][0], "text": "SSO by June"}
        report = import_path(
            write_lines(folder / "handoffs.jsonl", [{**HANDOFFS[0], "commitments": [promise]}]), bench=bench
        )
        assert report.counts()["changed"] == 1
        with bench.store.read() as session:
            assert session.scalars(select(Commitment.text)).all() == ["SSO by June"]

    def test_columns_that_a_file_lacks_stay(self, bench: Bench, tmp_path: Path) -> None:
        folder = write_world(tmp_path / "w")
        import_path(folder, bench=bench)
        short = write(tmp_path / "accounts.csv", "account_id,name,tier\na1,Acme Freight,gold\n")
        assert import_path(short, bench=bench).counts()["changed"] == 1
        with bench.store.read() as session:
            acme = session.get_one(Account, "a1")
            assert (acme.tier, acme.domain, str(acme.arr)) == ("gold", "acme.test", "120000.50")


class TestParties:
    def test_stubs_are_completed_later(self, bench: Bench, tmp_path: Path) -> None:
        file = write(
            tmp_path / "nps.csv",
            "Company,Email,NPS score,Comment,Date\n"
            "ACME  freight,Ada@Acme.test,3,Too slow,2025-05-01\n"
            ",zoe@new-firm.test,9,Fine,2025-05-02\n"
            ",someone@gmail.com,5,Meh,2025-05-03\n",
        )
        report = import_path(file, bench=bench)
        assert (report.unmatched_accounts, report.unmatched_contacts) == (2, 3)
        folder = write_world(tmp_path / "w")
        for name in ("accounts", "contacts"):
            import_path(folder / f"{name}.csv", bench=bench)
        report = import_path(file, bench=bench)
        assert report.counts()["same"] == 3
        assert (report.unmatched_accounts, report.unmatched_contacts) == (1, 2)
        slow = next(c for c in comments(bench.store).values() if c.score == 3)
        assert (slow.account_id, slow.contact_id, slow.respondent_key, slow.role) == ("a1", "c1", "c1", "champion")

    def test_accounts_match_by_mail_domain(self, bench: Bench, tmp_path: Path) -> None:
        import_path(write_world(tmp_path / "w") / "accounts.csv", bench=bench)
        import_path(write(tmp_path / "f.csv", "Feedback,Email\nSo slow,new@birch.test\n"), bench=bench)
        assert next(iter(comments(bench.store).values())).account_id == "a2"

    def test_name_that_fits_two_accounts_matches_none(self, bench: Bench, tmp_path: Path) -> None:
        write(tmp_path / "accounts.csv", "account_id,name,tier\nx,Same,a\ny,same,b\n")
        import_path(tmp_path / "accounts.csv", bench=bench)
        report = import_path(write(tmp_path / "f.csv", "Feedback,Company\nSo slow,SAME\n"), bench=bench)
        assert report.ambiguous_accounts == 1
        assert next(iter(comments(bench.store).values())).account_id is None

    def test_contact_known_by_mail_first_keeps_one_row(self, bench: Bench, tmp_path: Path) -> None:
        import_path(write(tmp_path / "f.csv", "Feedback,Email\nSo slow,ada@acme.test\n"), bench=bench)
        import_path(write_world(tmp_path / "w"), bench=bench)
        with bench.store.read() as session:
            known = session.scalars(select(Contact.contact_id).where(Contact.email == "ada@acme.test")).all()
            assert known == ["c1"]
            assert session.scalar(select(func.count()).select_from(Account)) == 2


def test_csv_tickets_gather_messages(bench: Bench, tmp_path: Path) -> None:
    file = write(
        tmp_path / "tickets.csv",
        "ticket_id,account_id,opened_at,subject,message_id,author_side,public,sent_at,body\n"
        "t1,a1,2025-09-01,Help,m1,Customer,yes,2025-09-01 10:00,It is broken\n"
        "t1,a1,2025-09-01,Help,m2,Agent,yes,2025-09-01 11:00,Which screen?\n"
        "t1,a1,2025-09-01,Other,m3,Customer,yes,2025-09-01 12:00,All of them\n",
    )
    report = import_path(file, bench=bench)
    assert (report.counts()["new"], report.quarantined) == (2, 1)
    assert import_path(file, bench=bench).counts()["same"] == 2
    with bench.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert set(comments(bench.store)) == {"ticket_message:m1"}


def test_migrates_an_empty_database(settings, vault, tmp_path: Path) -> None:
    bench = Bench(settings, settings.store(), vault)
    report = import_path(write(tmp_path / "f.csv", "text\nIt works\n"), bench=bench)
    assert report.counts()["new"] == 1
    bench.store.close()


def test_unknown_survey_is_a_clear_error(sqlite_bench: Bench, tmp_path: Path) -> None:
    file = write(tmp_path / "f.csv", "Comment,Score\nGood,5\n")
    with pytest.raises(MappingError, match="survey 'onboarding' does not exist"):
        import_path(file, bench=sqlite_bench, survey="onboarding")


class _StopsAfter:
    """A progress display whose user loses patience."""

    def __init__(self, batches: int) -> None:
        self._left = batches

    def start(self, stage: str, total: int | None) -> None: ...

    def advance(self, rows: int) -> None:
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt

    def finish(self, note: str) -> None: ...


def _fresh(bench: Bench, folder: Path):
    from data.store.unit_of_work import Store

    store = Store(f"sqlite:///{folder / 'other.db'}")
    store.migrate()
    return store


def _pretend_analysed(bench: Bench) -> None:
    """Give every comment one passage with one mention, as a run would."""
    with bench.store.write() as session:
        session.add(Theme(theme_key="slow", kind="taxonomy", name="Slow", updated_at=datetime(2026, 1, 1, tzinfo=UTC)))
        session.flush()
        for comment in session.scalars(select(Comment)):
            comment.text, comment.prepared_with, comment.tagged_with, comment.analysed = "words", "x", "y", True
            passage = Passage(comment_pk=comment.id, position=0, start=0, end=5, text_key=str(comment.id))
            session.add(passage)
            session.flush()
            session.add(mention(comment, passage.id, "slow", polarity="negative"))
        session.execute(delete(StaleAccount))
