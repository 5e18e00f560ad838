"""What comes from outside: pinned with hashes, weights known by theirs, nothing read that could run code."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("nlp", "cx", "data", "pipelines", "api", "dashboard")
# Reading these runs what they say.
RUNS_CODE = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
CALLS = ("torch.load", "eval", "exec", "yaml.load", "pd.read_pickle", "pandas.read_pickle")
ARGUMENTS = ("allow_pickle", "trust_remote_code")
# A pipe to a process that it started itself.
OWN_PIPE = {"pipelines/evaluate/reader.py"}


def trees() -> list[tuple[str, ast.Module]]:
    """Parse the files that hold one of the words at all."""
    words = re.compile(r"\b(?:" + "|".join([*RUNS_CODE, *CALLS, *ARGUMENTS]) + r")\b")
    files = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "var" not in path.parts)
    texts = [(str(path.relative_to(ROOT)), path.read_text()) for path in files]
    return [(name, ast.parse(text)) for name, text in texts if words.search(text)]


def test_every_pin_has_a_hash():
    for name in ("base", "dev"):
        pins = re.split(r"\n(?=[a-z])", (ROOT / "requirements" / f"{name}.txt").read_text().partition("\n")[2])
        assert len(pins) > 50
        bare = [pin for pin in pins if not re.match(r"[\w.-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", pin)]
        assert bare == []
    made = (ROOT / "Makefile").read_text() + (ROOT / "Dockerfile").read_text()
    installs = re.findall(r"install .*-r requirements/(?:base|dev)\.txt", made)
    assert len(installs) == 3
    assert all("--no-deps" in one and "--require-hashes" in one for one in installs)


def test_nothing_is_read_that_runs_code():
    found = set()
    for name, tree in trees():
        for node in ast.walk(tree):
            modules = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if {module.split(".")[0] for module in modules} & RUNS_CODE:
                found.add(name)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS:
                found.add(name)
            if isinstance(node, ast.keyword) and node.arg in ARGUMENTS:
                assert isinstance(node.value, ast.Constant), name
                assert node.value.value is False, name
    assert found <= OWN_PIPE


def test_image_runs_without_rights():
    last = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    (user,) = re.findall(r"^USER (\d+)$", last, re.MULTILINE)
    assert int(user) > 0
    compose = (ROOT / "compose.yaml").read_text()
    assert "read_only: true" in compose
    assert "privileged" not in compose
