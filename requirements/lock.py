"""Pin what is installed: walk the requirements of the project through the environment and write them down.

Written rather than taken from pip-tools because the CPU build of torch carries a local version ("+cpu") that the
resolver either refuses or swaps for the CUDA build. `make lock` runs it; the result is checked by `make test`.
"""

import sys
import tomllib
from importlib.metadata import distribution, version
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


def lines(pins: dict[str, str], without: set[str]) -> str:
    """Give the pins as lines, sorted."""
    return "".join(f"{name}=={pins[name]}\n" for name in sorted(pins) if name not in without)


def main() -> None:
    """Write torch.txt, base.txt and dev.txt."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]
    base = closure([*project["dependencies"], *BUILD])
    dev = closure(project["optional-dependencies"]["dev"])
    sys.stdout.write(f"{len(base)} packages to run, {len(dev.keys() - base.keys())} more to test\n")
    (HERE / "torch.txt").write_text(HEAD.format(what="the CPU build") + f"torch=={base['torch']}\n")
    (HERE / "base.txt").write_text(HEAD.format(what="what running needs") + lines(base, APART))
    (HERE / "dev.txt").write_text(HEAD.format(what="what testing needs besides") + lines(dev, set(base)))


if __name__ == "__main__":
    main()
