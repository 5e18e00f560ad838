"""What the command line hands down to the API; nothing here reads the environment."""

from dataclasses import dataclass, field

from data.store.queries.slices import DEFAULT_MIN_GROUP

MIB = 1024 * 1024


@dataclass(frozen=True)
class OidcSettings:
    """Whose sign-ins the API takes (OpenID Connect), and how it knows who they are.

    `issuer` is its address, to the letter as it names itself in its tokens; `audiences` are the client ids that tokens
    may be made for. `email_claim` holds the person's address; `email_trusted`: the issuer gives addresses to its own
    people only and does not say `email_verified`. `roles` are (value, role) of the claim `role_claim`.
    """

    issuer: str
    audiences: tuple[str, ...]
    email_claim: str = "email"
    email_trusted: bool = False
    role_claim: str = "groups"
    roles: tuple[tuple[str, str], ...] = ()


def read_oidc(
    issuer: str = "",
    audience: str = "",
    email_claim: str = "",
    email_trusted: str = "",
    role_claim: str = "",
    roles: str = "",
) -> OidcSettings | None:
    """Read the settings of sign-in from words; None without an issuer.

    Args:
        issuer: Its address.
        audience: Client ids, comma-separated.
        email_claim: Empty: `email`.
        email_trusted: `true` or anything else.
        role_claim: Empty: `groups`.
        roles: `value=role`, comma-separated.
    """
    if not issuer:
        return None
    pairs = [pair.rpartition("=") for pair in words(roles)]
    return OidcSettings(
        issuer=issuer,
        audiences=tuple(words(audience)),
        email_claim=email_claim or "email",
        email_trusted=email_trusted.lower() in ("true", "1", "yes", "on"),
        role_claim=role_claim or "groups",
        roles=tuple((value.strip(), role.strip()) for value, _, role in pairs),
    )


def words(joined: str) -> list[str]:
    """Give what is joined by commas."""
    return [word.strip() for word in joined.split(",") if word.strip()]


@dataclass(frozen=True)
class ApiSettings:
    """Settings of the API.

    `anonymous_min_group`: the smallest group shown of an anonymous survey. `rate_per_s` requests a second for each key,
    `rate_burst` at once after a rest; 0 a second is no limit. `max_body_bytes`: the largest body of a request,
    `max_batch_bytes` of a batch of comments, `max_upload_bytes` of a file. `max_connections`: served at once.
    `metrics_folder`: where several processes keep the counts of `/metrics` together; empty: there is one process.
    `oidc`: people's own sign-ins are taken beside keys. `hooks` are (product, secret) of webhooks that are taken,
    `hooks_url` the public address of the API as they call it, without a path; empty: as each request says.
    `trackers` are those that issues can go to (jira, linear).
    """

    anonymous_min_group: int = DEFAULT_MIN_GROUP
    version: str = "0.1.0"
    rate_per_s: float = 50.0
    rate_burst: int = 100
    max_body_bytes: int = MIB
    max_batch_bytes: int = 8 * MIB
    max_upload_bytes: int = 200 * MIB
    max_connections: int = 1000
    metrics_folder: str = ""
    oidc: OidcSettings | None = None
    hooks: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    hooks_url: str = ""
    trackers: tuple[str, ...] = ()
