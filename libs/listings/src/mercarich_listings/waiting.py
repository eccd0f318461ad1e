"""When an offer waits to be pushed to Amazon, as SQL. Feed pushes by these conditions, the operator counts by them."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, true

from mercarich_contracts.market import State
from mercarich_db.tables import holds, listing_removals, listings, source_items, submission_items, submissions
from mercarich_listings.listing import FRESH
from mercarich_platform.clock import AHEAD

BYPASSED = "bypassed"
"""State of a feed that is no longer waited for, although its end is unknown."""


def pending() -> ColumnElement[bool]:
    """SQL condition: Amazon does not have the newest revision yet, and could get it."""
    return and_(listings.c.push_pending == 1, listings.c.listed == true(), listings.c.orphan == false())


def withdrawal_pending() -> ColumnElement[bool]:
    """As `pending`, for withdrawals by PATCH, including unknown SKUs: they may be known now, and are tried rarely.

    An offer that is to be deleted at Amazon may come back before it is.
    """
    removal = listing_removals.c
    leaving = exists().where(removal.listing_id == listings.c.id, removal.accepted_at.is_(None))
    return and_(listings.c.push_pending == 1, or_(listings.c.listed == true(), leaving))


def withdrawal() -> ColumnElement[bool]:
    return listings.c.quantity == 0


def restore() -> ColumnElement[bool]:
    return listings.c.quantity > 0


def not_deferred(now: datetime) -> ColumnElement[bool]:
    """SQL condition: not waiting after a refusal. A refusal of an older revision does not defer a newer one."""
    newer = listings.c.revision > listings.c.push_failed_revision
    return or_(listings.c.push_not_before.is_(None), listings.c.push_not_before <= now, newer)


def unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(listings.c.push_claim.is_(None), listings.c.push_claim_until <= now)


def restore_waits(now: datetime) -> ColumnElement[bool]:
    """SQL condition: a restore that could go out now, by PATCH or by feed.

    No older revision may be under way, since it is undefined which of the two Amazon would apply last.
    """
    return and_(_may_go_up(now), unclaimed(now), carried_by_no_feed())


def restore_held_up(now: datetime) -> ColumnElement[bool]:
    """SQL condition: a restore that could go out now, if no older revision of it were under way."""
    older = exists().where(_carried(), submission_items.c.revision < listings.c.revision)
    return and_(_may_go_up(now), or_(not_(unclaimed(now)), older))


def _may_go_up(now: datetime) -> ColumnElement[bool]:
    return and_(pending(), restore(), source_is_fresh(now), not_held_for_loss(), not_deferred(now))


def not_held_for_loss() -> ColumnElement[bool]:
    """SQL condition: the brake does not hold a loss. What is not at Amazon yet does not go up meanwhile."""
    for_loss = exists().where(holds.c.id == listings.c.hold_id, holds.c.kind == "losses")
    return or_(listings.c.hold_id.is_(None), not_(for_loss))


def shown_at_no_time() -> ColumnElement[bool]:
    """SQL condition for restores: Amazon shows 0 since the withdrawal, and this quantity was never sent."""
    first = or_(listings.c.push_failed_revision.is_(None), listings.c.push_failed_revision != listings.c.revision)
    known = listings.c.pushed_quantity.is_not(None)  # so that the condition is never NULL, and can be negated
    return and_(known, listings.c.pushed_quantity == 0, first)


def source_is_fresh(now: datetime) -> ColumnElement[bool]:
    """SQL condition: a replacement's source, if any, was seen available just now (`FRESH`).

    A look that lies ahead of now has the time of a wrong clock: it may be old.
    """
    seen = and_(
        source_items.c.id == listings.c.source_item_id,
        source_items.c.state == State.AVAILABLE,
        source_items.c.observed_at.between(now - FRESH, now + AHEAD),
    )
    return or_(listings.c.restored_at.is_(None), exists().where(seen))


def not_in_feed() -> ColumnElement[bool]:
    """SQL condition: no open feed has this revision. A bypassed feed does not count."""
    return not_(exists().where(_carried(), submission_items.c.revision == listings.c.revision))


def carried_by_no_feed() -> ColumnElement[bool]:
    """SQL condition: no open feed has any revision of the listing."""
    return not_(exists().where(_carried()))


def _carried() -> ColumnElement[bool]:
    return and_(
        submission_items.c.listing_id == listings.c.id,
        submissions.c.id == submission_items.c.submission_id,
        submissions.c.ended_at.is_(None),
        submissions.c.state != BYPASSED,
    )
