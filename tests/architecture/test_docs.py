"""Docs that are kept in step with the code."""

from pathlib import Path

from pipelines.settings import Settings

ROOT = Path(__file__).parents[2]


def test_every_setting_is_documented():
    page = (ROOT / "docs" / "settings.md").read_text()
    missing = [name for name in Settings.model_fields if f"`SOTTOVOCE_{name.upper()}`" not in page]
    assert missing == []


def test_readme_names_the_two_commands_that_ci_calls():
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_every_shipped_folder_has_a_readme_that_lists_its_files():
    for folder in ("sample", "taxonomy", "gold"):
        readme = (ROOT / "data" / folder / "README.md").read_text()
        files = [p.name for p in (ROOT / "data" / folder).iterdir() if p.is_file() and p.name != "README.md"]
        assert files, folder
        assert [name for name in files if name not in readme] == []


def test_environment_is_read_in_one_place():
    readers = [
        str(path.relative_to(ROOT))
        for room in ("nlp", "cx", "data", "pipelines", "api", "dashboard")
        for path in (ROOT / room).rglob("*.py")
        if any(word in path.read_text() for word in ("os.environ", "os.getenv"))
    ]
    # The dashboard runs in a process of its own: its client reads the address and key that the launcher set.
    assert set(readers) <= {"pipelines/settings.py", "pipelines/commands/serving.py", "dashboard/client.py"}
