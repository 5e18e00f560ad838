"""A run killed at any moment is ended by the next one, with the same result as an undisturbed run.

A few kills of whole processes; `python -m tests.e2e.kills` does fifty on each database.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.store.unit_of_work import Store
from tests.e2e.few import few_answers
from tests.e2e.tables import snapshot

ROWS = 120
# Seconds after the start at which a run is killed: from loading models to storing themes.
SEED, KILLS, LATEST_S = 11, 4, 9.0


def _command(home: Path, *words: str) -> subprocess.Popen:
    environment = {
        **os.environ,
        "SOTTOVOCE_HOME": str(home),
        "SOTTOVOCE_SECRET_FILE": str(home.parent / "secret.key"),
        "SOTTOVOCE_BATCH_ROWS": "20",
        "SOTTOVOCE_IMPORT_BATCH_ROWS": "20",
    }
    environment.pop("SOTTOVOCE_DATABASE_URL", None)
    words = (sys.executable, "-c", "from pipelines.cli import main; main()", *words)
    return subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _finish(home: Path, *words: str) -> None:
    process = _command(home, *words)
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors.decode()


def _kill_after(home: Path, seconds: float, *words: str) -> None:
    process = _command(home, *words)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    return few_answers(tmp_path_factory.mktemp("killed") / "answers", ROWS)


@pytest.fixture(scope="module")
def undisturbed(answers):
    home = answers.parent / "undisturbed"
    _finish(home, "import", str(answers))
    _finish(home, "run")
    return snapshot(Store(f"sqlite:///{home / 'sottovoce.db'}"))


def test_killed_run_ends_like_an_undisturbed_one(answers, undisturbed):
    home, moments = answers.parent / "killed", random.Random(SEED)
    _kill_after(home, moments.uniform(0.5, 2.0), "import", str(answers))
    _finish(home, "import", str(answers))
    for _ in range(KILLS):
        _kill_after(home, moments.uniform(1.0, LATEST_S), "run")
    _finish(home, "run")
    found = snapshot(Store(f"sqlite:///{home / 'sottovoce.db'}"))
    assert {name: len(rows) for name, rows in found.items()} == {name: len(rows) for name, rows in undisturbed.items()}
    assert found == undisturbed
