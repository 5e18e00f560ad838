"""What a measured process costs, and that a bench goes on where it was."""

import json
import subprocess
import sys

import pytest

from pipelines.bench.process import BenchError, Measured, Step, measure
from pipelines.bench.records import Records, read_all
from pipelines.bench.tasks import Task, carry_out


def _python(code, **kwargs):
    return Step("main", (sys.executable, "-c", code), **kwargs)


# The suite's own process is large by now, and a fork's peak begins at what its parent holds.
FROM_A_SMALL_PROCESS = """
import json, sys
from dataclasses import asdict
from pipelines.bench.process import Step, measure
print(json.dumps(asdict(measure(Step("main", (sys.executable, "-c", sys.argv[1]))))))
"""


def test_memory_time_and_result_are_those_of_the_child():
    code = "import time; held = bytearray(150 << 20); time.sleep(.2); print('noise'); print('{\"a\": 1}')"
    done = subprocess.run([sys.executable, "-c", FROM_A_SMALL_PROCESS, code], capture_output=True, check=True)
    found = Measured(**json.loads(done.stdout))
    assert found.result == {"a": 1}
    assert 150 < found.peak_mib < 400
    assert 0.2 <= found.wall_s < 20
    assert found.cpu_s < found.wall_s


def test_memory_of_children_of_the_child_adds_up():
    held = "import time; held = bytearray(100 << 20); time.sleep(1.5)"
    code = f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {held!r}]); {held}; c.wait(); print(1)"
    found = measure(_python(code, prints_json=False))
    assert found.peak_mib > 200


def test_variables_reach_the_command():
    code = "import os; print('{\"home\": \"' + os.environ['SOTTOVOCE_HOME'] + '\"}')"
    assert measure(_python(code, environment={"SOTTOVOCE_HOME": "/x"})).result == {"home": "/x"}


def test_failed_command_says_its_last_words():
    with pytest.raises(BenchError, match="ended with 3: too bad"):
        measure(_python("import sys; sys.stderr.write('too bad'); sys.exit(3)"))
    with pytest.raises(BenchError, match="printed no JSON"):
        measure(_python("print('all fine')"))


def _counting(name, log, runs=2, code="print('{}')"):
    def steps(run):
        log.append((name, run))
        return [_python(code)]

    return Task("start", name, "ours", steps, runs=runs)


def test_killed_bench_goes_on_where_it_was(tmp_path):
    log: list[tuple[str, int]] = []

    def killed(run):
        log.append(("b", run))
        raise KeyboardInterrupt

    tasks = [_counting("a", log), Task("start", "b", "ours", killed)]
    with pytest.raises(KeyboardInterrupt):
        carry_out(tasks, tmp_path, again=False, say=lambda line: None)
    assert log == [("a", 0), ("b", 0)]
    log.clear()
    assert carry_out([_counting("a", log), _counting("b", log)], tmp_path, again=False, say=lambda line: None) == []
    assert log == [("b", 0), ("a", 1), ("b", 1)]
    assert {(run["task"], run["run"]) for run in read_all(tmp_path)} == {
        (f"start/{name}/ours", run) for name in "ab" for run in (0, 1)
    }


def test_failure_stops_its_task_only_and_is_tried_again(tmp_path):
    log: list[tuple[str, int]] = []
    tasks = [_counting("bad", log, code="raise SystemExit(1)"), _counting("good", log)]
    failures = carry_out(tasks, tmp_path, again=False, say=lambda line: None)
    assert len(failures) == 1
    assert failures[0].startswith("start/bad/ours")
    assert log == [("bad", 0), ("good", 0), ("good", 1)]
    log.clear()
    carry_out(tasks, tmp_path, again=False, say=lambda line: None)
    assert log == [("bad", 0)]


def test_again_forgets_only_the_tasks_asked_for(tmp_path):
    records = Records(tmp_path, "start")
    for name in ("a", "b"):
        records.add(f"start/{name}/ours", 0, steps={"main": Measured(1.0, 1.0, 1.0, {})}, load_before=0.0)
    log: list[tuple[str, int]] = []
    carry_out([_counting("a", log, runs=1)], tmp_path, again=True, say=lambda line: None)
    assert log == [("a", 0)]
    assert {run["task"] for run in read_all(tmp_path)} == {"start/a/ours", "start/b/ours"}
