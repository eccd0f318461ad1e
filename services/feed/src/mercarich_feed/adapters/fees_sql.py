"""`ports_fees.Fees` over `listing_fees`, and how far the estimates of all sellers are."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)

from mercarich_db.bulk import insert_missing
from mercarich_db.engine import reading, run_tx
from mercarich_db.fee_estimates import ITS_ESTIMATE
from mercarich_db.tables import listing_fees, listings, users
from mercarich_feed.adapters.accounts_sql import has_usable_account
from mercarich_feed.domain.fees import EVERY, MOVED_PERCENT, FeeBook, FeeResult, Priced, again_after
from mercarich_listings.listing import UP
from mercarich_listings.stages import is_in
from mercarich_listings.transition import Stage
from mercarich_platform.clock import Clock
from mercarich_replacements.fees import Estimate

CLAIMED = timedelta(minutes=5)
"""Lease of a request: it is made again by whoever comes then, if nobody has stored what came of it."""
_offer, _fee = listings.c, listing_fees.c
_OFFERS = listings.outerjoin(listing_fees, ITS_ESTIMATE)
_IS_ASKED = and_(is_in((*UP, Stage.PAUSED)), _offer.orphan.is_(False), _offer.offer_price_jpy > 0)
"""SQL condition: the offer is up, or the loss stop has paused it, which its real fee may end."""
_HAS_MOVED = func.abs(_offer.offer_price_jpy - _fee.of_price_jpy) * 100 > _fee.of_price_jpy * MOVED_PERCENT
_FREE = and_(_fee.claim.is_(None), _fee.failures == 0)
"""Nobody asks for it now, and no wait after a failure goes on."""


class SqlFees:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def claim(self, user_id: int, limit: int) -> tuple[str, Sequence[Priced]]:
        claim = uuid.uuid4().hex

        def claim_some(connection: Connection) -> Sequence[Priced]:
            now = self._now()
            found = connection.execute(_due_of(user_id, now).limit(limit)).all()
            some = found[:1] if found and found[0].alone else [row for row in found if not row.alone]
            ids = sorted(row.id for row in some)
            new = sorted(row.id for row in some if row.failures is None)
            insert_missing(connection, listing_fees, [{**_NEW, "listing_id": id, "next_at": now} for id in new])
            locked = select(_fee.listing_id).where(_fee.listing_id.in_(ids), _still_due(now)).order_by(_fee.listing_id)
            mine = frozenset(connection.execute(locked.with_for_update()).scalars())
            claimed = update(listing_fees).where(_fee.listing_id.in_(sorted(mine)))
            connection.execute(claimed.values(claim=claim, next_at=now + CLAIMED))
            return [Priced(row.id, row.sku, row.offer_price_jpy) for row in some if row.id in mine]

        return claim, run_tx(self._engine, claim_some)

    def settle(
        self, claim: str, results: Sequence[FeeResult], *, again_after: timedelta | None = None, alone: bool = False
    ) -> None:
        def settle(connection: Connection) -> None:
            now = self._now()
            held = select(_fee.listing_id, _fee.failures).where(_of(claim, [each.listing_id for each in results]))
            rows = connection.execute(held.order_by(_fee.listing_id).with_for_update())
            failures = {row.listing_id: row.failures for row in rows}
            mine = [result for result in results if result.listing_id in failures]
            estimates = [_estimated(result, now) for result in mine if isinstance(result.found, Estimate)]
            failed = [
                _failed(result, failures[result.listing_id] + 1, now, again_after) | {"alone": alone}
                for result in mine
                if not isinstance(result.found, Estimate)
            ]
            _write(connection, estimates)
            _write(connection, failed)

        run_tx(self._engine, settle)

    def release(self, claim: str, offers: Sequence[Priced]) -> None:
        mine = update(listing_fees).where(_of(claim, [offer.listing_id for offer in offers]))
        run_tx(self._engine, lambda connection: connection.execute(mine.values(claim=None, next_at=self._now())))

    def book(self) -> FeeBook:
        """Read all offers that are up or paused: a second for some hundred thousand."""
        now = self._now()
        due = func.count(case((_is_due(now), 1)))
        query = select(_offer.user_id, due.label("due"), func.min(_fee.estimated_at).label("oldest"))
        query = query.add_columns(func.count(_fee.problem).label("refused"))
        query = query.select_from(_OFFERS.join(users, users.c.id == _offer.user_id))
        query = query.where(_IS_ASKED, users.c.active, has_usable_account(now, self._retry_seconds))
        with reading(self._engine) as connection:
            rows = connection.execute(query.group_by(_offer.user_id).order_by(_offer.user_id)).all()
        oldest = min((row.oldest for row in rows if row.oldest is not None), default=None)
        return FeeBook(now, {row.user_id: row.due for row in rows if row.due}, oldest, sum(row.refused for row in rows))


_NEW = {"claim": None, "failures": 0, "alone": False}


def _of(claim: str, ids: Sequence[int]) -> ColumnElement[bool]:
    """SQL condition: those of the listings that are still under this claim."""
    return and_(_fee.listing_id.in_(sorted(ids)), _fee.claim == claim)


def _still_due(now: datetime) -> ColumnElement[bool]:
    """Without a look at the price: what nobody has claimed since, nor settled so that it must wait."""
    return or_(_fee.next_at <= now, _FREE)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(_fee.listing_id.is_(None), _fee.next_at <= now, and_(_FREE, _HAS_MOVED))


def _due_of(user_id: int, now: datetime) -> Select[Any]:
    """Select what is due: offers without an estimate first, then by the time since which they wait; failures last."""
    rank = case((_fee.listing_id.is_(None), 0), (_fee.failures == 0, 1), else_=2)
    query = select(_offer.id, _offer.sku, _offer.offer_price_jpy, _fee.failures, _fee.alone).select_from(_OFFERS)
    return query.where(_offer.user_id == user_id, _IS_ASKED, _is_due(now)).order_by(rank, _fee.next_at, _offer.id)


def _write(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    its = update(listing_fees).where(_fee.listing_id == bindparam("its_id"))
    names = [name for name in rows[0] if name != "id"]
    own = its.values({name: bindparam(f"its_{name}", type_=_fee[name].type) for name in names})
    connection.execute(own, [{f"its_{name}": row[name] for name in row} for row in rows])


def _estimated(result: FeeResult, now: datetime) -> dict[str, Any]:
    estimate = result.found
    assert isinstance(estimate, Estimate)
    return {
        "id": result.listing_id,
        "fee_jpy": estimate.fee_jpy,
        "fixed_jpy": estimate.fixed_jpy,
        "of_price_jpy": estimate.of_price_jpy,
        "estimated_at": estimate.at,
        "next_at": now + EVERY,
        **_NEW,
        "problem": None,
    }


def _failed(result: FeeResult, failures: int, now: datetime, wait: timedelta | None) -> dict[str, Any]:
    next_at = now + (again_after(failures) if wait is None else wait)
    return {"id": result.listing_id, "claim": None, "failures": failures, "problem": result.found, "next_at": next_at}
