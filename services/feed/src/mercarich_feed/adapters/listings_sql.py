"""`ports.Listings` over the push columns of `listings`."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, exists, false, func, select

from mercarich_contracts.market import Marketplace
from mercarich_db.bulk import Filter
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listings
from mercarich_feed.domain.answers import Answer
from mercarich_feed.domain.effects import looked_up, settled
from mercarich_feed.domain.pushes import Offer, Pushed
from mercarich_listings import store
from mercarich_listings.push import LEASE, SETTLED
from mercarich_listings.waiting import (
    not_deferred,
    not_in_feed,
    restore_waits,
    unclaimed,
    withdrawal,
    withdrawal_pending,
)
from mercarich_platform.clock import Clock
from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)

_COLUMNS = (
    listings.c.id,
    listings.c.sku,
    listings.c.revision,
    listings.c.quantity,
    listings.c.changed_at,
)


class SqlListings:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def withdrawals_waiting(self, user_id: int, *, under_way: bool = False) -> int:
        wanted = self._waiting(user_id) if under_way else self._claimable(user_id)
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(listings).where(wanted)).scalar_one()

    def restores_waiting(self, user_id: int, marketplace: Marketplace | None, *, at_most: int) -> int:
        some = select(listings.c.id).where(self._restorable(user_id, marketplace)).limit(at_most).subquery()
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(some)).scalar_one()

    def claim_withdrawals(self, user_id: int, limit: int) -> tuple[str, list[Offer]]:
        wanted = select(*_COLUMNS).where(self._claimable(user_id)).order_by(listings.c.id).limit(limit)
        return self._claim(wanted)

    def claim_restores(self, user_id: int, marketplace: Marketplace | None, limit: int) -> tuple[str, list[Offer]]:
        wanted = select(*_COLUMNS, listings.c.lead_time_days).where(self._restorable(user_id, marketplace))
        wanted = wanted.order_by(listings.c.push_not_before, listings.c.id).limit(limit)
        # The lock that a new feed is begun under: a feed and a claim can then never take the same listing.
        account = select(amazon_accounts.c.user_id).where(amazon_accounts.c.user_id == user_id).with_for_update()
        return self._claim(wanted, account)

    def renew(self, claims: Sequence[str]) -> None:
        until = self._now() + LEASE
        try:
            run_tx(self._engine, lambda connection: store.renew(connection, claims, until))
        except DatabaseAway as error:  # go on without: the answers under way matter more than the claim
            log.warning("claims could not be renewed", extra={"reason": str(error)})

    def settle(self, claim: str, pushed: Sequence[Pushed]) -> None:
        by_id = {push.offer.listing_id: push for push in pushed}

        def write(connection: Connection) -> None:
            locked, now = store.lock_pushes(connection, by_id), self._now()
            store.save(connection, [settled(push, by_id[push.id], claim, now) for push in locked])

        run_tx(self._engine, write)

    def unverified_zeros(self, user_id: int, limit: int) -> tuple[list[Offer], bool]:
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(*_COLUMNS, listings.c.pushed_at)
                .where(listings.c.user_id == user_id, _unverified(self._now()))
                .order_by(listings.c.pushed_at, listings.c.id)
                .limit(limit + 1)
            ).all()
        due = [row for row in rows[:limit] if row.pushed_at is None or row.pushed_at <= self._now() - SETTLED]
        return [Offer(*row[:-1]) for row in due], len(due) < len(rows)

    def sellers_with_zeros(self, since: datetime) -> list[int]:
        """Return ids of sellers whose accepted zeros were not read back. Reads every zero: too slow for each second."""
        sellers = amazon_accounts.c.user_id
        zero = exists().where(listings.c.user_id == sellers, _unverified(self._now()), listings.c.pushed_at >= since)
        with reading(self._engine) as connection:
            return list(connection.execute(select(sellers).where(zero)).scalars())

    def read_back(self, answers: Sequence[Answer]) -> None:
        by_id = {answer.offer.listing_id: answer for answer in answers}

        def write(connection: Connection) -> None:
            now = self._now()
            locked = store.lock_pushes(connection, by_id, _unread(now))
            store.save(connection, [looked_up(push, by_id[push.id], now) for push in locked])

        run_tx(self._engine, write)

    def _claim(self, wanted: Select[Any], lock: Select[Any] | None = None) -> tuple[str, list[Offer]]:
        claim = secrets.token_hex(16)

        def take(connection: Connection) -> list[Offer]:
            if lock is not None:
                connection.execute(lock)
            # Another process may do the same now: rows that it has locked are skipped.
            rows = connection.execute(wanted.with_for_update(skip_locked=True, of=listings)).all()
            if rows:
                store.claim(connection, [row.id for row in rows], claim, self._now() + LEASE)
            return [Offer(*row) for row in rows]

        return claim, run_tx(self._engine, take)

    def _restorable(self, user_id: int, marketplace: Marketplace | None) -> Any:
        waits = (listings.c.user_id == user_id) & restore_waits(self._now())
        return waits if marketplace is None else waits & (listings.c.marketplace == marketplace)

    def _claimable(self, user_id: int) -> Any:
        return self._waiting(user_id) & unclaimed(self._now())

    def _waiting(self, user_id: int) -> Any:
        now = self._now()
        return (listings.c.user_id == user_id) & withdrawal_pending() & withdrawal() & not_deferred(now) & not_in_feed()


def _unverified(now: datetime) -> Any:
    """SQL condition: an accepted zero was not read back.

    Written so that `ix_listings_shop` narrows it to the seller's zeros. By the push columns alone, all listings of the
    seller would be read.
    """
    zeros = listings.c.listed.in_((False, True)) & (listings.c.orphan == false()) & (listings.c.quantity == 0)
    return zeros & Filter(_unread(now)) & (listings.c.pushed_quantity == 0)


def _unread(now: datetime) -> Any:
    return (
        (listings.c.push_pending == 0)
        & (listings.c.pushed_quantity == listings.c.quantity)
        & listings.c.verified_at.is_(None)
        & (listings.c.orphan.is_(False))
        & not_deferred(now)
    )
