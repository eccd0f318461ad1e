"""`ports.Listings` over the push columns of `listings`."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select, update

from mercarich_contracts.events import EventKind
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listings
from mercarich_feed.adapters.events_sql import Event, write_events
from mercarich_feed.adapters.pending_sql import not_deferred, not_in_feed, unclaimed, withdrawal, withdrawal_pending
from mercarich_feed.domain.doubts import after_acceptance, doubt, doubt_wait, doubts, refusals
from mercarich_feed.domain.pushes import Offer, Outcome, Pushed, back_off
from mercarich_feed.ports import Answer
from mercarich_platform.clock import Clock

LEASE = timedelta(seconds=30)
"""Renewed while the answers are waited for; after a crash the claim's listings wait for so long."""
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

    def withdrawals_waiting(self, user_id: int, *, under_way: bool = False) -> int:
        wanted = self._waiting(user_id) if under_way else self._claimable(user_id)
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(listings).where(wanted)).scalar_one()

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

    def renew(self, claims: Sequence[str]) -> None:
        until = self._now() + LEASE
        mine = update(listings).where(listings.c.push_claim.in_(claims)).values(push_claim_until=until)
        run_tx(self._engine, lambda connection: connection.execute(mine))

    def settle(self, claim: str, pushed: Sequence[Pushed]) -> None:
        by_id = {push.offer.listing_id: push for push in pushed}

        def write(connection: Connection) -> None:
            rows = connection.execute(
                select(listings.c.id, listings.c.push_attempts, listings.c.push_problem)
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
                    changes = [_change(by_id[row.id], row, self._now()) for row in mine]
                    connection.execute(
                        statement.values({key: bindparam(key) for key in changes[0] if key != "row"}), changes
                    )
            write_events(connection, [event for row in rows if (event := _event(by_id[row.id]))])

        run_tx(self._engine, write)

    def unverified_zeros(self, user_id: int, limit: int) -> tuple[list[Offer], bool]:
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(*_COLUMNS, listings.c.pushed_at)
                .where(listings.c.user_id == user_id, _unverified(self._now()))
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
                    select(listings.c.user_id).distinct().where(_unverified(self._now()), listings.c.pushed_at >= since)
                ).scalars()
            )

    def read_back(self, answers: Sequence[Answer]) -> None:
        by_id = {answer.offer.listing_id: answer for answer in answers}

        def write(connection: Connection) -> None:
            rows = connection.execute(
                select(listings.c.id, listings.c.revision, listings.c.push_attempts, listings.c.push_problem)
                .where(listings.c.id.in_(sorted(by_id)), _unverified(self._now()))
                .order_by(listings.c.id)
                .with_for_update()
            ).all()
            events = []
            for row in rows:
                answer = by_id[row.id]
                if answer.offer.revision != row.revision:
                    continue
                change = _read(answer, row, self._now())
                connection.execute(update(listings).where(listings.c.id == row.id).values(**change))
                if answer.trouble is not None:
                    events.append(_read_event(EventKind.PUSH_ORPHAN, answer))
                elif answer.shown:
                    events.append(_read_event(EventKind.READBACK_MISMATCH, answer))
            write_events(connection, events)

        run_tx(self._engine, write)

    def _claimable(self, user_id: int) -> Any:
        return self._waiting(user_id) & unclaimed(self._now())

    def _waiting(self, user_id: int) -> Any:
        now = self._now()
        return (listings.c.user_id == user_id) & withdrawal_pending() & withdrawal() & not_deferred(now) & not_in_feed()


def _unverified(now: datetime) -> Any:
    return (
        (listings.c.push_pending == 0)
        & (listings.c.pushed_quantity == 0)
        & (listings.c.quantity == 0)
        & listings.c.verified_at.is_(None)
        & (listings.c.orphan.is_(False))
        & not_deferred(now)
    )


def _read(answer: Answer, row: Any, now: datetime) -> dict[str, Any]:
    """What a look at an accepted zero changes. No quantity at all is no reason to push, but to look again."""
    again = {"pushed_revision": row.revision - 1}
    if answer.trouble is not None:
        attempts = refusals(row.push_attempts, row.push_problem) + 1
        problem = {"push_attempts": attempts, "push_problem": str(answer.trouble)[:255]}
        return {**again, **problem, "orphan": True, "push_not_before": now + back_off(attempts)}
    if answer.shown == 0:
        return {"verified_at": now, "push_attempts": 0, "push_problem": None, "push_not_before": None}
    attempts = doubts(row.push_attempts, row.push_problem) + 1
    waits = {"push_attempts": attempts, "push_problem": doubt(answer.shown)}
    if answer.shown is None:
        return {**waits, "push_not_before": now + max(doubt_wait(attempts), _SETTLED)}
    return {**again, **waits, "pushed_quantity": answer.shown, "push_not_before": now + doubt_wait(attempts)}


def _change(push: Pushed, row: Any, now: datetime) -> dict[str, Any]:
    attempts = refusals(row.push_attempts, row.push_problem) + 1
    change: dict[str, Any] = {"row": push.offer.listing_id, **_OPEN}
    match push.outcome:
        case Outcome.ACCEPTED:
            accepted = {"pushed_revision": push.offer.revision, "pushed_quantity": push.offer.quantity}
            left, problem = after_acceptance(push.offer.quantity, row.push_attempts, row.push_problem)
            change |= accepted | {"push_attempts": left, "push_not_before": None, "push_problem": problem}
            change |= {"pushed_at": push.at, "verified_at": None, "orphan": False}
        case Outcome.REJECTED:
            change |= {"push_attempts": attempts, "push_not_before": now + back_off(attempts)}
            change |= {"push_problem": push.problem}
        case Outcome.ORPHAN:
            change |= {"push_attempts": attempts, "push_not_before": now + back_off(attempts)}
            change |= {"orphan": True, "push_problem": push.problem}
        case Outcome.DEFERRED:
            doubted = doubts(row.push_attempts, row.push_problem)
            change |= {"push_not_before": now + _AWAY, "push_problem": row.push_problem if doubted else push.problem}
    return change


_KINDS = {
    Outcome.ACCEPTED: EventKind.PUSH_ACCEPTED,
    Outcome.REJECTED: EventKind.PUSH_REJECTED,
    Outcome.ORPHAN: EventKind.PUSH_ORPHAN,
}


def _event(push: Pushed) -> Event | None:
    kind = _KINDS.get(push.outcome)
    if kind is None:
        return None
    offer = push.offer
    return Event(offer.listing_id, push.at, kind, push.problem, quantity=offer.quantity, revision=offer.revision)


def _read_event(kind: EventKind, answer: Answer) -> Event:
    reason = str(answer.trouble) if answer.trouble else f"Amazon shows {answer.shown}"
    offer = answer.offer
    return Event(offer.listing_id, answer.at, kind, reason[:255], quantity=offer.quantity, revision=offer.revision)
