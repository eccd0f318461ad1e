"""Find a job, and the seller of a new one."""

from mercarich_reasons.jobs import TooManyJobs
from mercarich_web.jobs.jobs import Job
from mercarich_web.jobs.sql.book import SqlJobBook
from mercarich_web.refusals import NotFound, Refused

MOST_OPEN = 50
"""Open jobs of one kind that a seller may have."""


def seller_of(jobs: SqlJobBook, username: str) -> int:
    """Return the id of a seller who may start a job. Raises `NotFound` and `Refused`."""
    user_id = jobs.seller(username)
    if user_id is None:
        raise NotFound(f"there is no seller {username!r}")
    if jobs.open_jobs(user_id) >= MOST_OPEN:
        raise Refused(TooManyJobs(username, MOST_OPEN))
    return user_id


def found_job(jobs: SqlJobBook, job_id: int, username: str | None) -> Job:
    """Return a job; `username` None is the operator. Raises `NotFound`, also for another seller's job."""
    job = jobs.get(job_id)
    if job is None or (username is not None and job.username != username):
        raise NotFound(f"there is no job {job_id}; `mercarich job list` shows the last ones")
    return job
