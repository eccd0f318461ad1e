"""Have Amazon read for a seller's offers, and count what is left and what was found."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, func, select

from mercarich_contracts.events import EventKind
from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, listing_events, listings, removed_offers, users
from mercarich_listings import reads, removed_store
from mercarich_listings.differences import standing
from mercarich_web.database import reading
from mercarich_web.refusals import NotFound

FINDINGS = (EventKind.READBACK_MISMATCH, EventKind.CHANGED_AT_AMAZON, EventKind.NOT_FOR_SALE, EventKind.PUSH_ORPHAN)
"""Events of a listing that differs at Amazon, as `mercarich reconcile` tells them."""
_offer, _event = listings.c, listing_events.c


class SqlAsks:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def subject(self, user_id: int, listing_id: int | None) -> str:
        """Return the name of the seller, or the SKU of the seller's listing. Raises `NotFound`."""
        named = select(users.c.username).where(users.c.id == user_id)
        if listing_id is not None:
            named = select(_offer.sku).where(_offer.user_id == user_id, _offer.id == listing_id)
        with reading(self._engine) as connection:
            name = connection.execute(named).scalar_one_or_none()
        if name is None:
            raise NotFound(
                f"there is no seller {user_id}" if listing_id is None else f"there is no listing {listing_id}"
            )
        return str(name)

    def is_served(self, user_id: int) -> bool:
        """Return whether Amazon can be read for the seller."""
        account = amazon_accounts.c
        usable = select(account.user_id).where(account.user_id == user_id, account.token_verdict != "invalid")
        with reading(self._engine) as connection:
            return connection.execute(usable).first() is not None

    def ask(self, user_id: int, listing_id: int | None, at: datetime) -> int:
        """Have the seller's offers read, with those that were deleted, or the listing; return how many."""
        offers = reads.ask(self._engine, at, *_of(user_id, listing_id))
        if listing_id is not None:
            return offers
        gone = (removed_offers.c.user_id == user_id, removed_store.SERVED)
        return offers + run_tx(self._engine, lambda connection: removed_store.read_soon(connection, at, *gone))

    def left(self, user_id: int, listing_id: int | None, at: datetime) -> int:
        """Return how many of them are not read yet."""
        removed = removed_offers.c
        gone = select(func.count()).select_from(removed_offers)
        gone = gone.where(removed.user_id == user_id, removed_store.SERVED, removed.next_read_at <= at)
        with reading(self._engine) as connection:
            offers = reads.left(connection, at, *_of(user_id, listing_id))
            return offers if listing_id is not None else offers + connection.execute(gone).scalar_one()

    def differing(self, user_id: int, listing_id: int | None) -> int:
        with reading(self._engine) as connection:
            return sum(one.count for one in standing(connection, *_of(user_id, listing_id)).values())

    def came_back(self, user_id: int) -> int:
        with reading(self._engine) as connection:
            return removed_store.standing(connection, user_id).count

    def found(self, user_id: int, listing_id: int | None, since: datetime) -> Mapping[EventKind, int]:
        """Return the events of what differs since then, by kind."""
        counts = select(_event.kind, func.count()).where(_event.user_id == user_id, _event.at >= since)
        counts = counts.where(_event.kind.in_(FINDINGS)).group_by(_event.kind)
        if listing_id is not None:
            counts = counts.where(_event.listing_id == listing_id)
        with reading(self._engine) as connection:
            return {EventKind(kind): count for kind, count in connection.execute(counts)}


def _of(user_id: int, listing_id: int | None) -> tuple[ColumnElement[bool], ...]:
    mine = _offer.user_id == user_id
    return (mine,) if listing_id is None else (mine, _offer.id == listing_id)
