"""Loops and their outbox: one loop per answer, a history that only grows, and messages that one sender gets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cx.loops import ASSIGN, CHECK, CLOSE, NOTE, REOPEN, ROUTE, TOUCH, LoopError, LoopEvent, open_loops
from data.errors import NotFoundError
from data.store.queries.loops import LoopQuery, count_loops, get_loop, list_loops, loop_spans
from data.store.repositories import outbox
from data.store.repositories.absorbing import absorb_accounts
from data.store.repositories.flagged import flagged_signals, staff_list
from data.store.repositories.loops import add_loops, occasion, record_act
from tests.loops import NOW, answer, plant
from tests.outbox import OutboxCounts, outbox_counts

LEASE = timedelta(minutes=5)


def _open(store):
    """Open a loop for each fresh flagged answer; gives their ids, oldest first."""
    with store.write() as session:
        found = flagged_signals(session, since=NOW - timedelta(days=30), mismatch=False)
        staff = staff_list(session)
        add_loops(session, [(open_loops([one.signal], staff, now=NOW)[0], one) for one in found])
    with store.read() as session:
        return [view.id for view in list_loops(session, LoopQuery(order="newest")).rows][::-1]


def _act(store, loop_id, act, hours=1.0, **more):
    with store.write() as session:
        return record_act(session, loop_id, LoopEvent(act, NOW + timedelta(hours=hours), "nina", **more))


def _put(store, loop_id, *readers, occasion=0):
    with store.write() as session:
        outbox.put_messages(session, [(loop_id, occasion, "mail", one) for one in readers], now=NOW)


def _claim(store, now=NOW):
    with store.write() as session:
        return outbox.claim(session, "mail", now=now, lease=LEASE)


def test_second_loop_for_an_answer_is_not_stored(store):
    plant(store)
    answer(store, "r1", "csat", 2)
    with store.write() as session:
        (found,) = flagged_signals(session, since=NOW - timedelta(days=30), mismatch=False)
        loop = open_loops([found.signal], staff_list(session), now=NOW)[0]
        assert add_loops(session, [(loop, found)]) == 1
        assert add_loops(session, [(loop, found)]) == 0
        assert flagged_signals(session, since=NOW - timedelta(days=30), mismatch=False) == []


def test_history_grows_and_the_list_follows_it(store):
    plant(store)
    answer(store, "r1", "csat", 2, comment="It broke again", ticket_id="t9")
    (loop_id,) = _open(store)
    _act(store, loop_id, ROUTE)
    _act(store, loop_id, TOUCH, 2, note="called")
    _act(store, loop_id, CLOSE, 3, outcome="fixed in 2.4")
    with store.read() as session:
        view = get_loop(session, loop_id)
        assert (view.state, view.due_act, view.due_at) == ("closed", CHECK, NOW + timedelta(hours=3, days=7))
        assert (view.score, view.comment, view.ticket_id, view.account_name) == (
            2,
            "It broke again",
            "t9",
            "Acme Freight",
        )
        assert [(one.act, one.by, one.outcome) for one in view.loop.history] == [
            (ROUTE, "nina", ""),
            (TOUCH, "nina", ""),
            (CLOSE, "nina", "fixed in 2.4"),
        ]
        (span,) = loop_spans(session, LoopQuery())[()].values()
    assert (span.touched_at, span.closed_at) == (NOW + timedelta(hours=2), NOW + timedelta(hours=3))
    _act(store, loop_id, REOPEN, 4)
    with store.read() as session:
        assert get_loop(session, loop_id).due_at == NOW + timedelta(hours=28)


def test_illegal_act_leaves_no_trace(store):
    plant(store)
    answer(store, "r1", "csat", 2)
    (loop_id,) = _open(store)
    for act, more, error in (
        (CLOSE, {"outcome": "done"}, LoopError),
        (ASSIGN, {"owner": "nobody"}, NotFoundError),
        (ASSIGN, {}, LoopError),
    ):
        with pytest.raises(error):
            _act(store, loop_id, act, **more)
    with pytest.raises(NotFoundError):
        _act(store, loop_id + 1, NOTE)
    with store.read() as session:
        assert get_loop(session, loop_id).loop.history == ()


def test_owner_is_settled_by_hand_where_nobody_could_be_named(store):
    plant(store)
    answer(store, "r1", "nps", 3, account_id="a2")
    (loop_id,) = _open(store)
    with store.read() as session:
        view = get_loop(session, loop_id)
        assert (view.state, view.owner, view.due_act) == ("unowned", None, ASSIGN)
    loop = _act(store, loop_id, ASSIGN, owner="ivy")
    assert (loop.state, loop.owner, occasion(loop)) == ("open", "ivy", 1)


def test_lists_show_what_is_due_first_and_only_own_accounts(store):
    plant(store)
    for number, account_id in enumerate(("a1", "a1", "a2", None)):
        answer(store, f"r{number}", "csat", 1, account_id=account_id, said_at=NOW - timedelta(hours=9 - number))
    ids = _open(store)
    _act(store, ids[0], TOUCH)
    with store.read() as session:
        first = list_loops(session, LoopQuery(), limit=3)
        rest = list_loops(session, LoopQuery(), limit=3, after=first.after)
        assert [view.id for view in (*first.rows, *rest.rows)] == [*ids[1:], ids[0]]
        own = LoopQuery(accounts=("a1",))
        assert [view.id for view in list_loops(session, own).rows] == [ids[1], ids[0]]
        assert count_loops(session, own) == {"open": 1, "touched": 1}
        assert list_loops(session, LoopQuery(accounts=())).rows == []
        assert len(list_loops(session, LoopQuery(due_by=NOW + timedelta(minutes=6))).rows) == 3
        with pytest.raises(NotFoundError):
            get_loop(session, ids[2], accounts=["a1"])


def test_loops_move_with_an_absorbed_account(store):
    plant(store)
    answer(store, "r1", "csat", 1, account_id="a2")
    (loop_id,) = _open(store)
    with store.write() as session:
        absorb_accounts(session, {"a2": "a1"})
    with store.read() as session:
        assert get_loop(session, loop_id).loop.account_id == "a1"


def test_message_exists_once_and_is_given_to_one_sender(store):
    plant(store)
    answer(store, "r1", "csat", 1)
    (loop_id,) = _open(store)
    _put(store, loop_id, "nina", "omar")
    _put(store, loop_id, "nina", "omar")
    first, second = _claim(store), _claim(store)
    assert {first.recipient, second.recipient} == {"nina", "omar"}
    assert _claim(store) is None
    with store.write() as session:
        outbox.settle_sent(session, first, now=NOW)
    again = _claim(store, NOW + LEASE)
    assert (again.message_id, again.attempts) == (second.message_id, 2)
    assert _claim(store, NOW + LEASE) is None
    with store.read() as session:
        assert outbox_counts(session) == OutboxCounts(sent=1, waiting=1, dropped=0)


def test_many_senders_get_each_message_once(store):
    plant(store)
    answer(store, "r1", "csat", 1)
    (loop_id,) = _open(store)
    for turn in range(30):
        _put(store, loop_id, "nina", occasion=turn)

    def drain(_):
        claimed = []
        while message := _claim(store):
            claimed.append(message.message_id)
        return claimed

    with ThreadPoolExecutor(4) as pool:
        found = [one for part in pool.map(drain, range(4)) for one in part]
    assert len(found) == len(set(found)) == 30
