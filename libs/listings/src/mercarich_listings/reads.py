"""Which listings are to be read at Amazon, as SQL, and how a person has them read now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, Engine, ScalarSelect, and_, false, func, not_, or_, select, true

from mercarich_db.conditions import among, walking
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listings
from mercarich_listings import store
from mercarich_listings.waiting import carried_by_no_feed

_offer = listings.c
_ROWS = 5_000
"""Listings per transaction."""
_BEFORE = timedelta(seconds=1)
"""Other offers are due by that much before the zeros: what became due last is read first."""
_LEFT_ALONE = and_(_offer.push_pending == 0, _offer.orphan == false())
_WATCHED = _offer.stopped_at.is_(None)
READABLE = and_(_LEFT_ALONE, _offer.next_read_at.is_not(None), or_(_WATCHED, _offer.verified_at.is_(None)))
"""SQL condition: Amazon is to be read for the listing at some time.

A stopped listing is read until its zero was seen: what its seller does with it at Amazon then is nobody's business.
"""
_ASKABLE = and_(_offer.listed == true(), _LEFT_ALONE, _WATCHED)
_RESTORED = and_(_offer.quantity > 0, _offer.pushed_at.is_not(None), _offer.verified_at.is_(None))
"""Amazon accepted the quantity and did not show it yet."""
AT_REST = and_(_ASKABLE, not_(_RESTORED), _offer.push_claim.is_(None), carried_by_no_feed())
"""SQL condition: nothing was sent to Amazon that it has not shown, so that another quantity is not the books' doing."""

_SEEN = and_(AT_REST, _offer.verified_at.is_not(None))


def seen(connection: Connection, ids: Sequence[int]) -> frozenset[int]:
    """Return those of these offers that Amazon was seen to show as they are in the books."""
    found = select(_offer.id).where(among(_offer.id, ids), _SEEN)
    return frozenset(connection.execute(found).scalars()) if ids else frozenset()


def ask(engine: Engine, at: datetime, *conditions: ColumnElement[bool]) -> int:
    """Have the offers that meet the conditions read now, zeros first; return how many. Feed makes the reads.

    Drafts, what is still to be pushed, what Amazon does not know and what is not watched are left out. So is a restore
    that Amazon does not show yet, and that is read within a minute anyway.
    """
    # How late a restore is read tells whether it may have been sold unseen: it keeps its time, and its place.
    read_in_turn = and_(_RESTORED, _offer.next_read_at > at)
    wanted = select(_offer.id, _offer.quantity, _RESTORED.label("restored")).where(_ASKABLE, not_(read_in_turn))
    with reading(engine) as connection:
        rows = connection.execute(wanted.where(*conditions).order_by(_offer.id)).all()
    _read_soon(engine, [row.id for row in rows if row.quantity and not row.restored], at - _BEFORE)
    _read_soon(engine, [row.id for row in rows if not row.quantity], at)
    return len(rows)


def left(connection: Connection, at: datetime, *conditions: ColumnElement[bool]) -> int:
    """Return how many of those that `ask` had read at this time are not read yet."""
    due = select(func.count()).select_from(listings).where(_ASKABLE, _offer.next_read_at <= at, *conditions)
    return connection.execute(due).scalar_one()


def due_since(connection: Connection, now: datetime, *accounts: ColumnElement[bool]) -> datetime | None:
    """Return since when the read that has waited longest is due, of `amazon_accounts` that meet the conditions; None:
    none waits."""
    each = select(next_read().label("at")).select_from(amazon_accounts).where(*accounts).subquery()
    at: datetime | None = connection.execute(select(func.min(each.c.at)).where(each.c.at <= now)).scalar_one()
    return at


def next_read() -> ScalarSelect[datetime]:
    """SQL expression: when the next read is due of one of `amazon_accounts`; NULL: nothing is to be read.

    It is the first row of a range of an index. For a minimum, or for EXISTS, MariaDB reads all listings.
    """
    mine = and_(_offer.user_id == amazon_accounts.c.user_id, READABLE)
    first = walking(select(_offer.next_read_at).where(mine), _offer.user_id, _offer.next_read_at)
    return first.order_by(_offer.next_read_at).limit(1).correlate(amazon_accounts).scalar_subquery()


def _read_soon(engine: Engine, ids: Sequence[int], at: datetime) -> None:
    for start in range(0, len(ids), _ROWS):
        run_tx(engine, partial(store.read_soon, ids=ids[start : start + _ROWS], at=at))
