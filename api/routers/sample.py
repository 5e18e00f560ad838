"""The shipped sample: a vendor's invented accounts, brought into an empty store to see what the product shows."""

from fastapi import APIRouter, Request

from api.access import AdminDep, StoreDep
from api.deps import READS, newest_time
from api.errors import NotEmptyError
from api.routers.jobs import job_out
from api.schemas.jobs import JobOut
from api.writers import WORK, now_of
from data.store.queries.clock import EMPTY
from data.store.repositories.audit import record
from data.store.repositories.jobs import add_job, waiting_sample

router = APIRouter(prefix="/v1/sample", tags=["imports"], responses=READS)


@router.post("", summary="Bring the shipped sample into an empty store", status_code=202)
def import_sample(request: Request, store: StoreDep, caller: AdminDep) -> JobOut:
    """Import and analyse the sample in the background. Refused once there is data: its accounts would mix with yours.

    Where it is asked for already and not done, the answer is that job.
    """
    if newest_time(request, store, caller).year > EMPTY.year:
        raise NotEmptyError(
            "the store holds data, and the sample is for an empty one: give it a SOTTOVOCE_HOME of its own"
        )
    with store.write() as session:
        job = waiting_sample(session)
        if job is None:
            now = now_of(request)
            job = add_job(session, "sample", key_id=caller.key_id, now=now)
            record(session, actor=caller.key_id, action="import sample", detail={"job_id": job.job_id}, now=now)
        shown = job_out(job, caller)
    request.app.state.services.wake(WORK)
    return shown
