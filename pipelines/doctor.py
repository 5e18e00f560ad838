"""Check that everything a run needs is there, and say what to do where it is not."""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from data.errors import DataError
from data.store.unit_of_work import head_revision
from pipelines.errors import PipelineError
from pipelines.settings import DATA, Settings

# A run over 100,000 comments writes about 1 GB: text, vectors, mentions, counts and the WAL beside them.
FREE_DISK_MB = 1024
PACKAGES = ("torch", "sentence-transformers", "spacy", "bertopic", "hdbscan", "faiss-cpu", "graspologic-native")


@dataclass(frozen=True)
class Finding:
    """One thing that was checked, what was found, and how to mend it."""

    what: str
    ok: bool
    found: str
    mend: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Run every check; none of them changes anything but a missing home folder and secret."""
    checks = (_python, _packages, _models, _taxonomy, _secret, _database, _disk)
    return [finding for check in checks for finding in check(settings)]


def _python(_settings: Settings) -> Iterator[Finding]:
    found = f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"
    yield Finding("python", sys.version_info >= (3, 11), found, "" if sys.version_info >= (3, 11) else "use 3.11+")


def _packages(_settings: Settings) -> Iterator[Finding]:
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Finding(
        "packages", not missing, ", ".join(found), f"missing {', '.join(missing)}: make install" * bool(missing)
    )


def _attempt(what: str, act: Callable[[], str], mend: str) -> Finding:
    from nlp.errors import NlpError

    try:
        return Finding(what, True, act())
    except (NlpError, DataError, PipelineError, OSError) as error:
        return Finding(what, False, str(error), mend)


def _models(settings: Settings) -> Iterator[Finding]:
    from nlp.text.spacy_pass import MODEL, SpacyPass
    from pipelines.configs import open_embedder

    def embedder() -> str:
        model = open_embedder(settings)
        vector = model.embed(["A short text."])
        return f"{model.key}, {vector.shape[1]} dimensions"

    def spacy_model() -> str:
        SpacyPass().read(["A short text."])
        return MODEL

    yield _attempt("embedder", embedder, "make install; or set SOTTOVOCE_EMBEDDER=packaged")
    yield _attempt("spacy", spacy_model, "make install")


def _taxonomy(settings: Settings) -> Iterator[Finding]:
    from pipelines.taxonomy import load_taxonomy, open_tagger

    def tagger() -> str:
        return f"{len(load_taxonomy())} themes, tagger {open_tagger(settings).key[:24]}"

    yield _attempt("taxonomy", tagger, f"restore {DATA / 'taxonomy'}, or train again: sottovoce taxonomy train")


def _secret(settings: Settings) -> Iterator[Finding]:
    def secret() -> str:
        settings.vault()
        return str(settings.secret_path)

    yield _attempt("secret", secret, "set SOTTOVOCE_SECRET_FILE to a file of 64 hex digits")


def _database(settings: Settings) -> Iterator[Finding]:
    def database() -> str:
        revision = settings.store().revision()
        if revision not in (None, head_revision()):
            raise PipelineError(f"{settings.url_shown} is at revision {revision}, this version needs {head_revision()}")
        return f"{settings.url_shown}, {'empty' if revision is None else 'revision ' + revision}"

    yield _attempt("database", database, "sottovoce migrate; or set SOTTOVOCE_DATABASE_URL")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.home if settings.home.exists() else settings.home.parent
    free = shutil.disk_usage(folder).free // 2**20
    yield Finding(
        "disk",
        free >= FREE_DISK_MB,
        f"{free:,} MB free at {folder}",
        "" if free >= FREE_DISK_MB else f"free {FREE_DISK_MB:,} MB, or set SOTTOVOCE_HOME to another disk",
    )
