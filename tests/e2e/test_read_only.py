"""As the image runs it: a user without rights, on a tree and a Python that nobody can write to (Linux, as root)."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.bench.served import free_port
from tests.e2e.few import few_answers

ROOT = Path(__file__).parents[2]
# What is mounted and given up before anything of the project runs. The home of this user is hidden: it may be closed to
# others, and Python may lie in it.
SCRIPT = """
set -e
mount --make-rprivate /
mkdir "$AT/python" "$AT/state" && chown "$USER_ID" "$AT/state" && chmod 755 "$AT"
mount --bind "$BASE" "$AT/python"
mount -t tmpfs -o mode=755 hidden "$HOME_TREE"
mkdir -p "$BASE" && mount --bind "$AT/python" "$BASE"
for place in "$BASE" "$TREE"; do
  mount --bind "$place" "$place" && mount -o remount,bind,ro "$place"
done
cd "$TREE"
exec setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups --bounding-set=-all --no-new-privs \\
  env -i PATH="$TREE/.venv/bin:/usr/bin:/bin" PYTHONDONTWRITEBYTECODE=1 SOTTOVOCE_HOME="$AT/state" \\
  "$PYTHON" -c "$CODE" "$AT/rows" "$PORT"
"""
CODE = """
import json, os, subprocess, sys, time, urllib.request
from pathlib import Path
rows, port = sys.argv[1:]
def sottovoce(*words):
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
told = {"user": os.getuid(), "writable": []}
for folder, _, files in os.walk(".", onerror=None):
    if os.access(folder, os.W_OK):
        told["writable"].append(folder)
sottovoce("import", rows)
sottovoce("run")
key = sottovoce("key", "create", "--name", "t", "--role", "viewer").split()[0]
served = subprocess.Popen([sys.executable, "-c", "from pipelines.cli import main; main()", "serve", "--port", port])
try:
    for _ in range(300):
        try:
            address = f"http://127.0.0.1:{port}/v1/comments?q=support"
            ask = urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})
            told["found"] = len(json.load(urllib.request.urlopen(ask, timeout=30))["items"])
            break
        except OSError:
            time.sleep(0.2)
finally:
    served.terminate()
    served.wait(30)
print(json.dumps(told))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="mounts a tree read-only: only root may")
def test_runs_without_rights_on_a_read_only_tree() -> None:
    (user,) = re.findall(r"^USER (\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    at = Path("/var/tmp") / f"sottovoce-{os.getpid()}"
    at.mkdir()
    try:
        few_answers(at / "rows", 30)
        given = {
            "AT": str(at),
            "USER_ID": user,
            "BASE": sys.base_prefix,
            "HOME_TREE": str(Path.home()),
            "TREE": str(ROOT),
            "PYTHON": sys.executable,
            "CODE": CODE,
            "PORT": str(free_port()),
        }
        command = ["unshare", "--mount", "sh", "-c", SCRIPT]
        done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout.splitlines()[-1])
        assert (told["user"], told["writable"]) == (int(user), [])
        assert told["found"] > 0
    finally:
        shutil.rmtree(at)
