"""The loss rule, for what is not up yet: replacements, and restores that wait for their push."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from mercarich_contracts.proxy_api import Item
from mercarich_db import loss_rules
from mercarich_db.conditions import among
from mercarich_db.fee_estimates import COLUMNS, ITS_ESTIMATE, estimate_of
from mercarich_db.tables import listing_fees, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings.listing import Listing
from mercarich_reasons.earnings import EarnsTooLittle
from mercarich_replacements.earnings import Sale, Terms
from mercarich_replacements.loss_stop import LossRule, decide


def with_source(
    connection: Connection, ids: Sequence[int], item: Item, by: tuple[Terms, LossRule]
) -> dict[int, EarnsTooLittle]:
    """Return, by id, why those of a seller's listings that would earn too little with this source would be down. `by`:
    the seller's terms and rule."""
    found = {row.id: _too_little(row, item, item.postage_jpy, by) for row in _offers(connection, ids)}
    return {id: reason for id, reason in found.items() if reason is not None}


def too_dear(connection: Connection, waiting: Sequence[Listing], item: Item) -> dict[int, EarnsTooLittle]:
    """Return, by id, why those of these listings would be down that would earn too little with their source, as it was
    seen now. Its postage may be known from an earlier look."""
    found: dict[int, EarnsTooLittle] = {}
    if not waiting:
        return found
    known = select(source_items.c.postage_jpy).where(source_items.c.id == waiting[0].source_item_id)
    postage = connection.execute(known).scalar_one()
    by = {user_id: loss_rules.of(connection, user_id) for user_id in sorted({one.user_id for one in waiting})}
    for row in _offers(connection, [one.id for one in waiting]):
        reason = _too_little(row, item, postage, by[row.user_id])
        if reason is not None:
            found[row.id] = reason
    return found


def _offers(connection: Connection, ids: Sequence[int]) -> Sequence[AnyRow]:
    offer = listings.c
    columns = (offer.id, offer.user_id, offer.offer_price_jpy, offer.least_profit_jpy)
    some = (
        select(*columns, *COLUMNS)
        .select_from(listings.outerjoin(listing_fees, ITS_ESTIMATE))
        .where(among(offer.id, ids))
    )
    return connection.execute(some.order_by(offer.id)).all()


def _too_little(row: AnyRow, item: Item, postage: int | None, by: tuple[Terms, LossRule]) -> EarnsTooLittle | None:
    """Return why it is not to go up, also by a postage that is only counted."""
    sale = Sale(row.offer_price_jpy, item.state, item.reason, item.price_jpy, postage, estimate_of(row))
    reason = decide(sale, *by, row.least_profit_jpy, paused=False).reason
    return reason if isinstance(reason, EarnsTooLittle) else None
