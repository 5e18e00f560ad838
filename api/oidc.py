"""Tokens of people who signed in at an issuer (OpenID Connect): whether one is good, and whose it is.

The issuer's keys are found by its own description, kept for a while, and asked for again when a token names one that is
not known, at most once a minute: whoever sends junk makes no traffic. Knows no database.
Sources: OpenID Connect Core 1.0 section 3.1.3.7, Discovery 1.0 section 4, RFC 7519, RFC 8725 (best practices).
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key

from api.errors import ForbiddenError, NotReadyError, UnauthorizedError
from api.settings import OidcSettings

log = logging.getLogger(__name__)
# Signed with the issuer's private key, never with a secret: what the issuer publishes can't be used to sign.
ALGORITHMS = ("RS256", "ES256")
TYPES = ("jwt", "at+jwt", "application/at+jwt")
# Seconds by which the clocks of issuer and API may differ.
SKEW_S = 60
# Seconds: keys are read again after an hour, at most once a minute, and used for a day where the issuer is away.
FRESH_S, PAUSE_S, STALE_S = 3600.0, 60.0, 86_400.0
# Seconds, where there are none yet.
RETRY_S = 10.0
# Somebody waits, and one of few threads with them.
TIMEOUT_S = 3.0
DESCRIPTION = "/.well-known/openid-configuration"
# Longer than any token of an issuer.
MOST_CHARS = 16_384
Fetch = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class SignedIn:
    """Who a good token speaks of: a verified address, and the roles that the issuer's groups stand for."""

    email: str
    roles: tuple[str, ...]


class Issuer:
    """One issuer: reads tokens with the keys that it publishes."""

    def __init__(
        self, settings: OidcSettings, *, fetch: Fetch | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """Nothing is asked yet. `clock` gives seconds since 1970."""
        self._settings, self._clock = settings, clock
        self._keys = _Keys(settings.issuer, fetch or fetch_json, clock)
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=SKEW_S,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "values": list(settings.audiences)},
            exp={"essential": True},
            sub={"essential": True},
        )

    @staticmethod
    def may_have_made(secret: str) -> bool:
        """Say whether what was shown is a token, not a key: three parts joined by dots."""
        return secret.count(".") == 2

    def read(self, token: str) -> SignedIn:
        """Give who a token speaks of.

        Raises:
            UnauthorizedError: It is not good; says which part of it, never more.
            ForbiddenError: It is good, but says no address that the issuer verified.
            NotReadyError: The issuer's keys can't be read now.
        """
        if len(token) > MOST_CHARS:
            raise UnauthorizedError("this is no sign-in's token: it is too long")
        try:
            found = self._decode(token)
            self._claims.validate(found.claims)
        except ExpiredTokenError as error:
            raise UnauthorizedError("this sign-in has ended: sign in again") from error
        except (JoseError, ValueError, TypeError) as error:
            log.info("refused a token: %s", type(error).__name__)
            raise UnauthorizedError(f"this sign-in's token is not good ({_why(error)}): sign in again") from error
        self._check_type(found.header)
        self._check_party(found.claims)
        return SignedIn(self._email(found.claims), self._roles(found.claims))

    def _decode(self, token: str) -> jwt.Token:
        """Check the signature; where the key is not known the keys are read anew, if that is not too soon."""
        keys = self._keys.get()
        try:
            return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        except InvalidKeyIdError:
            newer = self._keys.get(unknown=True)
            if newer is keys:
                raise
            return jwt.decode(token, newer, algorithms=list(ALGORITHMS))

    @staticmethod
    def _check_type(header: Mapping[str, Any]) -> None:
        """Refuse other things that an issuer signs: an order to sign out, say."""
        if str(header.get("typ") or "jwt").lower() not in TYPES:
            raise UnauthorizedError("this token is no sign-in's: its type is another one")

    def _check_party(self, claims: Mapping[str, Any]) -> None:
        """Refuse a token made for several where it was another one that asked for it."""
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if several and claims.get("azp") not in self._settings.audiences:
            raise UnauthorizedError("this token was made for another program")

    def _email(self, claims: Mapping[str, Any]) -> str:
        email = claims.get(self._settings.email_claim)
        if not isinstance(email, str) or "@" not in email:
            raise ForbiddenError(f"the issuer does not say {self._settings.email_claim!r} of you: see docs/sign-in.md")
        # Some say it as a text.
        verified = claims.get("email_verified")
        if verified in (True, "true") or (verified is None and self._settings.email_trusted):
            return email
        raise ForbiddenError("the issuer has not verified this e-mail address: verify it there, then sign in again")

    def _roles(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        said = claims.get(self._settings.role_claim)
        values = said if isinstance(said, list) else [said]
        return tuple(role for value, role in self._settings.roles if value in values)


class _Keys:
    """The keys that an issuer publishes, kept."""

    def __init__(self, issuer: str, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._issuer, self._fetch, self._clock = issuer, fetch, clock
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._read_at = self._tried_at = float("-inf")

    def get(self, *, unknown: bool = False) -> KeySet:
        """Give the keys; read anew where they are old, or where a token names an `unknown` one.

        Raises:
            NotReadyError: There are none, and the issuer does not give them.
        """
        if self._keys is not None and not unknown and self._clock() - self._read_at < FRESH_S:
            return self._keys
        with self._lock:
            if self._clock() - self._tried_at >= (RETRY_S if self._keys is None else PAUSE_S):
                self._refresh()
                self._tried_at = self._clock()
            if self._keys is None or self._clock() - self._read_at >= STALE_S:
                raise NotReadyError("sign-ins can't be checked now, the issuer does not answer: try again in a minute")
            return self._keys

    def _refresh(self) -> None:
        try:
            self._keys, self._read_at = self._read(), self._clock()
        except (httpx.HTTPError, ValueError, TypeError, LookupError) as error:
            # The operator's to mend; whoever asks is told that it is the issuer.
            log.warning("the keys of %s can't be read: %s: %s", self._issuer, type(error).__name__, error)

    def _read(self) -> KeySet:
        described = self._fetch(self._issuer.rstrip("/") + DESCRIPTION)
        if described["issuer"] != self._issuer:
            raise ValueError(f"it calls itself {described['issuer']!r}: SOTTOVOCE_OIDC_ISSUER must say just that")
        address = str(described["jwks_uri"])
        if not is_safe(address):
            raise ValueError(f"its keys lie at {address!r}, which is not https")
        usable = [key for one in self._fetch(address)["keys"] for key in _import(one)]
        if not usable:
            raise ValueError("none of its keys signs with RS256 or ES256")
        return KeySet(usable)


def _import(one: Mapping[str, Any]) -> list[Key]:
    """Read a published key; nothing where it is of another kind, not for signing, or broken: the others still count."""
    if one.get("kty") not in ("RSA", "EC") or one.get("use", "sig") != "sig":
        return []
    try:
        return [import_key(dict(one))]
    except (JoseError, ValueError, TypeError):
        return []


def is_safe(address: str) -> bool:
    """Say whether an address may be asked for keys: https, or this machine itself."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))


def fetch_json(address: str) -> Mapping[str, Any]:
    """Read a JSON object.

    Raises:
        httpx.HTTPError: There is none at this address.
        ValueError: It is no JSON.
    """
    answer = httpx.get(address, timeout=TIMEOUT_S, headers={"Accept": "application/json"})
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError(f"{address} holds no JSON object")
    return found


def _why(error: Exception) -> str:
    """Say what is wrong in the library's word for it: a claim's name or a kind of mistake, nothing of the token."""
    claim = getattr(error, "claim", None)
    return f"its {claim!r}" if claim else str(getattr(error, "error", "") or type(error).__name__).replace("_", " ")
