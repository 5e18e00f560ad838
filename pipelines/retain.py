"""The stage of retention: the study of all accounts, worked out once; answers that ask for it find it ready.

Permuting accounts a thousand times takes a second or more of CPU: too long for an answer, nothing for a run. It is
worked out again only where an account-quarter changed.
"""

import json
from dataclasses import asdict
from typing import Any

from cx.quarters import last_finished, quarters_after
from cx.retention_study import DEFAULT_QUARTERS, SEED, Study, fingerprint, study
from data.store.queries.clock import newest_record
from data.store.queries.retention import quarter_book
from data.store.queries.slices import Slice
from data.store.repositories.retention import keep_study, kept_study
from pipelines.stage import Bench, StageReport, stage


def run(bench: Bench) -> StageReport:
    """Study the quarters that are over, of all accounts."""
    with stage(bench, "retain", None) as report:
        with bench.store.read() as session:
            now = newest_record(session)
            last = last_finished(now.date())
            everybody = Slice(as_of=now, anonymous_min_group=bench.settings.anonymous_min_group)
            book = quarter_book(session, everybody, first=quarters_after(last, 1 - DEFAULT_QUARTERS), last=last)
            mark = fingerprint(book.rows, book.scores.answers, last=last, seed=SEED)
            known = kept_study(session, mark) is not None
        report.rows_in = len(book.rows)
        if known or not book.rows:
            return report
        found = study(book.rows, book.scores.answers, last=last, seed=SEED)
        with bench.store.write() as session:
            keep_study(session, as_json(found), found.lines[0].line, fingerprint=mark, now=bench.clock())
        report.rows_out = len(book.rows)
    return report


def as_json(found: Study) -> dict[str, Any]:
    """Write a study as JSON takes it: days as text."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(found), default=str))
    return plain
