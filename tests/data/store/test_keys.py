"""Keys: only a keyed hash is kept, and revoking one ends it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from data.errors import NotFoundError
from data.store.models import ApiKey
from data.store.repositories.keys import KeyRequestError, create_key, find_key, list_keys, note_use, revoke_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.world import plant

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def test_key_opens_until_revoked(store: Store, vault: Vault):
    with store.write() as session:
        info, secret = create_key(session, vault, name="CRM", role="viewer", now=NOW)
    assert secret.startswith("sv_")
    assert len(secret) == 3 + 43
    with store.read() as session:
        assert find_key(session, vault, secret) == info
        assert find_key(session, vault, secret[:-1] + ("A" if secret[-1] != "A" else "B")) is None
        assert find_key(session, Vault(bytes(32)), secret) is None
    with store.write() as session:
        revoke_key(session, info.key_id, now=NOW)
    with store.read() as session:
        assert find_key(session, vault, secret) is None
        assert [key.revoked_at for key in list_keys(session)] == [NOW]


def test_secret_is_not_stored(sqlite_store: Store, vault: Vault):
    with sqlite_store.write() as session:
        _, secret = create_key(session, vault, name="CRM", role="admin", now=NOW)
    with sqlite_store.read() as session:
        row = session.scalars(select(ApiKey)).one()
        assert secret not in str(vars(row))


def test_wrong_requests_are_refused(sqlite_store: Store, vault: Vault):
    plant(sqlite_store)
    with sqlite_store.write() as session:
        wrongs: tuple[dict[str, Any], ...] = (
            {"role": "root"},
            {"role": "csm"},
            {"role": "csm", "accounts": ["nobody"]},
            {"role": "viewer", "name": " "},
        )
        for wrong in wrongs:
            with pytest.raises(KeyRequestError):
                create_key(session, vault, now=NOW, **{"name": "CRM", **wrong})
        with pytest.raises(NotFoundError):
            revoke_key(session, "key_none", now=NOW)
        assert list_keys(session) == []


def test_use_is_noted_to_the_minute(store: Store, vault: Vault):
    with store.write() as session:
        info, _ = create_key(session, vault, name="CRM", role="viewer", now=NOW)
    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        with store.write() as session:
            note_use(session, info.key_id, now=NOW + timedelta(seconds=seconds))
        with store.read() as session:
            assert [key.last_used_at for key in list_keys(session)] == [NOW + timedelta(seconds=noted)]
