"""When an offer waits to be pushed to Amazon, as SQL. Said here alone: what feed takes, the operator counts."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, true

from mercarich_db.tables import listings


def pending() -> ColumnElement[bool]:
    """Amazon does not yet have the newest revision, and could have it."""
    return and_(listings.c.push_pending == 1, listings.c.listed == true(), listings.c.orphan == false())


def not_deferred(now: datetime) -> ColumnElement[bool]:
    """Nothing waits because an older revision was refused: least of all a zero."""
    newer = listings.c.revision > listings.c.push_failed_revision
    return or_(listings.c.push_not_before.is_(None), listings.c.push_not_before <= now, newer)
