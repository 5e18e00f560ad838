"""The settings, read from the environment in this one place and handed down.

Every setting is read from `SOTTOVOCE_<NAME>`; `docs/settings.md` lists them and a test keeps it in step.
"""

import os
import re
import secrets
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.store.vault import SECRET_BYTES, Vault
from pipelines.digest.schedule import read_schedule
from pipelines.errors import SettingsError
from pipelines.times import is_zone

if TYPE_CHECKING:
    from data.store.unit_of_work import Store

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
# Each holds some 60 MB of its own; who has more cores and more readers says so.
MOST_PROCESSES = 4
_RIGHT_OF_CHECKED = re.compile(r"[0-9]{1,6}/[1-9][0-9]{0,5}")
_VALUE_AND_ROLE = re.compile(r".*[^\s=]\s*=\s*(viewer|csm|analyst|admin)")
# As the outbox's recipient holds.
MOST_ADDRESS_CHARS = 120
_MAIL_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


class Settings(BaseSettings):
    """What a user may set. Units are in the names."""

    model_config = SettingsConfigDict(env_prefix="SOTTOVOCE_", extra="ignore", frozen=True)

    home: Path = Field(DATA / "var", description="Folder for the database, the secret and caches.")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the home folder.")
    secret_file: Path | None = Field(None, description="File with the secret; empty: `secret.key` in the home folder.")
    keep_originals: bool = Field(True, description="Keep original texts, encrypted; false: delete once redacted.")
    embedder: str = Field("packaged", description="`packaged` (MiniLM from its package), `onnx`, or a hub model name.")
    cluster_engine: str = Field("graph", description="`graph` (nearest neighbours and Leiden) or `hdbscan` (BERTopic).")
    seed: int = Field(20260930, description="Seed of everything random.")
    batch_rows: int = Field(1000, ge=1, description="Rows a stage works on between two commits.")
    import_batch_rows: int = Field(5000, ge=1, description="Rows an import works on between two commits.")
    zone: str = Field("", description="Zone of times in imported files that name none, Europe/Berlin; empty: UTC.")
    vendor_names: str = Field("", description="Names of the vendor and its products, comma-separated: never redacted.")
    anonymous_min_group: int = Field(5, ge=1, description="Smallest group shown of an anonymous survey.")
    namer_url: str = Field("", description="Chat-completions server that names themes; empty: named from their words.")
    namer_model: str = Field("", description="The model to ask there.")
    namer_key: str = Field("", description="The key to show there.")
    webhook_url: str = Field(
        "", repr=False, description="Slack-compatible webhook that is told of new loops; empty: none is."
    )
    smtp_host: str = Field("", description="Mail server that tells owners of their loops; empty: no mail is sent.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the line is encrypted.")
    smtp_user: str = Field("", description="Who hands mail in there; empty: no login.")
    smtp_password: str = Field("", repr=False, description="The password for it.")
    smtp_from: str = Field("", validate_default=True, description="The address that mail comes from.")
    digest: str = Field("", description="When the digest is sent: weekly monday 08:00; empty: never.")
    digest_to: str = Field("", description="Addresses that get it by mail, comma-separated.")
    mismatch_checked: str = Field(
        "", description="Right/checked mismatch mentions, 45/50 say; empty: they open no loop."
    )
    queue_url: str = Field(
        "", repr=False, description="Queue that wakes the worker: postgresql:// or redis://; empty: a file at home."
    )
    rate_per_s: float = Field(50.0, ge=0, description="Requests a second for each key of the API; 0: no limit.")
    rate_burst: int = Field(100, ge=1, description="Requests that a key may make at once after a rest.")
    max_connections: int = Field(1000, ge=10, description="Connections that the API serves at once.")
    processes: int = Field(0, ge=0, le=64, description="Processes that answer the API; 0: one a core, at most 4.")
    max_body_mb: float = Field(1.0, gt=0, le=100, description="Largest body of a request, MiB.")
    max_batch_mb: float = Field(8.0, gt=0, le=100, description="Largest batch of comments, MiB.")
    max_upload_mb: float = Field(200.0, gt=0, le=2000, description="Largest file that may be uploaded, MiB.")
    log_level: str = Field("WARNING", description="Level of the log on standard error.")
    zendesk_url: str = Field("", description="Address of the Zendesk account to pull, https://acme.zendesk.com.")
    zendesk_user: str = Field("", description="Mail address of the admin whose API token it is.")
    zendesk_token: str = Field("", repr=False, description="API token of Zendesk.")
    zendesk_hook_secret: str = Field("", repr=False, description="Signing secret of Zendesk's webhook; empty: none.")
    intercom_url: str = Field("https://api.intercom.io", description="Address of Intercom's API, by region.")
    intercom_token: str = Field("", repr=False, description="Access token of Intercom.")
    intercom_hook_secret: str = Field("", repr=False, description="Client secret of Intercom's app; empty: no webhook.")
    hubspot_url: str = Field("https://api.hubapi.com", description="Address of HubSpot's API.")
    hubspot_token: str = Field("", repr=False, description="Token of a private app of HubSpot.")
    hubspot_hook_secret: str = Field("", repr=False, description="Client secret of HubSpot's app; empty: no webhook.")
    delighted_hook_secret: str = Field("", repr=False, description="API key of Delighted's project; empty: no webhook.")
    typeform_hook_secret: str = Field("", repr=False, description="Secret of Typeform's webhook; empty: no webhook.")
    jira_url: str = Field("", description="Address of the Jira site that issues go to, https://acme.atlassian.net.")
    jira_user: str = Field("", description="Mail address of the person whose API token it is.")
    jira_token: str = Field("", repr=False, description="API token of Jira.")
    jira_project: str = Field("", description="Key of the project that issues go to.")
    jira_issue_type: str = Field("Task", min_length=1, description="Name of their type.")
    linear_url: str = Field("https://api.linear.app/graphql", description="Address of Linear's API.")
    linear_token: str = Field("", repr=False, description="Personal API key of Linear.")
    linear_team: str = Field("", description="Key (ENG) or id of the team that issues go to.")
    dashboard_url: str = Field("", description="Address of the dashboard, as readers open it: issues link to it.")
    hooks_url: str = Field("", description="Public address of the API, as webhooks call it; empty: as they say.")
    api_url: str = Field("", description="Where the dashboard finds the API; empty: it drives it in process.")
    api_key: str = Field("", description="The key that the dashboard shows to the API; empty: each reader's own.")
    chromium: str = Field("", description="Chromium that `bench pages` drives; empty: the one that is installed.")
    oidc_issuer: str = Field("", description="Issuer whose sign-ins the API takes (OpenID Connect); empty: keys only.")
    oidc_audience: str = Field("", validate_default=True, description="Client ids that its tokens may be made for.")
    oidc_email_claim: str = Field("email", min_length=1, description="The claim that holds the person's address.")
    oidc_email_trusted: bool = Field(
        False, description="The issuer gives addresses to its own people only, and says no `email_verified`."
    )
    oidc_role_claim: str = Field("groups", min_length=1, description="The claim whose values stand for roles.")
    oidc_roles: str = Field("", description="value=role, comma-separated; empty: grants and staff directory decide.")

    @field_validator("cluster_engine")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value not in ("graph", "hdbscan"):
            raise ValueError("use graph or hdbscan")
        return value

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value and not is_zone(value):
            raise ValueError("give the name of a time zone, Europe/Berlin, or UTC")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _postable(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("give the whole address, https://...")
        return value

    @field_validator("digest")
    @classmethod
    def _scheduled(cls, value: str) -> str:
        read_schedule(value)
        return value

    @field_validator("digest_to")
    @classmethod
    def _readable(cls, value: str) -> str:
        for one in _listed(value):
            if len(one) > MOST_ADDRESS_CHARS or not _MAIL_ADDRESS.fullmatch(one):
                raise ValueError("give mail addresses, comma-separated: cx@example.com, board@example.com")
        return value

    @field_validator("mismatch_checked")
    @classmethod
    def _countable(cls, value: str) -> str:
        right, _, checked = value.partition("/")
        if value and not (_RIGHT_OF_CHECKED.fullmatch(value) and int(right) <= int(checked)):
            raise ValueError("give how many were right of how many checked: 45/50")
        return value

    @field_validator("oidc_issuer", "zendesk_url", "intercom_url", "hubspot_url", "jira_url", "linear_url", "hooks_url")
    @classmethod
    def _private(cls, value: str) -> str:
        parts = urlsplit(value)
        here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
        if value and not here and not (parts.scheme == "https" and parts.hostname):
            raise ValueError("give the whole address, as its owner writes it, https://...")
        return value

    @field_validator("oidc_audience")
    @classmethod
    def _made_for(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not value.strip(" ,"):
            raise ValueError("give the client id that the dashboard signs in with: any program's tokens would do else")
        return value

    @field_validator("oidc_roles")
    @classmethod
    def _mapped(cls, value: str) -> str:
        for pair in filter(None, (one.strip() for one in value.split(","))):
            if not _VALUE_AND_ROLE.fullmatch(pair):
                raise ValueError("give value=role, of viewer, csm, analyst and admin: voc-team=analyst,cx-leads=viewer")
        return value

    @field_validator("smtp_from")
    @classmethod
    def _sender(cls, value: str, info: ValidationInfo) -> str:
        if (value or info.data.get("smtp_host")) and not _MAIL_ADDRESS.fullmatch(value):
            raise ValueError("give the address that mail comes from, voice@example.com")
        return value

    @cached_property
    def mismatch_counts(self) -> tuple[int, int] | None:
        """Mismatch mentions that were right, and how many were checked; None where nobody checked any."""
        if not self.mismatch_checked:
            return None
        right, checked = self.mismatch_checked.split("/")
        return int(right), int(checked)

    @cached_property
    def digest_readers(self) -> tuple[str, ...]:
        """Who gets the digest by mail."""
        return tuple(dict.fromkeys(_listed(self.digest_to)))

    @cached_property
    def hook_secrets(self) -> tuple[tuple[str, str], ...]:
        """The products whose webhooks are taken, with their secrets."""
        names = ("zendesk", "intercom", "hubspot", "delighted", "typeform")
        return tuple((name, secret) for name in names if (secret := getattr(self, f"{name}_hook_secret")))

    @cached_property
    def trackers(self) -> tuple[str, ...]:
        """The trackers that issues can go to."""
        jira = self.jira_url and self.jira_user and self.jira_token and self.jira_project
        linear = self.linear_token and self.linear_team
        return tuple(name for name, given in (("jira", jira), ("linear", linear)) if given)

    @cached_property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.home / 'sottovoce.db'}"

    @cached_property
    def api_processes(self) -> int:
        """How many processes answer: they are forked, which only Linux does safely once libraries are loaded."""
        if sys.platform != "linux":
            return 1
        return self.processes or min(MOST_PROCESSES, len(os.sched_getaffinity(0)))

    @cached_property
    def kept_names(self) -> frozenset[str]:
        """Names of the vendor and its products."""
        return frozenset(name.strip() for name in self.vendor_names.split(",") if name.strip())

    @cached_property
    def url_shown(self) -> str:
        """The database URL without its password."""
        from data.store.unit_of_work import hide_password

        return hide_password(self.url)

    @cached_property
    def secret_path(self) -> Path:
        """The file that holds the secret."""
        return self.secret_file or self.home / "secret.key"

    def store(self) -> "Store":
        """Open the store. The database's library is imported here: what needs no store starts without it."""
        from data.store.unit_of_work import Store

        return Store(self.url)

    def vault(self) -> Vault:
        """Open the vault; the secret is made on first use.

        Raises:
            SettingsError: The secret file can't be read or made.
        """
        try:
            return Vault(_read_or_make_secret(self.secret_path))
        except OSError as error:
            raise SettingsError(
                f"can't read or make the secret file {self.secret_path} ({error}): set SOTTOVOCE_SECRET_FILE"
            ) from error


def _listed(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]


def _read_or_make_secret(path: Path) -> bytes:
    if path.exists():
        return bytes.fromhex(path.read_text().strip())
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_bytes(SECRET_BYTES)
    # Written whole under another name first: a killed process leaves no half secret, and of two makers one wins.
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    scratch.touch(mode=0o600)
    scratch.write_text(secret.hex() + "\n")
    try:
        os.link(scratch, path)
    except FileExistsError:
        pass
    finally:
        scratch.unlink()
    return bytes.fromhex(path.read_text().strip())


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: A variable has a value that can't be used; names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SOTTOVOCE_" + "_".join(str(part) for part in first["loc"]).upper()
        # A webhook's address is a secret, and this line may end in a log.
        value = "set" if name == "SOTTOVOCE_WEBHOOK_URL" else repr(first.get("input"))
        raise SettingsError(f"{name} is {value}: {first['msg']}; see docs/settings.md") from None
