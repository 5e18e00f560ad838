"""The audit trail: a row stands and falls with the write that it tells of."""

import contextlib
from datetime import UTC, datetime

from sqlalchemy import select

from data.store.models import AuditEntry
from data.store.repositories.audit import record
from data.store.unit_of_work import Store

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def test_row_falls_with_its_write(store: Store):
    with store.write() as session:
        record(session, actor="key_a", action="export", detail={"path": "/v1/accounts"}, now=NOW)
    with contextlib.suppress(RuntimeError), store.write() as session:
        record(session, actor="key_b", action="export", detail={}, now=NOW)
        raise RuntimeError
    with store.read() as session:
        rows = session.scalars(select(AuditEntry)).all()
        assert [(row.at, row.actor, row.detail) for row in rows] == [(NOW, "key_a", {"path": "/v1/accounts"})]
