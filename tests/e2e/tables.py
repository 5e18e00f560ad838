"""The whole store as plain values, without what differs between two runs that did the same."""

from sqlalchemy import select

from data.store.models import Base
from data.store.queries.clock import newest_record
from data.store.queries.counts import KINDS, theme_counts
from data.store.queries.slices import Slice
from data.store.unit_of_work import Store

# Surrogate keys of runs, times of the clock and ciphertexts (a fresh nonce each time).
VOLATILE = {
    "imported_at",
    "updated_at",
    "happened_at",
    "set_aside_at",
    "body_encrypted",
    "row_encrypted",
    "born_run_id",
    "run_id",
    "id",
    "comment_pk",
    "passage_id",
    "stamp",
}
# The packs hold keys of comments: what is counted from them is compared instead.
LEFT_OUT = {"runs", "run_stages", "api_keys", "audit", "facts", "originals", "account_packs"}
COUNTED = ("theme", "account", "role", "stage", "source", "score_band", "month")


def snapshot(store: Store) -> dict[str, list[str]]:
    """Give every table as sorted rows of text."""
    found = {}
    with store.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            columns = [column for column in table.columns if column.name not in VOLATILE]
            found[table.name] = sorted(repr(tuple(row)) for row in session.execute(select(*columns)))
        everything = Slice(as_of=newest_record(session))
        for kind in KINDS:
            found[f"counts of {kind}"] = [
                repr(one) for one in theme_counts(session, everything, group_by=COUNTED, kind=kind)
            ]
    return found
