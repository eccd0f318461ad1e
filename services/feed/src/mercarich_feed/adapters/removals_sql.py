"""`ports.Removals` over the tables, and which sellers have listings to delete at Amazon."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, or_, select, update

from mercarich_contracts.events import EventKind
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listing_removals, listings
from mercarich_feed.adapters.accounts_sql import account_usable
from mercarich_feed.domain.answers import Answer
from mercarich_feed.domain.pushes import Offer
from mercarich_listings import removed_store, store
from mercarich_listings.event import Event
from mercarich_listings.push import SETTLED, back_off
from mercarich_listings.read_back import doubt_wait
from mercarich_platform.clock import Clock

CLAIMED = timedelta(minutes=1)
_removal = listing_removals.c


class SqlRemovals:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def sellers(self) -> list[int]:
        """Return ids of sellers with a usable account."""
        now = self._now()
        usable = exists().where(amazon_accounts.c.user_id == _removal.user_id, account_usable(now, self._retry_seconds))
        with reading(self._engine) as connection:
            query = select(_removal.user_id).distinct().join(listings, listings.c.id == _removal.listing_id)
            query = query.where(_due(now), _nothing_pending(), usable)
            return list(connection.execute(query).scalars())

    def claim(self, user_id: int, limit: int) -> list[Offer]:
        now = self._now()
        columns = (listings.c.id, listings.c.sku, listings.c.revision, listings.c.quantity, listings.c.changed_at)
        query = select(*columns).join(listing_removals, _removal.listing_id == listings.c.id)
        query = query.where(_removal.user_id == user_id, _due(now), _nothing_pending()).order_by(listings.c.id)
        with reading(self._engine) as connection:  # runs after every push; nearly always finds none
            if connection.execute(query.limit(1)).first() is None:
                return []

        def claim(connection: Connection) -> list[Offer]:
            rows = connection.execute(query.limit(limit).with_for_update()).all()
            ids = [row.id for row in rows]
            taken = {"not_before": now + CLAIMED, "attempts": _removal.attempts + 1}
            connection.execute(update(listing_removals).where(_removal.listing_id.in_(ids)).values(taken))
            return [Offer(*row) for row in rows]

        return run_tx(self._engine, claim)

    def accepted(self, answers: Sequence[Answer]) -> None:
        if not answers:
            return
        by_id = {answer.offer.listing_id: answer for answer in answers}

        def accepted(connection: Connection) -> None:
            still = select(_removal.listing_id, _removal.user_id).where(
                _removal.listing_id.in_(sorted(by_id)), _removal.accepted_at.is_(None)
            )
            user_of = {row.listing_id: row.user_id for row in connection.execute(still.with_for_update())}
            ids = sorted(user_of)
            done = {"accepted_at": self._now(), "not_before": None, "problem": None}
            connection.execute(update(listing_removals).where(_removal.listing_id.in_(ids)).values(done))
            store.tell(connection, [_event(by_id[id], user_of[id]) for id in ids])
            removed_store.watch(connection, ids, self._now())

        run_tx(self._engine, accepted)

    def asked(self, answers: Sequence[Answer]) -> None:
        self._later(answers, doubt_wait)

    def put_off(self, answers: Sequence[Answer]) -> None:
        self._later(answers, back_off)

    def _later(self, answers: Sequence[Answer], wait: Callable[[int], timedelta]) -> None:
        if not answers:
            return

        def put_off(connection: Connection) -> None:
            for answer in answers:
                mine = _removal.listing_id == answer.offer.listing_id
                attempts = connection.execute(select(_removal.attempts).where(mine)).scalar() or 1
                later = {"not_before": self._now() + max(wait(attempts), SETTLED), "problem": answer.problem}
                connection.execute(update(listing_removals).where(mine).values(later))

        run_tx(self._engine, put_off)

    def release(self, answers: Sequence[Answer]) -> None:
        ids = [answer.offer.listing_id for answer in answers]
        again: dict[str, Any] = {"not_before": None, "attempts": _removal.attempts - 1}
        free = update(listing_removals).where(_removal.listing_id.in_(ids)).values(again)
        if ids:
            run_tx(self._engine, lambda connection: connection.execute(free))


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(_removal.accepted_at.is_(None), or_(_removal.not_before.is_(None), _removal.not_before <= now))


def _nothing_pending() -> ColumnElement[bool]:
    """SQL condition: delisted, its zero verified and no push waiting, as it was when its deletion was requested.

    Or Amazon does not know its SKU: it was deleted, and the response was lost. Its zero can be seen nowhere then, so
    that the deletion must not wait for it.
    """
    verified = and_(listings.c.verified_at.is_not(None), listings.c.push_pending == 0)
    down = and_(~listings.c.listed, listings.c.quantity == 0, listings.c.push_claim.is_(None))
    return and_(down, or_(verified, listings.c.orphan))


def _event(answer: Answer, user_id: int) -> Event:
    offer = answer.offer
    return Event(
        listing_id=offer.listing_id,
        user_id=user_id,
        at=answer.at,
        kind=EventKind.LEFT_AMAZON,
        reason=answer.problem,
        quantity_after=offer.quantity,
        revision=offer.revision,
    )
