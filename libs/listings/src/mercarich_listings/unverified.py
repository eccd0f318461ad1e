"""What was not looked at since a restore of the database, as SQL. Web waits by it, feed counts it."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, false, func, not_, or_, select

from mercarich_db.tables import (
    amazon_accounts,
    listings,
    removed_offers,
    restorations,
    run_sellers,
    runs,
    source_items,
    users,
)
from mercarich_db.types import has_code
from mercarich_listings import removed_store
from mercarich_listings.restored import OFFERS_WITHIN, Unverified
from mercarich_reasons.push import AmazonRefused

_SOURCE = source_items.c.id == listings.c.source_item_id
_PUSHED = listings.c.pushed_at.is_not(None)
_SERVED = select(users.c.id).join(amazon_accounts, amazon_accounts.c.user_id == users.c.id).where(users.c.active)
"""Nobody looks at the listings of other sellers."""


def left(connection: Connection) -> Unverified | None:
    """Count what is left of the newest restore; None when all was looked at before, or there was none."""
    newest = select(restorations.c.restored_at, restorations.c.verified_at)
    row = connection.execute(newest.order_by(restorations.c.id.desc()).limit(1)).one_or_none()
    if row is None or row.verified_at is not None:
        return None
    at, gone = row.restored_at, removed_offers.c
    deleted = select(func.count()).where(removed_store.SERVED, gone.next_read_at <= at)
    zeros, sources, offers, removed = (
        connection.execute(count).scalar_one()
        for count in (_count(zero_unverified(at)), _count(source_unseen(at)), _count(unread(at)), deleted)
    )
    return Unverified(at, zeros + removed, sources, offers)


def zero_unverified(restored_at: datetime) -> ColumnElement[bool]:
    """SQL condition: the backup says 0, and Amazon was not read, or the zero that had to go out was not seen there.

    A SKU of which Amazon refuses to tell anything was read; a zero that Amazon refuses is told as such.
    """
    unread_or_pushed = or_(listings.c.next_read_at <= restored_at, listings.c.push_pending == 1, _PUSHED)
    of_backup = and_(listings.c.listed, listings.c.changed_at <= restored_at)
    down = and_(of_backup, listings.c.quantity == 0, ~listings.c.orphan)
    this = listings.c.push_failed_revision == listings.c.revision
    refused = func.coalesce(and_(this, has_code(listings.c.push_problem, AmazonRefused)), false())
    return and_(down, listings.c.verified_at.is_(None), unread_or_pushed, not_(refused))


def source_unseen(restored_at: datetime) -> ColumnElement[bool]:
    """SQL condition: the offer is up, and its source was not looked at since. That of a marked offer is gone.

    A look may tell nothing, and leaves no time: it was made when a check of the whole seller has ended that let go of
    the source. No check looks at sources of staff.
    """
    looks = (source_items.c.checked_at, source_items.c.observed_at)
    unseen = and_(*(or_(at.is_(None), at < restored_at) for at in looks))
    since = and_(runs.c.operation == "check", runs.c.started_at >= restored_at, runs.c.outcome == "finished")
    every = and_(*(runs.c.arguments.contains(part) for part in ('"skus":[]', '"begin_with":0')))
    whole = and_(since, runs.c.marketplace == listings.c.marketplace, every)
    took = exists().where(run_sellers.c.run_id == runs.c.id, run_sellers.c.user_id == listings.c.user_id)
    let_go = and_(source_items.c.check_run.is_(None), exists().where(whole, took))
    checked = exists().where(users.c.id == listings.c.user_id, ~users.c.is_staff)
    return and_(_up(), ~listings.c.searching, checked, exists().where(_SOURCE, unseen, ~let_go))


def unread(restored_at: datetime) -> ColumnElement[bool]:
    """SQL condition: the offer is up, and Amazon was neither read nor pushed to since."""
    never = and_(listings.c.verified_at.is_(None), ~_PUSHED, listings.c.push_pending == 0)
    return and_(_up(), never, listings.c.next_read_at <= restored_at + OFFERS_WITHIN)


def readable(restored_at: datetime) -> ColumnElement[bool]:
    """SQL condition: the offer waits for its read, and nothing has to come before it any more."""
    waits = listings.c.next_read_at == restored_at + OFFERS_WITHIN
    return and_(unread(restored_at), waits, ~source_unseen(restored_at))


def _up() -> ColumnElement[bool]:
    return and_(listings.c.listed, listings.c.quantity > 0, ~listings.c.orphan)


def _count(condition: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(listings).where(condition, listings.c.user_id.in_(_SERVED))
