"""Stage 6: what accounts said, packed for counting again where it changed: comments, mentions, answers."""

from data.store.repositories import cells as repository
from pipelines.stage import Bench, StageReport, stage

# Accounts between two commits: a few tens of thousands of comments at the most.
ACCOUNTS_PER_BATCH = 100


def run(bench: Bench) -> StageReport:
    """Pack the stale accounts again; `rows_out` are themes of comments."""
    with bench.store.read() as session:
        total = repository.count_stale(session)
    with stage(bench, "summarise", total) as report:
        while total:
            with bench.store.write() as session:
                batch = repository.stale_accounts(session, ACCOUNTS_PER_BATCH)
                if not batch:
                    break
                report.rows_out += repository.refresh_cells(session, batch)
            report.rows_in += len(batch)
            bench.progress.advance(len(batch))
        report.counts["accounts"] = report.rows_in
    return report
