"""More of the conditions under which a listing waits for the lanes (`mercarich_db.pushes`), so that all lanes agree."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select, true

from mercarich_contracts.market import State
from mercarich_db.pushes import not_deferred, pending
from mercarich_db.tables import amazon_accounts, listings, source_items, submission_items, submissions

BYPASSED = "bypassed"
FRESH = timedelta(minutes=15)
"""How old the last sight of a replacement may be when its offer goes up; the updater looks again before."""


def withdrawal_pending() -> ColumnElement[bool]:
    """As `pushes.pending`, for withdrawals by PATCH: an unknown SKU may have come (back) and is tried again, seldom."""
    return and_(listings.c.push_pending == 1, listings.c.listed == true())


def withdrawal() -> ColumnElement[bool]:
    return listings.c.quantity == 0


def restore() -> ColumnElement[bool]:
    return listings.c.quantity > 0


def source_is_fresh(now: datetime) -> ColumnElement[bool]:
    """What a revival restored goes up only while its source was seen available just now."""
    seen = and_(
        source_items.c.id == listings.c.source_item_id,
        source_items.c.state == State.AVAILABLE,
        source_items.c.observed_at >= now - FRESH,
    )
    return or_(listings.c.restored_at.is_(None), exists().where(seen))


def unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(listings.c.push_claim.is_(None), listings.c.push_claim_until <= now)


def restore_waits(now: datetime) -> ColumnElement[bool]:
    """A restore that could go out now, in either lane.

    None of which an older revision may be on its way, by PATCH or by feed: which of the two Amazon takes last is
    undefined.
    """
    return and_(pending(), restore(), source_is_fresh(now), not_deferred(now), unclaimed(now), carried_by_no_feed())


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


def account_usable(now: datetime, retry_seconds: float) -> ColumnElement[bool]:
    """The seller's token was not refused, or so long ago that it is tried again."""
    return or_(
        amazon_accounts.c.token_verdict != "invalid",
        amazon_accounts.c.token_checked_at.is_(None),
        amazon_accounts.c.token_checked_at <= now - timedelta(seconds=retry_seconds),
    )


def has_usable_account(now: datetime, retry_seconds: float) -> ColumnElement[bool]:
    return exists(select(1).where(amazon_accounts.c.user_id == listings.c.user_id, account_usable(now, retry_seconds)))
