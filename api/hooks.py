"""Signatures of webhooks: that a body comes from who holds the secret, and that it is not an old one sent again.

Each product signs in its own way:
- Zendesk: base64 of HMAC-SHA256 over timestamp and body (developer.zendesk.com/documentation/webhooks/verifying);
- Intercom: X-Hub-Signature, sha1= and HMAC-SHA1 over the body with the app's client secret, in hex
  (developers.intercom.com/docs/webhooks/webhook-notifications);
- HubSpot: v3, base64 of HMAC-SHA256 over method, address, body and timestamp, five minutes at most
  (developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation, and its own
  client, hubspot/utils/signature.py);
- Delighted: sha256= and HMAC-SHA256 over the body with the project's API key, in hex (delighted.com/docs/api/webhooks);
- Typeform: sha256= and base64 of HMAC-SHA256 over the body (typeform.com/developers/webhooks/secure-your-webhooks).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.errors import UnauthorizedError

# As HubSpot asks for; Zendesk names no window.
WINDOW = timedelta(minutes=5)
# HubSpot decodes these in the address before it signs it, and no others.
_DECODED = {f"%{ord(sign):X}": sign for sign in ":/?@!$'()*,;"}
_ENCODED = re.compile("|".join(_DECODED), re.IGNORECASE)


@dataclass(frozen=True)
class Signed:
    """A request as it was signed; `headers` by their names in lower case, `url` the whole address that was called."""

    headers: Mapping[str, str]
    raw: bytes
    url: str


def verify(source: str, secret: str, request: Signed, *, now: datetime) -> None:
    """Check the signature of a webhook.

    Raises:
        UnauthorizedError: It does not fit, or was made too long ago.
    """
    shown, expected = _SCHEMES[source](secret.encode(), request, now)
    if not hmac.compare_digest(shown.encode("latin-1", "replace"), expected.encode()):
        raise UnauthorizedError(
            f"the signature does not fit: check that the secret of the settings is the one that {source} signs with"
        )


def _zendesk(secret: bytes, request: Signed, now: datetime) -> tuple[str, str]:
    stamp = request.headers.get("x-zendesk-webhook-signature-timestamp", "")
    _require_recent(_iso(stamp), now)
    expected = _base64(secret, stamp.encode("latin-1", "replace") + request.raw)
    return request.headers.get("x-zendesk-webhook-signature", ""), expected


def _intercom(secret: bytes, request: Signed, _now: datetime) -> tuple[str, str]:
    # SHA-1 is what Intercom signs with; as a keyed hash it is not known to be broken.
    expected = "sha1=" + hmac.new(secret, request.raw, hashlib.sha1).hexdigest()
    return request.headers.get("x-hub-signature", ""), expected


def _hubspot(secret: bytes, request: Signed, now: datetime) -> tuple[str, str]:
    stamp = request.headers.get("x-hubspot-request-timestamp", "")
    _require_recent(_unix_ms(stamp), now)
    url = _ENCODED.sub(lambda found: _DECODED[found[0].upper()], request.url)
    expected = _base64(secret, f"POST{url}".encode() + request.raw + stamp.encode())
    return request.headers.get("x-hubspot-signature-v3", ""), expected


def _delighted(secret: bytes, request: Signed, _now: datetime) -> tuple[str, str]:
    expected = "sha256=" + hmac.new(secret, request.raw, hashlib.sha256).hexdigest()
    return request.headers.get("x-delighted-webhook-signature", ""), expected


def _typeform(secret: bytes, request: Signed, _now: datetime) -> tuple[str, str]:
    return request.headers.get("typeform-signature", ""), "sha256=" + _base64(secret, request.raw)


_SCHEMES: dict[str, Callable[[bytes, Signed, datetime], tuple[str, str]]] = {
    "zendesk": _zendesk,
    "intercom": _intercom,
    "hubspot": _hubspot,
    "delighted": _delighted,
    "typeform": _typeform,
}
SOURCES = tuple(_SCHEMES)


def _base64(secret: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(secret, message, hashlib.sha256).digest()).decode()


def _require_recent(stamp: datetime | None, now: datetime) -> None:
    if stamp is None or abs(now - stamp) > WINDOW:
        raise UnauthorizedError("the signature has no time, or one of over five minutes ago: send the event again")


def _iso(stamp: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _unix_ms(stamp: str) -> datetime | None:
    if not re.fullmatch(r"\d{1,14}", stamp, re.ASCII):
        return None
    return datetime.fromtimestamp(int(stamp) / 1000, UTC)
