"""What a webhook is answered."""

from pydantic import Field

from api.schemas.base import Schema


class HookOut(Schema):
    """The body was taken; an admin finds what became of it under the job."""

    job_id: str = Field(description="GET /v1/jobs/{job_id}, for an admin's key of all accounts.")
