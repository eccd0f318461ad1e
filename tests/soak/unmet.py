"""Orders whose source was gone before their seller had bought it, each in a line: what happened, and when."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from tests.soak.events import DAY
from tests.soak.orders import Orders, is_cancelled
from tests.soak.plant import Plant

from mercarich_db.engine import reading
from mercarich_db.tables import order_items, order_searches, source_items
from mercarich_simulator.amazon.orders import Order
from mercarich_simulator.ledger_orders import source_at
from mercarich_simulator.truth import BUYABLE, Change, state_at


def lines(plant: Plant, told: Orders) -> Iterator[str]:
    """Yield the lines of the orders that were cancelled for want of a source, or searched for, in the order of reads.

    Times are minutes since the order was placed. The hazard is that of the source's present listing.
    """
    item, search, source = order_items.c, order_searches.c, source_items.c
    columns = (item.order_id, item.seen_at, item.price_jpy, source.marketplace, source.item_id)
    rows = (
        select(*columns, search.gone_at, search.searches, search.result, search.found_at)
        .join_from(order_items, source_items, source.id == item.source_item_id)
        .outerjoin(order_searches, search.order_item_id == item.id)
        .order_by(item.id)
    )
    with reading(plant.database.books) as connection:
        items = connection.execute(rows).all()
    for row in items:
        order = told.buying.order(row.order_id)
        searched = row.gone_at is not None and not told.is_bought_at_source(row.order_id)
        if order is not None and (searched or is_cancelled(order)):
            yield "; ".join(_line(plant, told, order, row))


def _line(plant: Plant, told: Orders, order: Order, row: Any) -> Iterator[str]:
    world, since = plant.market.world, order.placed_at
    left = " (left to its seller)" if told.is_left(order) else ""
    yield f"{plant.kernel.at(since):%d %H:%M} {order.sku}{left} {_became(order)}"
    source = source_at(world.offers.touched[(order.seller_id, order.sku)], since)
    if source is not None:
        fate = world.market.fates.of(*source) if world.market.fates else None
        yield source[0] if fate is None else f"{source[0]}, hazard {fate.hazard_per_s * DAY:.2f} a day"
        yield _gone(world.truth.line(*source), order)
    yield f"read {_minutes(row.seen_at.timestamp() - since)}, to be bought {_minutes(order.buys_at - since)}"
    if row.gone_at is None:
        yield "never seen gone"
        return
    spare = "a" if told.had_spare(row, row.gone_at) else "no"
    yield f"seen gone {_minutes(row.gone_at.timestamp() - since)}, {spare} spare piece"
    found = "nothing found" if row.found_at is None else f"found {_minutes(row.found_at.timestamp() - since)}"
    yield f"{row.searches} searches, the last one: {row.result}, {found}"


def _became(order: Order) -> str:
    if order.paid_jpy is not None:
        return "bought elsewhere"
    return "cancelled" if is_cancelled(order) else f"{order.status.lower()}, next: {order.next_step}"


def _gone(line: Sequence[Change], order: Order) -> str:
    at = order.placed_at
    if state_at(line, at) not in BUYABLE:
        change = next(change for change in reversed(line) if change.at <= at)
        return f"gone since {_minutes(change.at - at)} ({change.state})"
    later = next((change for change in line if change.at > at and change.state not in BUYABLE), None)
    return "never gone" if later is None else f"went {_minutes(later.at - at)} ({later.state})"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:+.1f}"
