"""Tokens of people who sign in: which are taken, which are refused, and how seldom the issuer is asked."""

import base64
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.errors import ForbiddenError, NotReadyError, UnauthorizedError
from api.oidc import FRESH_S, PAUSE_S, RETRY_S, SKEW_S, STALE_S, Issuer
from tests.issuer import CLIENT, NOW, FakeIssuer, ec_key, rsa_key


def reader(fake: FakeIssuer, **more) -> Issuer:
    return Issuer(fake.settings(**more), fetch=fake.fetch, clock=lambda: fake.now)


@pytest.mark.parametrize("key", [rsa_key("r1"), ec_key("e1")], ids=["RS256", "ES256"])
def test_good_token_says_who(key):
    fake = FakeIssuer()
    read = reader(fake, roles=(("voc", "analyst"), ("all", "viewer")))
    assert read.read(fake.token(key=key)).email == "mara@vendor.test"
    assert read.read(fake.token(key=key, groups=["voc", "other"])).roles == ("analyst",)
    assert read.read(fake.token(key=key, groups="all")).roles == ("viewer",)
    assert read.read(fake.token(key=key, aud=[CLIENT, "x"], azp=CLIENT)).email == "mara@vendor.test"
    assert len(fake.asked) == 2


WRONG = {
    "other issuer": {"iss": "https://evil.test"},
    "no issuer": {"iss": None},
    "other audience": {"aud": "other"},
    "no audience": {"aud": None},
    "audience of several, asked for by another": {"aud": [CLIENT, "other"], "azp": "other"},
    "expired": {"exp": NOW - SKEW_S},
    "never ends": {"exp": None},
    "ends as text": {"exp": "2099"},
    "not yet": {"nbf": NOW + SKEW_S + 1},
    "from the future": {"iat": NOW + SKEW_S + 1},
    "no subject": {"sub": None},
    "order to sign out": {"header": {"typ": "logout+jwt"}},
    "other key of the same name": {"key": rsa_key.__wrapped__("r1")},
    "unknown key": {"key": rsa_key("r9")},
    "key of another kind": {"key": rsa_key("r1"), "header": {"kid": "e1"}},
    "critical header": {"header": {"crit": ["x"], "x": 1}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_bad_token_is_refused(wrong):
    fake = FakeIssuer()
    if "crit" in (wrong.get("header") or {}):
        token = _raw({"alg": "RS256", "kid": "r1", "crit": ["x"], "x": 1}, fake.claims(), b"none")
    else:
        token = fake.token(**wrong)
    with pytest.raises(UnauthorizedError):
        reader(fake).read(token)


@pytest.mark.parametrize("within", [{"exp": NOW - SKEW_S + 1}, {"nbf": NOW + SKEW_S}, {"iat": NOW + SKEW_S}])
def test_clocks_may_differ_a_little(within):
    fake = FakeIssuer()
    assert reader(fake).read(fake.token(**within))


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _raw(header: dict, claims: dict, signature: bytes) -> str:
    return f"{_part(header)}.{_part(claims)}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_algorithms_can_not_be_confused():
    fake = FakeIssuer()
    read, public = reader(fake), rsa_key("r1").as_pem(private=False)
    by_secret = _raw({"alg": "HS256", "kid": "r1"}, fake.claims(), b"").rstrip(".")
    signature = hmac.digest(public, by_secret.encode(), "sha256")
    forged = [
        _raw({"alg": "none", "kid": "r1"}, fake.claims(), b""),
        _raw({"alg": "None"}, fake.claims(), b""),
        _raw({"alg": "HS256", "kid": "r1"}, fake.claims(), signature),
        fake.token(alg="RS512"),
        fake.token(alg="PS256"),
        # Its own key in the header, or where to find it.
        fake.token(key=rsa_key("r9"), header={"jwk": rsa_key("r9").as_dict(private=False)}),
        fake.token(key=rsa_key("r9"), header={"kid": "r1", "jku": "https://evil.test/jwks"}),
        "a.b.c",
        "..",
        "a" * 20_000 + ".b.c",
    ]
    for token in forged:
        with pytest.raises(UnauthorizedError):
            read.read(token)
    good = fake.token()
    head, body, end = good.split(".")
    other = _part({**fake.claims(), "email": "chief@vendor.test"})
    for token in (f"{head}.{other}.{end}", f"{head}.{body}.", f"{head}.{body}"):
        with pytest.raises(UnauthorizedError):
            read.read(token)
    assert all(address.startswith(fake.url) for address in fake.asked)


def test_address_must_be_verified():
    fake = FakeIssuer()
    for claims in ({"email_verified": False}, {"email_verified": None}, {"email_verified": "false"}, {"email": None}):
        with pytest.raises(ForbiddenError):
            reader(fake).read(fake.token(**claims))
    assert reader(fake).read(fake.token(email_verified="true"))
    trusting = reader(fake, email_trusted=True, email_claim="upn")
    assert trusting.read(fake.token(email_verified=None, upn="u@vendor.test")).email == "u@vendor.test"
    with pytest.raises(ForbiddenError):
        trusting.read(fake.token(email_verified=False, upn="u@vendor.test"))


def test_new_key_is_found_and_junk_makes_no_traffic():
    fake = FakeIssuer()
    read = reader(fake)
    read.read(fake.token())
    for _ in range(20):
        with pytest.raises(UnauthorizedError):
            read.read(fake.token(key=rsa_key("r9")))
    assert len(fake.asked) == 2
    fake.keys, fake.now = [rsa_key("r9")], fake.now + PAUSE_S
    assert read.read(fake.token())
    assert len(fake.asked) == 4
    # The old key is no longer published.
    with pytest.raises(UnauthorizedError):
        read.read(fake.token(key=rsa_key("r1")))


def test_issuer_may_be_away_for_a_while():
    fake = FakeIssuer(away=True)
    read = reader(fake)
    for _ in range(3):
        with pytest.raises(NotReadyError):
            read.read(fake.token())
    assert len(fake.asked) == 1
    fake.away, fake.now = False, fake.now + RETRY_S
    assert read.read(fake.token())
    fake.away, fake.now = True, fake.now + FRESH_S
    assert read.read(fake.token())
    fake.now += STALE_S - FRESH_S
    with pytest.raises(NotReadyError):
        read.read(fake.token())


@pytest.mark.parametrize(
    "told", [{"issuer": "https://evil.test"}, {"jwks_uri": "http://evil.test/jwks"}, {"jwks_uri": None}]
)
def test_description_must_be_the_issuers(told, monkeypatch):
    fake = FakeIssuer()
    described = {**fake.described(), **told}
    monkeypatch.setattr(fake, "described", lambda: described)
    with pytest.raises(NotReadyError):
        reader(fake).read(fake.token())
    assert "evil" not in str(fake.asked)


def test_issuer_over_http():
    """Sign in as a browser and a program would; the token that comes of it is good."""
    fake = FakeIssuer(email="jonas@vendor.test")
    with fake.serving() as url:
        asked = {"redirect_uri": "http://pages.test/back", "state": "s", "nonce": "n"}
        sent_back = httpx.get(f"{url}/authorize", params=asked).headers["location"]
        code = parse_qs(urlsplit(sent_back).query)["code"][0]
        token = httpx.post(f"{url}/token", data={"code": code}).json()["id_token"]
        assert Issuer(fake.settings()).read(token).email == "jonas@vendor.test"
    # Nobody is there.
    with pytest.raises(NotReadyError):
        Issuer(fake.settings()).read(token)


def test_keys_for_other_uses_are_left_out(monkeypatch):
    fake = FakeIssuer()
    strange = [{"kty": "AKP", "kid": "q"}, {"kty": "oct", "k": "AAAA", "kid": "r1"}, {"kty": "RSA", "kid": "broken"}]
    encrypting = {**rsa_key("r9").as_dict(private=False), "use": "enc"}
    published = {"keys": [*strange, encrypting, *fake.published()["keys"]]}
    monkeypatch.setattr(fake, "published", lambda: published)
    read = reader(fake)
    assert read.read(fake.token())
    with pytest.raises(UnauthorizedError):
        read.read(fake.token(key=rsa_key("r9")))
