"""The shipped sample, brought into the store by a job: the first look at the product, without a file of one's own."""

import dataclasses

from data.store.repositories import jobs
from data.store.repositories.jobs import JobTask
from pipelines.ingest import import_path
from pipelines.settings import DATA
from pipelines.stage import Bench

SAMPLE = DATA / "sample"
# The vendor of the sample: its name and its product's are not people.
VENDOR_NAMES = "Quillmere,Quill,Q"


def import_sample(bench: Bench, job: JobTask) -> None:
    """Import the sample; stopped anywhere, importing again ends with the same tables."""
    report = import_path(SAMPLE, bench=bench)
    counts = {name: count for name, count in report.counts().items() if name != "read"}
    with bench.store.write() as session:
        jobs.imported(session, job.job_id, counts=counts)
        jobs.get_job(session, job.job_id).received = report.counts()["read"]


def of_its_vendor(bench: Bench) -> Bench:
    """Give a bench that knows the sample's vendor by name, unless it knows one."""
    names = bench.settings.vendor_names or VENDOR_NAMES
    return dataclasses.replace(bench, settings=bench.settings.model_copy(update={"vendor_names": names}))
