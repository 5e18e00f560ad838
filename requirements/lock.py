"""Pin what is installed: walk the requirements of the project through the environment and write them down.

Written rather than taken from pip-tools because the CPU build of torch carries a local version ("+cpu") that the
resolver either refuses or swaps for the CUDA build. `make lock` runs it. Each pin carries the SHA-256 of every file
that the index has of that version; pip installs nothing else. torch has none: its CPU build lies on another index.
"""

import sys
import tomllib
from importlib.metadata import distribution, version
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from piptools.repositories import PyPIRepository

HERE = Path(__file__).parent
HEAD = "# Written by `make lock`; {what}. Do not edit.\n"
# torch stands alone: it is installed first, from its own index where a user names one. setuptools builds the project.
APART = {"torch"}
BUILD = ["setuptools", "wheel"]


def closure(requirements: list[str]) -> dict[str, str]:
    """Give name -> version of everything that these requirements bring, as installed here."""
    found: dict[str, str] = {}
    waiting = [Requirement(line) for line in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, frozenset(requirement.extras)) in seen:
            continue
        seen.add((name, frozenset(requirement.extras)))
        found[name] = version(name).split("+")[0]
        for line in distribution(name).requires or []:
            child = Requirement(line)
            extras = [{**default_environment(), "extra": extra} for extra in ("", *requirement.extras)]
            if child.marker is None or any(child.marker.evaluate(environment) for environment in extras):
                waiting.append(child)
    return found


def hashes(index: PyPIRepository, name: str, pin: str) -> list[str]:
    """Give the SHA-256 of every file of a version, for any system, as the index says them.

    Raises:
        LookupError: The index does not say them.
    """
    with index.allow_all_wheels():
        # By their text: pip brings a class of versions of its own.
        links = [one.link for one in index.find_all_candidates(name) if str(one.version) == str(Version(pin))]
    found = {link.hash for link in links if link.hash_name == "sha256" and link.hash}
    if not found:
        raise LookupError(f"the index has no SHA-256 of {name}=={pin}: install a version that it has, and lock again")
    return sorted(found)


def lines(index: PyPIRepository, pins: dict[str, str], without: set[str]) -> str:
    """Give the pins with their hashes as lines, sorted."""
    told = []
    for name in sorted(pins.keys() - without):
        told.append(" \\\n    --hash=sha256:".join([f"{name}=={pins[name]}", *hashes(index, name, pins[name])]) + "\n")
    return "".join(told)


def main() -> None:
    """Write torch.txt, base.txt and dev.txt."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]
    base = closure([*project["dependencies"], *BUILD])
    dev = closure(project["optional-dependencies"]["dev"])
    sys.stdout.write(f"{len(base)} packages to run, {len(dev.keys() - base.keys())} more to test\n")
    with TemporaryDirectory() as cache:
        index = PyPIRepository([], cache_dir=cache)
        to_run, to_test = lines(index, base, APART), lines(index, dev, {*base, *APART})
    (HERE / "torch.txt").write_text(HEAD.format(what="the CPU build") + f"torch=={base['torch']}\n")
    (HERE / "base.txt").write_text(HEAD.format(what="what running needs") + to_run)
    (HERE / "dev.txt").write_text(HEAD.format(what="what testing needs besides") + to_test)


if __name__ == "__main__":
    main()
