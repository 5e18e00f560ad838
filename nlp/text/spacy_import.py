"""Import spaCy without what the passage reader never uses: torch and the command line.

`thinc` imports torch wherever it is installed (1.3 s and 200 MiB) although the packaged model runs on numpy, and
`spacy` imports its own command line with its download client. Both are kept out while spaCy is imported for the first
time; afterwards everybody can import them as usual. thinc then takes torch for missing, which only matters to spaCy
models that hold torch layers; this project has none.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

COMMAND_LINE = ("spacy.cli", "spacy.cli.info")
KEPT_OUT = ("torch",)


@contextmanager
def lean_spacy_import() -> Iterator[None]:
    """Import spaCy inside; does nothing when it has been imported before."""
    if "spacy" in sys.modules:
        yield
        return
    stand_ins = {name: ModuleType(name) for name in COMMAND_LINE}
    # What `spacy/__init__.py` takes from there.
    stand_ins["spacy.cli.info"].info = None  # type: ignore[attr-defined]
    hidden = [name for name in KEPT_OUT if name not in sys.modules]
    sys.modules.update(stand_ins)
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            if sys.modules.get(name, stand_ins) is None:
                del sys.modules[name]
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
        spacy = sys.modules.get("spacy")
        if getattr(spacy, "cli", None) is stand_ins["spacy.cli"]:
            del spacy.cli  # type: ignore[union-attr]
