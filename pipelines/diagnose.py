"""Stage 7: where each account stands, for lists sorted by risk; worked out again only where something changed."""

from data.store.queries.clock import newest_record
from data.store.queries.slices import Slice
from data.store.queries.standing import risk_slice
from data.store.repositories import standing as repository
from pipelines.stage import Bench, StageReport, stage

# Accounts between two commits: two quarters of answers, weeks and tickets of each are read at once.
ACCOUNTS_PER_BATCH = 500


def run(bench: Bench) -> StageReport:
    """Work out the standing of every account whose answers, usage, tickets or dates changed, or whose day moved on."""
    with stage(bench, "diagnose", None) as report:
        with bench.store.read() as session:
            everybody = Slice(as_of=newest_record(session), anonymous_min_group=bench.settings.anonymous_min_group)
            line = repository.risk_line(session)
        now = risk_slice(everybody, everybody.as_of)
        last = ""
        while True:
            with bench.store.write() as session:
                ids = repository.account_ids(session, after=last, limit=ACCOUNTS_PER_BATCH)
                if not ids:
                    repository.drop_foreign(session)
                    break
                report.rows_out += repository.refresh_standings(session, now, ids, line=line)
            bench.progress.advance(len(ids))
            last = ids[-1]
        report.rows_in = report.rows_out
    return report
