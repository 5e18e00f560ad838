"""What a server works out before the first question, once for all processes that are forked from it."""

from sqlalchemy.orm import Session

from data.store.columns.cache import read_columns
from data.store.columns.pack import KINDS
from data.store.columns.whole import Whole
from data.store.queries.answers import scored_answers
from data.store.queries.clock import newest_record
from data.store.queries.counts import count_groups
from data.store.queries.selection import unnamed
from data.store.queries.slices import Slice
from data.store.queries.themes import theme_list


def work_out(session: Session, *, anonymous_min_group: int) -> None:
    """Read the columns (a second at a million comments) and make what follows from them alone (another one).

    Once while the columns stay as they are: a process that is forked later finds it made.
    """
    whole = read_columns(session)
    if whole.accounts:
        whole.once(("ahead", anonymous_min_group), lambda: _make(session, whole, anonymous_min_group))


def _make(session: Session, whole: Whole, anonymous_min_group: int) -> None:
    """Ask what makes each thing that is kept with the columns: 13 MB that every process would make for itself."""
    filters = Slice(newest_record(session), anonymous_min_group=anonymous_min_group)
    scored_answers(session, whole, filters, by_account=True)
    unnamed(session, whole, filters)
    for kind in KINDS:
        count_groups(session, filters, group_by=("theme", "month"), kind=kind)
        # Each comment once, by the worst that it says.
        count_groups(session, filters, group_by=("month",), kind=kind)
        # What a list keeps is made when it is asked for again.
        for _ in range(2):
            theme_list(session, filters, kind=kind)
