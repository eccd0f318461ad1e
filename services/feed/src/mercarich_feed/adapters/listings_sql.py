"""`ports.Listings` over the push columns of `listings`."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, and_, case, func, or_, select

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listings
from mercarich_feed.domain.answers import Answer
from mercarich_feed.domain.effects import looked_up, settled, to_follow
from mercarich_feed.domain.pushes import Offer, Pushed
from mercarich_listings import store
from mercarich_listings.event import Change
from mercarich_listings.lead_time import lead_time
from mercarich_listings.listing import UP, follow_amazon
from mercarich_listings.push import LEASE, Push, Sent, deferred
from mercarich_listings.reads import READABLE, next_read
from mercarich_listings.waiting import (
    not_deferred,
    not_in_feed,
    restore_held_up,
    restore_waits,
    shown_at_no_time,
    unclaimed,
    withdrawal,
    withdrawal_pending,
)
from mercarich_platform.clock import Clock
from mercarich_platform.outages import DatabaseAway
from mercarich_reasons.push import AmazonUnreachable

log = logging.getLogger(__name__)

_COLUMNS = (
    listings.c.id,
    listings.c.sku,
    listings.c.revision,
    listings.c.quantity,
    listings.c.changed_at,
)
_SEARCHED = timedelta(minutes=1)
"""Time after a push of a quantity above 0 in which a search reads it together with others. Most are shown by then, and
singly the reads would hold up the looks before the next pushes: both are calls of getListingsItem. A zero is read
singly, since a search that shows one of before would leave an offer up."""
_SOON = timedelta(seconds=10)
"""Until the next round over all sellers."""


class SqlListings:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def withdrawals_waiting(self, user_id: int, *, under_way: bool = False) -> int:
        wanted = self._waiting(user_id) if under_way else self._claimable(user_id)
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(listings).where(wanted)).scalar_one()

    def restores_waiting(
        self, user_id: int, marketplace: Marketplace | None, *, at_most: int, by_feed: bool | None = None
    ) -> int:
        wanted = self._restorable(user_id, marketplace)
        if by_feed is not None:
            wanted = wanted & (shown_at_no_time() if by_feed else ~shown_at_no_time())
        some = select(listings.c.id).where(wanted).limit(at_most).subquery()
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(some)).scalar_one()

    def restores_held_up(self, user_id: int, marketplace: Marketplace | None) -> bool:
        wanted = self._of_seller(user_id, marketplace) & restore_held_up(self._now())
        with reading(self._engine) as connection:
            return connection.execute(select(listings.c.id).where(wanted).limit(1)).first() is not None

    def claim_withdrawals(self, user_id: int, limit: int) -> tuple[str, list[Offer]]:
        wanted = self._wanted().where(self._claimable(user_id)).order_by(listings.c.id).limit(limit)
        return self._claim(wanted)

    def claim_restores(self, user_id: int, marketplace: Marketplace | None, limit: int) -> tuple[str, list[Offer]]:
        wanted = self._wanted().where(self._restorable(user_id, marketplace))
        wanted = wanted.order_by(listings.c.push_not_before, listings.c.id).limit(limit)
        # The lock that a new feed is begun under: a feed and a claim can then never take the same listing.
        account = select(amazon_accounts.c.user_id).where(amazon_accounts.c.user_id == user_id).with_for_update()
        return self._claim(wanted, account)

    def renew(self, claims: Sequence[str]) -> None:
        until = self._now() + LEASE
        try:
            run_tx(self._engine, lambda connection: store.renew(connection, claims, until))
        except DatabaseAway as error:  # go on without: the responses under way matter more than the claim
            log.warning("claims could not be renewed", extra={"reason": str(error)})

    def settle(self, claim: str, pushed: Sequence[Pushed]) -> None:
        by_id = {push.offer.listing_id: push for push in pushed}

        def write(connection: Connection) -> None:
            locked, now = store.lock_pushes(connection, by_id), self._now()
            _save(connection, [settled(push, by_id[push.id], claim, now) for push in locked], now)

        run_tx(self._engine, write)

    def to_read(self, user_id: int, limit: int) -> tuple[list[Offer], float | None]:
        now, mine = self._now(), and_(listings.c.user_id == user_id, READABLE)
        alone = or_(listings.c.quantity == 0, listings.c.pushed_at <= now - _SEARCHED)
        awaited = and_(listings.c.pushed_at.is_not(None), listings.c.verified_at.is_(None))
        # What became due last comes first: a push of a moment ago must not wait behind all offers of a large seller.
        due = select(*_COLUMNS, and_(awaited, alone).label("singly")).where(mine, listings.c.next_read_at <= now)
        due = due.order_by(listings.c.next_read_at.desc(), listings.c.id).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(due).all()
            if rows:
                return [_to_read(row) for row in rows], 0.0
            next_one = select(listings.c.next_read_at).where(mine).order_by(listings.c.next_read_at).limit(1)
            first = connection.execute(next_one).scalar()
        return [], None if first is None else max((first - now).total_seconds(), 0.0)

    def sellers_to_read(self) -> list[int]:
        """Return ids of sellers with a read that is due before the next round."""
        due = next_read() <= self._now() + _SOON
        with reading(self._engine) as connection:
            return list(connection.execute(select(amazon_accounts.c.user_id).where(due)).scalars())

    def read_back(self, answers: Sequence[Answer]) -> None:
        by_id = {answer.offer.listing_id: answer for answer in answers}

        def write(connection: Connection) -> None:
            now = self._now()
            locked = store.lock_pushes(connection, by_id, READABLE)
            _save(connection, [looked_up(push, by_id[push.id], now) for push in locked], now)

        run_tx(self._engine, write)

    def _wanted(self) -> Select[Any]:
        return select(*_COLUMNS, listings.c.handling_days, listings.c.lead_time_days, _shown().label("shown"))

    def _claim(self, wanted: Select[Any], lock: Select[Any] | None = None) -> tuple[str, list[Offer]]:
        claim = secrets.token_hex(16)

        def take(connection: Connection) -> list[Offer]:
            if lock is not None:
                connection.execute(lock)
            # Another process may do the same now: rows that it has locked are skipped.
            rows = connection.execute(wanted.with_for_update(skip_locked=True, of=listings)).all()
            doubtful = _put_in_doubt(connection, {row.id: row.changed_at for row in rows if row.quantity})
            offers = [_to_push(row) for row in rows if row.id not in doubtful]
            if offers:
                store.claim(connection, [offer.listing_id for offer in offers], claim, self._now() + LEASE)
            return offers

        return claim, run_tx(self._engine, take)

    def _restorable(self, user_id: int, marketplace: Marketplace | None) -> Any:
        return self._of_seller(user_id, marketplace) & restore_waits(self._now())

    def _of_seller(self, user_id: int, marketplace: Marketplace | None) -> Any:
        mine = listings.c.user_id == user_id
        return mine if marketplace is None else mine & (listings.c.marketplace == marketplace)

    def _claimable(self, user_id: int) -> Any:
        return self._waiting(user_id) & unclaimed(self._now())

    def _waiting(self, user_id: int) -> Any:
        now = self._now()
        return (listings.c.user_id == user_id) & withdrawal_pending() & withdrawal() & not_deferred(now) & not_in_feed()


def _to_read(row: Row[Any]) -> Offer:
    return Offer(row.id, row.sku, row.revision, row.quantity, row.changed_at, singly=row.singly)


def _to_push(row: Row[Any]) -> Offer:
    days = lead_time(row.handling_days, row.lead_time_days)
    return Offer(row.id, row.sku, row.revision, row.quantity, row.changed_at, days, row.shown)


def _shown() -> Any:
    """SQL expression: the quantity that Amazon shows before a restore; NULL when it is not known.

    An offer is known to be up only when its quantity was seen there and nothing was sent since: a zero whose response
    was lost, or that a feed carried, may have taken effect.
    """
    seen = and_(listings.c.verified_at.is_not(None), listings.c.pushed_revision == listings.c.revision - 1)
    known = or_(listings.c.pushed_quantity == 0, seen)
    return case((known, listings.c.pushed_quantity), else_=None)


def _put_in_doubt(connection: Connection, changed_at: Mapping[int, datetime]) -> set[int]:
    """Have restores read back whose PATCH another process may have sent before it ended; return their ids.

    Their claim has expired without an outcome. `changed_at` by listing id: a claim of before was for another quantity.
    """
    doubtful = []
    for push in store.lock_pushes(connection, changed_at, listings.c.push_claim_until.is_not(None)):
        until = push.push_claim_until
        if until is not None and changed_at[push.id] <= (began := until - LEASE):
            doubtful.append(deferred(push, Sent(push.revision, push.quantity), AmazonUnreachable(), began))
    store.save(connection, doubtful)
    return {change.before.id for change in doubtful}


def _save(connection: Connection, changes: Sequence[Change[Push]], now: datetime) -> None:
    """Save the changes; listings that follow Amazon do so in the same transaction."""
    store.save(connection, changes)
    other = {change.before.id: reason for change in changes if (reason := to_follow(change)) is not None}
    up = [listing for listing in store.lock(connection, other) if listing.stage in UP]
    store.save(connection, [follow_amazon(listing, now, other[listing.id]) for listing in up])
