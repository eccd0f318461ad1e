"""`ports.Listings` over the push columns of `listings`."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select, update

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listings
from mercarich_feed.adapters.events_sql import Event, write_events
from mercarich_feed.adapters.pending_sql import not_deferred, not_in_feed, pending, unclaimed, withdrawal
from mercarich_feed.domain.pushes import Offer, Outcome, Pushed, back_off
from mercarich_feed.ports import Answer
from mercarich_platform.clock import Clock

LEASE = timedelta(seconds=30)
"""Far longer than a claim's calls can take; after a crash its listings wait for so long."""
_SETTLED = timedelta(seconds=1)
"""Amazon's own read path lags behind an accepted PATCH."""
_AWAY = timedelta(seconds=5)
_COLUMNS = (
    listings.c.id,
    listings.c.sku,
    listings.c.revision,
    listings.c.quantity,
    listings.c.changed_at,
)
_OPEN = {"push_claim": None, "push_claim_until": None}


class SqlListings:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def withdrawals_waiting(self, user_id: int) -> int:
        with reading(self._engine) as connection:
            return connection.execute(
                select(func.count()).select_from(listings).where(self._claimable(user_id))
            ).scalar_one()

    def claim_withdrawals(self, user_id: int, limit: int) -> tuple[str, list[Offer]]:
        claim = secrets.token_hex(16)

        def take(connection: Connection) -> list[Offer]:
            wanted = select(*_COLUMNS).where(self._claimable(user_id)).order_by(listings.c.id).limit(limit)
            # Another process may be at it too: rows it has locked are skipped, not waited for.
            rows = connection.execute(wanted.with_for_update(skip_locked=True, of=listings)).all()
            if rows:
                connection.execute(
                    update(listings)
                    .where(listings.c.id.in_([row.id for row in rows]))
                    .values(push_claim=claim, push_claim_until=self._now() + LEASE)
                )
            return [Offer(*row) for row in rows]

        return claim, run_tx(self._engine, take)

    def settle(self, claim: str, pushed: Sequence[Pushed]) -> None:
        by_id = {push.offer.listing_id: push for push in pushed}

        def write(connection: Connection) -> None:
            rows = connection.execute(
                select(listings.c.id, listings.c.push_attempts)
                .where(listings.c.id.in_(sorted(by_id)), listings.c.push_claim == claim)
                .order_by(listings.c.id)
                .with_for_update()
            ).all()
            if not rows:
                return
            statement = update(listings).where(listings.c.id == bindparam("row"))
            for outcome in Outcome:
                mine = [row for row in rows if by_id[row.id].outcome is outcome]
                if mine:
                    changes = [_change(by_id[row.id], row.push_attempts, self._now()) for row in mine]
                    connection.execute(
                        statement.values({key: bindparam(key) for key in changes[0] if key != "row"}), changes
                    )
            write_events(connection, [event for row in rows if (event := _event(by_id[row.id]))])

        run_tx(self._engine, write)

    def unverified_zeros(self, user_id: int, limit: int) -> tuple[list[Offer], bool]:
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(*_COLUMNS, listings.c.pushed_at)
                .where(listings.c.user_id == user_id, _unverified())
                .order_by(listings.c.pushed_at, listings.c.id)
                .limit(limit + 1)
            ).all()
        settled = [row for row in rows[:limit] if row.pushed_at is None or row.pushed_at <= self._now() - _SETTLED]
        return [Offer(*row[:-1]) for row in settled], len(settled) < len(rows)

    def sellers_with_zeros(self, since: datetime) -> list[int]:
        """Sellers whose accepted zeros were not read back; reads every zero, so not for each second."""
        with reading(self._engine) as connection:
            return list(
                connection.execute(
                    select(listings.c.user_id).distinct().where(_unverified(), listings.c.pushed_at >= since)
                ).scalars()
            )

    def read_back(self, answers: Sequence[Answer]) -> None:
        by_id = {answer.offer.listing_id: answer for answer in answers}

        def write(connection: Connection) -> None:
            rows = connection.execute(
                select(listings.c.id, listings.c.revision)
                .where(listings.c.id.in_(sorted(by_id)), _unverified())
                .order_by(listings.c.id)
                .with_for_update()
            ).all()
            same = [row.id for row in rows if by_id[row.id].offer.revision == row.revision]
            shown = [id_ for id_ in same if by_id[id_].trouble is None and by_id[id_].shown == 0]
            missing = [id_ for id_ in same if by_id[id_].trouble is not None]
            wrong = [id_ for id_ in same if id_ not in shown and id_ not in missing]
            _set(connection, shown, verified_at=self._now())
            _set(connection, missing, orphan=True)
            _set(connection, wrong, pushed_revision=listings.c.revision - 1)
            events = [_read_event("readback_mismatch", by_id[id_]) for id_ in wrong]
            write_events(connection, events + [_read_event("push_orphan", by_id[id_]) for id_ in missing])

        run_tx(self._engine, write)

    def _claimable(self, user_id: int) -> Any:
        now = self._now()
        return (
            (listings.c.user_id == user_id)
            & pending()
            & withdrawal()
            & not_deferred(now)
            & unclaimed(now)
            & not_in_feed()
        )


def _unverified() -> Any:
    return (
        (listings.c.push_pending == 0)
        & (listings.c.pushed_quantity == 0)
        & (listings.c.quantity == 0)
        & listings.c.verified_at.is_(None)
        & (listings.c.orphan.is_(False))
    )


def _set(connection: Connection, ids: Sequence[int], **values: Any) -> None:
    if ids:
        connection.execute(update(listings).where(listings.c.id.in_(ids)).values(**values))


def _change(push: Pushed, attempts: int, now: datetime) -> dict[str, Any]:
    change: dict[str, Any] = {"row": push.offer.listing_id, **_OPEN}
    match push.outcome:
        case Outcome.ACCEPTED:
            accepted = {"pushed_revision": push.offer.revision, "pushed_quantity": push.offer.quantity}
            clean = {"push_attempts": 0, "push_not_before": None, "push_problem": None}
            change |= accepted | clean | {"pushed_at": push.at, "verified_at": None}
        case Outcome.REJECTED:
            change |= {"push_attempts": attempts + 1, "push_not_before": now + back_off(attempts + 1)}
            change |= {"push_problem": push.problem}
        case Outcome.ORPHAN:
            change |= {"orphan": True, "push_problem": push.problem}
        case Outcome.DEFERRED:
            change |= {"push_not_before": now + _AWAY, "push_problem": push.problem}
    return change


_KINDS = {Outcome.ACCEPTED: "push_accepted", Outcome.REJECTED: "push_rejected", Outcome.ORPHAN: "push_orphan"}


def _event(push: Pushed) -> Event | None:
    kind = _KINDS.get(push.outcome)
    if kind is None:
        return None
    offer = push.offer
    return Event(offer.listing_id, push.at, kind, push.problem, quantity=offer.quantity, revision=offer.revision)


def _read_event(kind: str, answer: Answer) -> Event:
    reason = str(answer.trouble) if answer.trouble else f"Amazon shows {answer.shown}"
    offer = answer.offer
    return Event(offer.listing_id, answer.at, kind, reason[:255], quantity=offer.quantity, revision=offer.revision)
