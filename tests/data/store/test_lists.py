"""Lists that a column is compared with: one array on PostgreSQL, the same rows as on SQLite."""

from sqlalchemy import select, update

from data.store.models import Account
from data.store.unit_of_work import Store
from tests.api.world import plant


def test_lists_of_any_length_find_their_rows(store: Store):
    plant(store)
    ids = select(Account.account_id).order_by(Account.account_id)
    with store.read() as session:
        every = session.scalars(ids).all()
        # More often than a connection asks before it keeps the plan.
        for wanted in (every[:1], every[:2], every, [], every[1:3], every[:1]):
            assert session.scalars(ids.where(Account.account_id.in_(wanted))).all() == list(wanted)
            rest = [one for one in every if one not in wanted]
            assert session.scalars(ids.where(Account.account_id.not_in(wanted))).all() == rest


def test_longer_text_is_not_cut_off_and_found(store: Store):
    plant(store)
    longest = "d" * 255
    with store.write() as session:
        session.execute(update(Account).values(domain=longest))
    with store.read() as session:
        assert session.scalars(select(Account.domain).where(Account.domain.in_([longest]))).all()
        assert not session.scalars(select(Account.domain).where(Account.domain.in_([longest + "d"]))).all()
