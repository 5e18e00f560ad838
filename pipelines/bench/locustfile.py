"""What locust runs (`sottovoce bench load` starts it): asks given questions at a steady rate and keeps every time.

Open loop: each user asks at fixed moments, whether or not the others were answered; with two seconds between a user's
questions none is put off by an answer that takes less. No address is asked twice and nothing is sent that would let the
server answer 304.
"""

import json
import random
import time
from pathlib import Path
from typing import Any

from locust import FastHttpUser, events, task

# `pipelines.bench.load` writes it into the folder that locust is started in.
PLAN = json.loads(Path("plan.json").read_text())
QUESTIONS = iter(PLAN["questions"])
# Between two questions of one user.
PERIOD_S = 1 / PLAN["per_user_s"]
JITTER = random.Random(PLAN["seed"])
SAMPLES: list[tuple[str, float, str]] = []
BEGAN = time.monotonic()


class Reader(FastHttpUser):
    """Asks the next question of the list at moments of its own, whoever's turn it is."""

    def on_start(self) -> None:
        """Draw one's moments: without that all users would ask at once (locust lets others go on meanwhile)."""
        self.turn, self.first = 0, time.monotonic() + JITTER.uniform(0, PERIOD_S)
        time.sleep(self.wait_time())

    def wait_time(self) -> float:
        """Give the seconds until the next moment: a late answer moves none of those to come."""
        due = self.first + self.turn * PERIOD_S
        self.turn += 1
        return max(0.0, due - time.monotonic())

    @task
    def ask(self) -> None:
        """Ask once, and stop where nothing is left to ask."""
        question = next(QUESTIONS, None)
        if question is None:
            self.environment.runner.quit()
            return
        headers = {"Authorization": f"Bearer {PLAN['keys'][question['key']]}"}
        self.client.get(question["path"], name=question["name"], headers=headers)


@events.request.add_listener
def _keep(name: str, response_time: float, exception: Exception | None, **_: Any) -> None:  # noqa: ANN401
    """Keep a time once the warm-up is over."""
    if time.monotonic() - BEGAN >= PLAN["warm_up_s"]:
        SAMPLES.append((name, round(response_time, 2), "" if exception is None else str(exception)[:200]))


@events.quitting.add_listener
def _write(**_: Any) -> None:  # noqa: ANN401
    Path(PLAN["out"]).write_text(json.dumps(SAMPLES))
