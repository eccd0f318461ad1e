"""`ports.Reads`: which offers are to be read at Amazon now, and what the reads have found."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Engine, and_, func, select, true

from mercarich_contracts.events import EventKind
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listing_events, listings, removed_offers, users
from mercarich_feed.adapters.accounts_sql import has_usable_account
from mercarich_listings import removed_store, store
from mercarich_platform.clock import Clock

_ROWS = 5_000
"""Listings per transaction."""
_BEFORE = timedelta(seconds=1)
"""Other offers are due by that much before the zeros: what became due last is read first."""


class SqlReads:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def ask(self, usernames: Sequence[str], skus: Sequence[str], at: datetime) -> int:
        late = and_(listings.c.verified_at.is_(None), listings.c.next_read_at <= at).label("late")
        wanted = select(listings.c.id, listings.c.quantity, late).where(self._read(usernames, skus))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(listings.c.id)).all()
        # How late a restore is read tells whether it may have been sold unseen: it keeps its time.
        self._read_soon([row.id for row in rows if row.quantity and not row.late], at - _BEFORE)
        self._read_soon([row.id for row in rows if not row.quantity], at)
        removed = self._removed(usernames, skus)
        return len(rows) + run_tx(self._engine, lambda connection: removed_store.read_soon(connection, at, removed))

    def _read_soon(self, ids: Sequence[int], at: datetime) -> None:
        for start in range(0, len(ids), _ROWS):
            write = partial(store.read_soon, ids=ids[start : start + _ROWS], at=at)
            run_tx(self._engine, write)

    def left(self, usernames: Sequence[str], skus: Sequence[str], at: datetime) -> int:
        due = select(func.count()).select_from(listings)
        due = due.where(self._read(usernames, skus), listings.c.next_read_at <= at)
        gone = select(func.count()).select_from(removed_offers)
        gone = gone.where(self._removed(usernames, skus), removed_offers.c.next_read_at <= at)
        with reading(self._engine) as connection:
            return connection.execute(due).scalar_one() + connection.execute(gone).scalar_one()

    def events(self, usernames: Sequence[str], since: datetime, kinds: Sequence[EventKind]) -> Mapping[EventKind, int]:
        event = listing_events.c
        counts = select(event.kind, func.count()).where(event.at >= since, event.kind.in_(kinds))
        counts = counts.where(event.user_id.in_(select(users.c.id).where(_named(usernames))))
        with reading(self._engine) as connection:
            return {EventKind(kind): count for kind, count in connection.execute(counts.group_by(event.kind))}

    def came_back(self, usernames: Sequence[str], since: datetime) -> int:
        sellers = removed_offers.c.user_id.in_(select(users.c.id).where(_named(usernames)))
        count = select(func.count()).select_from(removed_offers).where(sellers, removed_offers.c.came_back_at >= since)
        with reading(self._engine) as connection:
            return connection.execute(count).scalar_one()

    def _removed(self, usernames: Sequence[str], skus: Sequence[str]) -> ColumnElement[bool]:
        """Return the condition for deleted offers of a usable account."""
        removed = removed_offers.c
        usable = has_usable_account(self._now(), self._retry_seconds, removed.user_id)
        sellers = removed.user_id.in_(select(users.c.id).where(_named(usernames)))
        return and_(usable, sellers, removed.sku.in_(skus) if skus else true())

    def _read(self, usernames: Sequence[str], skus: Sequence[str]) -> ColumnElement[bool]:
        """Return the condition for offers that feed reads: listed, with nothing to push, of a usable account."""
        offers = and_(listings.c.listed, listings.c.push_pending == 0, ~listings.c.orphan)
        offers = and_(offers, listings.c.stopped_at.is_(None))
        sellers = select(users.c.id).where(_named(usernames))
        usable = has_usable_account(self._now(), self._retry_seconds)
        these = listings.c.sku.in_(skus) if skus else true()
        return and_(offers, usable, listings.c.user_id.in_(sellers), these)


def _named(usernames: Sequence[str]) -> ColumnElement[bool]:
    return users.c.username.in_(usernames) if usernames else true()
