"""`ports.Reads`: which offers are to be read at Amazon now, and what the reads have found."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, func, select, true

from mercarich_contracts.events import EventKind
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listing_events, listings, removed_offers, users
from mercarich_feed.adapters.accounts_sql import has_usable_account
from mercarich_listings import reads, removed_store
from mercarich_platform.clock import Clock


class SqlReads:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def ask(self, usernames: Sequence[str], skus: Sequence[str], at: datetime) -> int:
        removed = self._removed(usernames, skus)
        offers = reads.ask(self._engine, at, self._of(usernames, skus))
        return offers + run_tx(self._engine, lambda connection: removed_store.read_soon(connection, at, removed))

    def left(self, usernames: Sequence[str], skus: Sequence[str], at: datetime) -> int:
        gone = select(func.count()).select_from(removed_offers)
        gone = gone.where(self._removed(usernames, skus), removed_offers.c.next_read_at <= at)
        with reading(self._engine) as connection:
            offers = reads.left(connection, at, self._of(usernames, skus))
            return offers + connection.execute(gone).scalar_one()

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
        """Return the condition for deleted offers of an active seller's usable account."""
        removed = removed_offers.c
        usable = has_usable_account(self._now(), self._retry_seconds, removed.user_id)
        sellers = removed.user_id.in_(select(users.c.id).where(_named(usernames)))
        return and_(usable, removed_store.SERVED, sellers, removed.sku.in_(skus) if skus else true())

    def _of(self, usernames: Sequence[str], skus: Sequence[str]) -> ColumnElement[bool]:
        """Return the condition for these offers, as far as feed reads for their sellers: with a usable account."""
        sellers = select(users.c.id).where(_named(usernames))
        usable = has_usable_account(self._now(), self._retry_seconds)
        these = listings.c.sku.in_(skus) if skus else true()
        return and_(usable, listings.c.user_id.in_(sellers), these)


def _named(usernames: Sequence[str]) -> ColumnElement[bool]:
    return users.c.username.in_(usernames) if usernames else true()
