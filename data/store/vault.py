"""Protect original texts: encryption, and keyed hashes that reveal nothing without the secret."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from data.errors import SecretError

# 256 bits, as the keys derived from it.
SECRET_BYTES = 32


class Vault:
    """Encrypts and hashes with keys derived from one secret (HKDF-SHA256; Fernet; HMAC-SHA256)."""

    def __init__(self, secret: bytes) -> None:
        """Derive the keys.

        Raises:
            SecretError: The secret is shorter than 32 bytes.
        """
        if len(secret) < SECRET_BYTES:
            raise SecretError(f"the secret has {len(secret)} bytes, {SECRET_BYTES} needed: run `sottovoce doctor`")
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret, b"originals")))
        self._hash_key = _derive(secret, b"hashes")

    def encrypt(self, text: str) -> bytes:
        """Encrypt a text (lone surrogates survive)."""
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass"))

    def decrypt(self, token: bytes) -> str:
        """Decrypt what `encrypt` gave.

        Raises:
            SecretError: It was encrypted with another secret, or was changed.
        """
        try:
            return self._fernet.decrypt(token).decode("utf-8", "surrogatepass")
        except InvalidToken as error:
            raise SecretError(
                "an original can't be decrypted: the secret is not the one it was stored with; "
                "set SOTTOVOCE_SECRET_FILE to the old one"
            ) from error

    def hash(self, text: str) -> str:
        """Keyed SHA-256 of a text, 64 hex digits."""
        return hmac.new(self._hash_key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"sottovoce/" + purpose).derive(secret)
