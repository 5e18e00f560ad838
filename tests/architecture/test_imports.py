"""Which room may import which, and names that would hide our packages."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("nlp", "cx", "data", "pipelines", "api", "dashboard")
# Binding one of these hides the package of that name (spaCy's habit is `nlp = spacy.load(...)`).
FORBIDDEN = {"nlp", "api", "data", "dashboard", "pipelines"}


def _sources() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "var" not in path.parts)


def test_import_contracts_hold():
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _bound_names(tree: ast.AST) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname for alias in node.names if alias.asname}
    return names


@pytest.mark.parametrize("path", _sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_name_hides_a_package(path):
    hidden = _bound_names(ast.parse(path.read_text())) & FORBIDDEN
    assert not hidden, f"{path} binds {sorted(hidden)}"


def test_dashboard_holds_no_module_named_like_a_package():
    # `streamlit run` puts dashboard/ first on the import path.
    names = {path.stem for path in (ROOT / "dashboard").iterdir()}
    assert not names & {*ROOMS, "tests"}


def test_every_test_folder_is_a_package():
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [str(f) for f in folders if not (f / "__init__.py").exists()] == []
