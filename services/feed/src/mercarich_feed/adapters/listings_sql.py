"""`ports.Listings` over the push columns of `listings`."""

import logging
import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, exists, false, func, or_, select, update

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_db.bulk import Filter
from mercarich_db.engine import reading, run_tx
from mercarich_db.pushes import not_deferred
from mercarich_db.tables import amazon_accounts, listings
from mercarich_feed.adapters.events_sql import Event, write_events
from mercarich_feed.adapters.failures_sql import FAILURES, failures
from mercarich_feed.adapters.overtaken_sql import push_again
from mercarich_feed.adapters.pending_sql import not_in_feed, restore_waits, unclaimed, withdrawal, withdrawal_pending
from mercarich_feed.domain.doubts import after_acceptance, doubt, doubt_wait, doubts, refusals
from mercarich_feed.domain.pushes import Offer, Outcome, Pushed, back_off
from mercarich_feed.ports import Answer, Missing
from mercarich_platform.clock import Clock
from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)

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
_MAYBE_SHOWN = (Outcome.ACCEPTED, Outcome.DEFERRED)


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
        # Under the same lock as a feed is begun: one that is just being written is seen here, and sees this claim.
        account = select(amazon_accounts.c.user_id).where(amazon_accounts.c.user_id == user_id).with_for_update()
        return self._claim(wanted, account)

    def renew(self, claims: Sequence[str]) -> None:
        until = self._now() + LEASE
        mine = update(listings).where(listings.c.push_claim.in_(claims)).values(push_claim_until=until)
        try:
            run_tx(self._engine, lambda connection: connection.execute(mine))
        except DatabaseAway as error:  # the answers under way are worth more than the claim
            log.warning("claims are not renewed", extra={"reason": str(error)})

    def settle(self, claim: str, pushed: Sequence[Pushed]) -> None:
        by_id = {push.offer.listing_id: push for push in pushed}

        def write(connection: Connection) -> None:
            rows = connection.execute(
                select(listings.c.id, listings.c.push_claim, *FAILURES)
                .where(listings.c.id.in_(sorted(by_id)), listings.c.push_claim == claim)
                .order_by(listings.c.id)
                .with_for_update()
            ).all()
            restores = [push for push in pushed if push.offer.quantity and push.outcome in _MAYBE_SHOWN]
            push_again(connection, _overtaken(connection, restores, claim))
            by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
            for row in rows:
                change = _change(by_id[row.id], row, self._now())
                by_columns[tuple(change)].append(change)
            statement = update(listings).where(listings.c.id == bindparam("row"))
            for columns, changes in by_columns.items():
                values: dict[str, Any] = {name: bindparam(name) for name in columns if name != "row"}
                connection.execute(statement.values(values), changes)
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
        sellers = amazon_accounts.c.user_id
        zero = exists().where(listings.c.user_id == sellers, _unverified(self._now()), listings.c.pushed_at >= since)
        with reading(self._engine) as connection:
            return list(connection.execute(select(sellers).where(zero)).scalars())

    def read_back(self, answers: Sequence[Answer]) -> None:
        by_id = {answer.offer.listing_id: answer for answer in answers}

        def write(connection: Connection) -> None:
            rows = connection.execute(
                select(listings.c.id, listings.c.revision, *FAILURES)
                .where(listings.c.id.in_(sorted(by_id)), _unread(self._now()))
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
                if isinstance(answer.trouble, Missing):
                    events.append(_read_event(EventKind.PUSH_ORPHAN, answer))
                elif answer.shown not in (None, answer.offer.quantity):
                    events.append(_read_event(EventKind.READBACK_MISMATCH, answer))
            write_events(connection, events)

        run_tx(self._engine, write)

    def _claim(self, wanted: Select[Any], lock: Select[Any] | None = None) -> tuple[str, list[Offer]]:
        claim = secrets.token_hex(16)

        def take(connection: Connection) -> list[Offer]:
            if lock is not None:
                connection.execute(lock)
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

    def _restorable(self, user_id: int, marketplace: Marketplace | None) -> Any:
        waits = (listings.c.user_id == user_id) & restore_waits(self._now())
        return waits if marketplace is None else waits & (listings.c.marketplace == marketplace)

    def _claimable(self, user_id: int) -> Any:
        return self._waiting(user_id) & unclaimed(self._now())

    def _waiting(self, user_id: int) -> Any:
        now = self._now()
        return (listings.c.user_id == user_id) & withdrawal_pending() & withdrawal() & not_deferred(now) & not_in_feed()


def _overtaken(connection: Connection, restores: Sequence[Pushed], claim: str) -> list[int]:
    """Ids of those whose claim is another's or nobody's by now, and that have changed since."""
    if not restores:
        return []
    revisions = {push.offer.listing_id: push.offer.revision for push in restores}
    lost = or_(listings.c.push_claim.is_(None), listings.c.push_claim != claim)
    mine = listings.c.id.in_(sorted(revisions))
    rows = connection.execute(
        select(listings.c.id, listings.c.revision).where(mine, lost).order_by(listings.c.id).with_for_update()
    )
    return [row.id for row in rows if row.revision > revisions[row.id]]


def _unverified(now: datetime) -> Any:
    """Of a seller: found among his zeros, by `ix_listings_shop`; by what is pushed it would be all that he lists."""
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


def _read(answer: Answer, row: Any, now: datetime) -> dict[str, Any]:
    """What a look at an accepted push changes. No quantity at all is no reason to push, but to look again."""
    again, tried = {"pushed_revision": row.revision - 1}, failures(row, row.revision)
    failed = {"push_failed_revision": row.revision}
    if isinstance(answer.trouble, Missing):
        attempts = refusals(*tried) + 1
        problem = {"push_attempts": attempts, "push_problem": str(answer.trouble)[:255]}
        return {**again, **failed, **problem, "orphan": True, "push_not_before": now + back_off(attempts)}
    if answer.shown == answer.offer.quantity:
        return {"verified_at": now, "push_attempts": 0, "push_problem": None, "push_not_before": None}
    if answer.shown is None and answer.offer.quantity:
        return {"push_attempts": 0, "push_problem": None}
    attempts = doubts(*tried) + 1
    waits = {**failed, "push_attempts": attempts, "push_problem": doubt(answer.shown)}
    if answer.shown is None:
        return {**waits, "push_not_before": now + max(doubt_wait(attempts), _SETTLED)}
    return {**again, **waits, "pushed_quantity": answer.shown, "push_not_before": now + doubt_wait(attempts)}


def _change(push: Pushed, row: Any, now: datetime) -> dict[str, Any]:
    tried = failures(row, push.offer.revision)
    attempts = refusals(*tried) + 1
    change: dict[str, Any] = {"row": push.offer.listing_id, **_OPEN}
    if push.outcome not in (Outcome.ACCEPTED, Outcome.RELEASED):
        change |= {"push_failed_revision": push.offer.revision}
    match push.outcome:
        case Outcome.ACCEPTED:
            accepted = {"pushed_revision": push.offer.revision, "pushed_quantity": push.offer.quantity}
            left, problem = after_acceptance(*tried)
            change |= accepted | {"push_attempts": left, "push_not_before": None, "push_problem": problem}
            change |= {"pushed_at": push.at, "verified_at": None, "orphan": False}
        case Outcome.REJECTED:
            change |= {"push_attempts": attempts, "push_not_before": now + back_off(attempts)}
            change |= {"push_problem": push.problem}
        case Outcome.ORPHAN:
            change |= {"push_attempts": attempts, "push_not_before": now + back_off(attempts)}
            change |= {"orphan": True, "push_problem": push.problem}
        case Outcome.DEFERRED:
            change |= {"push_not_before": now + _AWAY, "push_problem": tried[1] if doubts(*tried) else push.problem}
            change |= {"push_attempts": tried[0]}
            if push.offer.quantity:
                # It may still be on its way, and Amazon may show it by now. So the zero of a source that has gone
                # waits until nobody can be working on it any more, as after a crash.
                change |= {"push_claim": row.push_claim, "push_claim_until": now + LEASE, "pushed_quantity": None}
                change |= {"push_not_before": now + LEASE}
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
