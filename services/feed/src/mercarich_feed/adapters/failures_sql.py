"""What is stored of a listing's failed pushes, as far as it is about the revision at hand."""

from typing import Any

from mercarich_db.tables import listings

FAILURES = (listings.c.push_attempts, listings.c.push_problem, listings.c.push_failed_revision)
"""To be selected by whoever asks `failures`."""


def failures(row: Any, revision: int) -> tuple[int, str | None]:
    """The attempts and the last problem; what is said of an older revision says nothing of this one."""
    if row.push_failed_revision not in (None, revision):
        return 0, None
    return row.push_attempts, row.push_problem
