"""When an offer waits to be pushed to Amazon, as SQL. Said here alone: what feed takes, the operator counts."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, true

from mercarich_contracts.market import State
from mercarich_db.tables import listings, source_items, submission_items, submissions

BYPASSED = "bypassed"
"""The state of a feed that nothing waits for any more, although its end is not known."""
FRESH = timedelta(minutes=15)
"""How old the last sight of a replacement may be when its offer goes up; the updater looks again before."""


def pending() -> ColumnElement[bool]:
    """Amazon does not yet have the newest revision, and could have it."""
    return and_(listings.c.push_pending == 1, listings.c.listed == true(), listings.c.orphan == false())


def withdrawal_pending() -> ColumnElement[bool]:
    """As `pending`, for withdrawals by PATCH: an unknown SKU may have come (back) and is tried again, seldom."""
    return and_(listings.c.push_pending == 1, listings.c.listed == true())


def withdrawal() -> ColumnElement[bool]:
    return listings.c.quantity == 0


def restore() -> ColumnElement[bool]:
    return listings.c.quantity > 0


def not_deferred(now: datetime) -> ColumnElement[bool]:
    """Nothing waits because an older revision was refused: least of all a zero."""
    newer = listings.c.revision > listings.c.push_failed_revision
    return or_(listings.c.push_not_before.is_(None), listings.c.push_not_before <= now, newer)


def unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(listings.c.push_claim.is_(None), listings.c.push_claim_until <= now)


def restore_waits(now: datetime) -> ColumnElement[bool]:
    """A restore that could go out now, in either lane.

    None of which an older revision may be on its way, by PATCH or by feed: which of the two Amazon takes last is
    undefined.
    """
    return and_(pending(), restore(), source_is_fresh(now), not_deferred(now), unclaimed(now), carried_by_no_feed())


def source_is_fresh(now: datetime) -> ColumnElement[bool]:
    """What a revival restored goes up only while its source was seen available just now."""
    seen = and_(
        source_items.c.id == listings.c.source_item_id,
        source_items.c.state == State.AVAILABLE,
        source_items.c.observed_at >= now - FRESH,
    )
    return or_(listings.c.restored_at.is_(None), exists().where(seen))


def not_in_feed() -> ColumnElement[bool]:
    """No open feed carries this very revision; a bypassed one is no longer waited for."""
    return not_(exists().where(_carried(), submission_items.c.revision == listings.c.revision))


def carried_by_no_feed() -> ColumnElement[bool]:
    """As `not_in_feed`, of any revision."""
    return not_(exists().where(_carried()))


def _carried() -> ColumnElement[bool]:
    return and_(
        submission_items.c.listing_id == listings.c.id,
        submissions.c.id == submission_items.c.submission_id,
        submissions.c.ended_at.is_(None),
        submissions.c.state != BYPASSED,
    )
