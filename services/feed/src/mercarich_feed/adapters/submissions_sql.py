"""`ports.Submissions`: the rows of feeds, written before the feed is submitted to Amazon."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, insert, or_, select, update

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listings, submission_items, submissions
from mercarich_feed.adapters.feed_ends_sql import apply_step
from mercarich_feed.domain.effects import Result
from mercarich_feed.domain.feeds import FeedEnd, FeedState, OpenFeed
from mercarich_feed.domain.pushes import Offer
from mercarich_listings.lead_time import lead_time
from mercarich_listings.waiting import (
    BYPASSED,
    not_deferred,
    not_in_feed,
    pending,
    restore_waits,
    shown_at_no_time,
    unclaimed,
    withdrawal,
)
from mercarich_platform.clock import Clock
from mercarich_reasons.reason import Reason

ABANDONED = timedelta(minutes=2)
"""Age at which a feed without a feed id has lost its process: longer than three calls with their deadlines."""
_DISTRUST = timedelta(hours=1)
_OVERTAKEN_LOOK = timedelta(seconds=2)
"""Poll interval of a feed that a withdrawal has overtaken: what it put up again stays up until its end is known.
getFeed allows two calls a second."""
_CREATING = "creating"
_ROWS = 1000


class SqlSubmissions:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def is_open(self, user_id: int) -> bool:
        with reading(self._engine) as connection:
            return self._has_open(connection, user_id)

    def begin(
        self, user_id: int, *, withdrawals: bool, marketplace: Marketplace | None, limit: int
    ) -> tuple[int, list[Offer]] | None:
        def write(connection: Connection) -> tuple[int, list[Offer]] | None:
            # Locking the seller's row ensures that there is at most one open feed.
            account = amazon_accounts.c.user_id == user_id
            connection.execute(select(amazon_accounts.c.user_id).where(account).with_for_update())
            if self._has_open(connection, user_id):
                return None
            offers = self._waiting(connection, user_id, withdrawals, marketplace, limit)
            if not offers:
                return None
            submission_id = self._insert(connection, user_id, len(offers))
            for start in range(0, len(offers), _ROWS):
                rows = [_item(submission_id, offer) for offer in offers[start : start + _ROWS]]
                connection.execute(insert(submission_items), rows)
            return submission_id, offers

        return run_tx(self._engine, write)

    def created(self, submission_id: int, document_id: str | None, feed_id: str, next_poll_at: datetime) -> None:
        values: dict[str, Any] = {"document_id": document_id} if document_id else {}
        self._update(
            submission_id,
            **values,
            feed_id=feed_id,
            state=FeedState.IN_QUEUE,
            next_poll_at=next_poll_at,
            ended_at=None,
            problem=None,
        )

    def abandon(self, submission_id: int, problem: Reason) -> None:
        self._update(submission_id, state=FeedState.CANCELLED, ended_at=self._now(), problem=problem)

    def due(self, user_id: int) -> list[OpenFeed]:
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(submissions).where(submissions.c.user_id == user_id, self._is_due()).order_by(submissions.c.id)
            ).all()
        return [OpenFeed(row.id, row.feed_id, row.created_at, bypassed=row.state == BYPASSED) for row in rows]

    def sellers_due(self) -> list[int]:
        with reading(self._engine) as connection:
            return list(connection.execute(select(submissions.c.user_id).distinct().where(self._is_due())).scalars())

    def known_feeds(self, user_id: int) -> frozenset[str]:
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(submissions.c.feed_id).where(
                    submissions.c.user_id == user_id, submissions.c.feed_id.is_not(None)
                )
            )
            return frozenset(str(row.feed_id) for row in rows)

    def looked(self, submission_id: int, state: FeedState, next_poll_at: datetime) -> None:
        def write(connection: Connection) -> None:
            soon = self._now() + _OVERTAKEN_LOOK
            overtaken = connection.execute(
                select(submission_items.c.listing_id)
                .join(listings, listings.c.id == submission_items.c.listing_id)
                .where(
                    submission_items.c.submission_id == submission_id,
                    listings.c.revision > submission_items.c.revision,
                )
                .limit(1)
            ).first()
            at = min(soon, next_poll_at) if overtaken else next_poll_at
            row = submissions.c.id == submission_id
            connection.execute(update(submissions).where(row).values(next_poll_at=at))
            connection.execute(update(submissions).where(row, submissions.c.state != BYPASSED).values(state=state))

        run_tx(self._engine, write)

    def bypass(self, submission_id: int, problem: Reason, next_poll_at: datetime) -> None:
        self._update(submission_id, state=BYPASSED, problem=problem, next_poll_at=next_poll_at)

    def skus(self, submission_id: int) -> list[str]:
        with reading(self._engine) as connection:
            return list(
                connection.execute(
                    select(listings.c.sku)
                    .join(submission_items, submission_items.c.listing_id == listings.c.id)
                    .where(submission_items.c.submission_id == submission_id)
                    .order_by(listings.c.id)
                ).scalars()
            )

    def end(self, submission_id: int, end: FeedEnd) -> tuple[int, int]:
        step: Callable[[Connection], int] = lambda connection: apply_step(connection, submission_id, end, self._now())  # noqa: E731
        while run_tx(self._engine, step):
            pass

        def write(connection: Connection) -> tuple[int, int]:
            counts = connection.execute(
                select(submission_items.c.result, func.count())
                .where(submission_items.c.submission_id == submission_id)
                .group_by(submission_items.c.result)
            )
            results = {row[0]: row[1] for row in counts}
            accepted, rejected = results.get(Result.ACCEPTED, 0), results.get(Result.REJECTED, 0)
            connection.execute(
                update(submissions)
                .where(submissions.c.id == submission_id)
                .values(state=end.state, ended_at=self._now(), problem=end.note, accepted=accepted, rejected=rejected)
            )
            return accepted, rejected

        return run_tx(self._engine, write)

    def trusted(self, user_id: int) -> bool:
        failed = or_(
            submissions.c.state.in_([FeedState.CANCELLED, FeedState.FATAL, BYPASSED]),
            submissions.c.problem.is_not(None),
        )
        with reading(self._engine) as connection:
            row = connection.execute(
                select(submissions.c.id)
                .where(submissions.c.user_id == user_id, failed, submissions.c.created_at >= self._now() - _DISTRUST)
                .limit(1)
            ).first()
        return row is None

    def _is_due(self) -> Any:
        now = self._now()
        never = and_(submissions.c.feed_id.is_(None), submissions.c.next_poll_at.is_(None))
        lost = and_(never, submissions.c.created_at <= now - ABANDONED)
        return and_(submissions.c.ended_at.is_(None), or_(submissions.c.next_poll_at <= now, lost))

    def _has_open(self, connection: Connection, user_id: int) -> bool:
        wanted = select(submissions.c.id).where(
            submissions.c.user_id == user_id, submissions.c.ended_at.is_(None), submissions.c.state != BYPASSED
        )
        return connection.execute(wanted.limit(1)).first() is not None

    def _waiting(
        self, connection: Connection, user_id: int, withdrawals: bool, marketplace: Marketplace | None, limit: int
    ) -> list[Offer]:
        now = self._now()
        wanted = select(
            listings.c.id,
            listings.c.sku,
            listings.c.revision,
            listings.c.quantity,
            listings.c.changed_at,
            listings.c.handling_days,
            listings.c.lead_time_days,
        ).where(
            listings.c.user_id == user_id,
            _withdrawal_waits(now) if withdrawals else _restore_waits(now),
        )
        if marketplace is not None:
            wanted = wanted.where(listings.c.marketplace == marketplace)
        rows = connection.execute(wanted.order_by(listings.c.id).limit(limit))
        return [Offer(*row[:-2], lead_time(row.handling_days, row.lead_time_days)) for row in rows]

    def _insert(self, connection: Connection, user_id: int, items: int) -> int:
        row = connection.execute(
            insert(submissions).values(
                user_id=user_id,
                lane="feed",
                state=_CREATING,
                created_at=self._now(),
                items=items,
                accepted=0,
                rejected=0,
            )
        )
        key = row.inserted_primary_key
        assert key is not None
        return int(key[0])

    def _update(self, submission_id: int, **values: Any) -> None:
        statement = update(submissions).where(submissions.c.id == submission_id).values(**values)
        run_tx(self._engine, lambda connection: connection.execute(statement))


def _withdrawal_waits(now: datetime) -> Any:
    return and_(pending(), withdrawal(), not_deferred(now), unclaimed(now), not_in_feed())


def _restore_waits(now: datetime) -> Any:
    return and_(restore_waits(now), shown_at_no_time())


def _item(submission_id: int, offer: Offer) -> dict[str, Any]:
    return {
        "submission_id": submission_id,
        "listing_id": offer.listing_id,
        "revision": offer.revision,
        "quantity": offer.quantity,
        "result": Result.PENDING,
    }
