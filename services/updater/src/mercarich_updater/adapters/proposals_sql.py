"""What a replacement that waits keeps for its seller's rule, and the approvals by rule: `ports.Approvals`."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from mercarich_contracts.market import Marketplace
from mercarich_db import approval_rules
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listings, revivals, source_items
from mercarich_listings import approvals
from mercarich_listings.replacements import AWAITED
from mercarich_replacements.approval import PARTS, ByRule
from mercarich_replacements.earnings import Terms
from mercarich_replacements.matching import Likeness
from mercarich_replacements.rules import Wanted
from mercarich_updater.ports import Judged

AT_ONCE = 200
"""Most proposals of a seller that one transaction judges."""


class SqlApprovals:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sellers(self) -> Sequence[int]:
        with reading(self._engine) as connection:
            return approval_rules.sellers(connection)

    def waiting(self, marketplace: Marketplace, user_id: int, after: int) -> Sequence[int]:
        its = revivals.c
        rows = (
            select(its.id)
            .join(listings, AWAITED)
            .join(source_items, source_items.c.id == its.old_source_item_id)
            .where(its.user_id == user_id, its.id > after, source_items.c.marketplace == marketplace)
            .order_by(its.id)
            .limit(AT_ONCE)
        )
        with reading(self._engine) as connection:
            return connection.execute(rows).scalars().all()

    def approve(self, marketplace: Marketplace, user_id: int, revival_ids: Sequence[int], now: datetime) -> ByRule:
        def approve(connection: Connection) -> ByRule:
            return approvals.approve_by_rule(connection, user_id, marketplace, revival_ids, now)

        return run_tx(self._engine, approve)


def facts(connection: Connection, wanted: Wanted, judged: Judged, terms: Terms) -> Mapping[str, Any]:
    """Return the columns that the seller's rule reads, of a match for these listings; None: not known."""
    item, source = judged.item, wanted.source_item_id
    cost = None if item.price_jpy is None or item.postage_jpy is None else item.price_jpy + item.postage_jpy
    offers = approvals.offers_of(connection, wanted.user_id, {source: wanted.condition}).get(source)
    sells = () if offers is None else offers.sells(terms, cost)
    known = [(one.profit_jpy, one.price_jpy) for one in sells if one.profit_jpy is not None]
    profit, price = min(known) if known and len(known) == len(sells) else (None, None)
    return {
        "proposed": True,
        "seller_id": item.seller_id and item.seller_id[:64],
        "alike_parts": None if judged.likeness is None else _parts(judged.likeness),
        "postage_jpy": item.postage_jpy,
        "rating_good": item.seller_rating_good,
        "rating_bad": item.seller_rating_bad,
        "condition_code": item.condition_code,
        "first_price_jpy": None if offers is None else offers.first_jpy,
        "first_condition_code": None if offers is None else offers.first_condition,
        "offer_price_jpy": price,
        "profit_jpy": profit,
    }


def _parts(likeness: Likeness) -> int | None:
    share = min(likeness.share_forth, likeness.share_back)
    return round(share * PARTS) if math.isfinite(share) else None
