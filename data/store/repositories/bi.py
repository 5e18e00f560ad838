"""What the views for BI tools (`bi_...`, docs/bi.md) ask besides the data: a view can't read a setting."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import BiRule
from data.store.queries.slices import DEFAULT_MIN_GROUP
from data.store.repositories.bulk import insert_or_update
from data.store.unit_of_work import Store

MIN_GROUP = "anonymous_min_group"


def keep_min_group(store: Store, least: int) -> None:
    """Tell the views the smallest group shown of anonymous surveys; writes only where it is another one."""
    with store.read() as session:
        if _kept(session) == least:
            return
    with store.write() as session:
        insert_or_update(session, BiRule, [{"name": MIN_GROUP, "value": least}])


def _kept(session: Session) -> int:
    found = session.scalar(select(BiRule.value).where(BiRule.name == MIN_GROUP))
    return DEFAULT_MIN_GROUP if found is None else found
