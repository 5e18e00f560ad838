"""Originals are unreadable without the secret, and hashes differ by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import SecretError
from data.store.vault import Vault

ONE, OTHER = Vault(b"1" * 32), Vault(b"2" * 32)


@given(st.text(st.characters(exclude_categories=[])))
def test_what_is_encrypted_comes_back(text):
    assert ONE.decrypt(ONE.encrypt(text)) == text


def test_another_secret_reads_nothing():
    with pytest.raises(SecretError, match="SOTTOVOCE_SECRET_FILE"):
        OTHER.decrypt(ONE.encrypt("confidential"))


def test_hash_depends_on_the_secret():
    assert ONE.hash("same words") == ONE.hash("same words") != OTHER.hash("same words")


def test_short_secret_is_refused():
    with pytest.raises(SecretError, match="32 needed"):
        Vault(b"short")
