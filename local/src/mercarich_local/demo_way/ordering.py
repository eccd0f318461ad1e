"""Order: a buyer orders an offer whose source has just gone; the seller buys another item within the break-even."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Select, and_, func, select, update

from mercarich_contracts.market import OUT_OF_STOCK
from mercarich_contracts.orders import OrderDecision, OrderStatus
from mercarich_db.earning_terms import terms_of
from mercarich_db.engine import reading, run_tx
from mercarich_db.fee_estimates import estimate_for
from mercarich_db.tables import (
    listings,
    order_decisions,
    order_items,
    order_reads,
    order_replacements,
    order_searches,
    source_items,
)
from mercarich_db.types import AnyRow
from mercarich_local.demo_stage import Problem, Stage, clock
from mercarich_local.demo_way.cast import Cast, Offer, Seller, offers_on_sale
from mercarich_local.demo_way.visitor import Visitor

SKIPPED_SECONDS = 300.0
"""What the market's clock is put on by, so that the buyer has paid, and Amazon tells of it."""
STEP_SECONDS = 120.0
"""Longest time of each step."""
COUNTS = {
    "orders": "ordered",
    "orders_unsourced": "without a source",
    "orders_met_elsewhere": "met by another item",
    "pieces_sold_twice": "sold twice",
    "sold_at_loss": "sold at a loss",
}
"""What the ledger counts of orders, and how it is told."""
POSTAGE_JPY = 1500
"""What the seller counts for a postage that a page does not tell."""
TRIED = 3
"""Most buyers that come: not everything has a second piece that fits."""


def play(stage: Stage, cast: Cast) -> dict[str, object]:
    seller = cast.reviving
    stage.title("Order: a source is sold to somebody else, and a buyer orders its offer before anybody has looked")
    wish = ("revival", "set", seller.username, "REVIVAL_UNKNOWN_POSTAGE_JPY", str(POSTAGE_JPY))
    stage.command_line(*wish)
    stage.ask(*wish)
    offer, order, orders = _ordered(stage, seller)
    bought = _buy(stage, seller, order)
    return {"sku": offer.sku, **bought, **_judged(stage, seller, offer, order, orders)}


def _ordered(stage: Stage, seller: Seller) -> tuple[Offer, AnyRow, int]:
    """Return the first offer for whose order another item was found, the order, and the number of orders."""
    for number, (offer, price) in enumerate(_offers(stage, seller), 1):
        _order(stage, seller, offer, price)
        order = _read(stage, seller, offer)
        if _look_and_search(stage, offer, order):
            return offer, order, number
        stage.tell("Nothing else fits: a person has to decide on this order. Another buyer comes")
    raise Problem(f"no other item was found for {TRIED} orders")


def _offers(stage: Stage, seller: Seller) -> Iterator[tuple[Offer, int]]:
    """Yield a few offers of one piece, here and at Amazon, whose source can be bought, and its price in yen."""

    def found() -> Iterator[tuple[Offer, int]]:
        for offer in offers_on_sale(stage.engine, seller):
            item = stage.simulator.item(offer.marketplace, offer.item_id)
            shown = stage.simulator.offer(seller.seller_id, offer.sku)["quantity"]
            if (_listing(stage, offer).quantity, shown, item["state"]) == (1, 1, "available"):
                yield offer, item["price"]

    return islice(found(), TRIED)


def _order(stage: Stage, seller: Seller, offer: Offer, price: int) -> None:
    stage.simulator.sell_items(offer.marketplace, [offer.item_id])
    stage.tell(f"{clock(_now())}  {offer.item_id}, {price:,} yen at {offer.marketplace}, is sold to somebody else")
    if stage.simulator.order(seller.seller_id, offer.sku) != 1:
        raise Problem(f"Amazon sold no piece of {offer.sku}")
    stage.tell(f"{clock(_now())}  A buyer orders its offer {offer.sku} of {seller.username} at Amazon")


def _read(stage: Stage, seller: Seller, offer: Offer) -> AnyRow:
    stage.simulator.advance(SKIPPED_SECONDS)
    stage.tell(
        "A demo does not wait until the buyer has paid and Amazon tells of it:"
        f" the market's clock is put on by {SKIPPED_SECONDS / 60:.0f} minutes, and orders are read now"
    )
    its = select(order_items).where(
        order_items.c.user_id == seller.user_id, order_items.c.listing_id == offer.listing_id
    )
    order = _awaited(stage, its, f"the order of {offer.sku} read", lambda: _read_now(stage, seller))
    if order.status != OrderStatus.UNSHIPPED or order.price_jpy is None:
        raise Problem(f"the order {order.order_id} is {order.status}: its buyer has not paid yet")
    down = _listing(stage, offer)
    if down.quantity:
        raise Problem(f"{offer.sku} is still up in the books although its last piece was ordered")
    stage.tell(f"{clock(order.seen_at)}  Feed has read the order {order.order_id}: {order.price_jpy:,} yen;")
    stage.see("its last piece is ordered, so the offer is down in the books at once")
    return order


def _read_now(stage: Stage, seller: Seller) -> None:
    """Let feed's next read of the seller's orders be due. One that goes on puts the next one off when it ends."""
    read, now = order_reads.c, _now()
    late = and_(read.user_id == seller.user_id, read.next_read_at > now)
    run_tx(
        stage.engine, lambda connection: connection.execute(update(order_reads).where(late).values(next_read_at=now))
    )


def _look_and_search(stage: Stage, offer: Offer, order: AnyRow) -> bool:
    """Return whether another item was found."""
    source = source_items.c
    gone = select(source_items).where(
        source.id == order.source_item_id, source.state.in_(sorted(OUT_OF_STOCK)), source.checked_at > order.seen_at
    )
    seen = _awaited(stage, gone, f"{offer.item_id} seen gone")
    stage.tell(f"{clock(seen.checked_at)}  The checker has looked at its source: {seen.state}")
    # An inconclusive search is not counted, and another one follows half a minute later.
    searched = select(order_searches).where(order_searches.c.order_item_id == order.id, order_searches.c.searches > 0)
    ended = _awaited(stage, searched, f"another source of the order {order.order_id} searched")
    number, dearest = _found(stage, order)
    with reading(stage.engine) as connection:
        terms = terms_of(connection, order.user_id)
        estimate = estimate_for(connection, order.listing_id)
    limit = terms.kept(order.price_jpy, estimate)
    if dearest > limit:
        raise Problem(f"an item of {dearest:,} yen was found for {order.order_id}, which breaks even at {limit:,}")
    if not number:
        return False
    stage.tell(
        f"{clock(ended.found_at)}  The updater has found another source, one of {number}, within the order's"
        f" break-even: {limit:,} yen after Amazon's fee of {terms.fee(order.price_jpy, estimate):,} yen"
    )
    return True


def _buy(stage: Stage, seller: Seller, order: AnyRow) -> dict[str, object]:
    stage.title("Buy: the seller sees what to buy, buys it, and says so")
    words = ("orders", "--username", seller.username)
    stage.command_line(*words)
    to_buy = next(one for one in stage.answer(*words)["sellers"][0]["to_buy"] if one["order_id"] == order.order_id)
    stage.see(f"{to_buy['order_id']}: its source is {to_buy['standing']}, it leaves {_yen(to_buy['profit_jpy'])}")
    for url in to_buy["found"]:
        stage.see(f"found: {url}")
    with Visitor(stage.system.url("web")) as visitor:
        visitor.sign_in(seller.username, stage.system.data / "logins.txt")
        asked = next(one for one in visitor.orders() if one["order_id"] == order.order_id)
        item = asked["found"][0]
        paid = item["price_jpy"] + (item["postage_jpy"] or 0)
        stage.simulator.meet(order.order_id, item["marketplace"], item["item_id"])
        wish = {"decision": OrderDecision.BOUGHT.value, "shown": asked["revision"], "paid_jpy": paid}
        visitor.decide(asked["item"], wish)
        (decided,) = visitor.orders(decided=True)
    stage.see(f"POST /api/v1/orders/{asked['item']}/decision  {json.dumps(wish)}")
    stage.tell(
        f"{clock(datetime.fromisoformat(decided['decided_at']))}  Bought at {item['marketplace']} for {paid:,} yen,"
        f" says {decided['decided_by']}; the order leaves {_yen(decided['profit_jpy'])}"
    )
    return {"order": order.order_id, "item": item["item_id"], "paid_jpy": paid, "profit_jpy": decided["profit_jpy"]}


def _judged(stage: Stage, seller: Seller, offer: Offer, order: AnyRow, orders: int) -> Mapping[str, object]:
    """Return what the market's ledger counts. Raises `Problem` when that or the rows are not as they must be."""
    its = (order_decisions.c.user_id == seller.user_id, order_decisions.c.order_item_id == order.order_item_id)
    with reading(stage.engine) as connection:
        decision = connection.execute(select(order_decisions.c.decision).where(*its)).scalar()
        terms = terms_of(connection, seller.user_id)
    shown = stage.simulator.offer(seller.seller_id, offer.sku)["quantity"]
    if decision != OrderDecision.BOUGHT or shown or _listing(stage, offer).quantity:
        raise Problem(f"{offer.sku} is decided as {decision}, and Amazon shows {shown} of it")
    ledger = stage.simulator.orders_ledger(terms.costs_jpy)
    counted = {name: ledger[name] for name in COUNTS}
    stage.tell(f"The market's ledger: {', '.join(f'{number} {COUNTS[name]}' for name, number in counted.items())}")
    wanted = dict.fromkeys(COUNTS, 0) | {"orders": orders, "orders_unsourced": orders, "orders_met_elsewhere": 1}
    if counted != wanted:
        raise Problem(f"the market's ledger must count {wanted}")
    return counted


def _awaited(stage: Stage, query: Select[Any], what: str, before: Callable[[], object] = lambda: None) -> AnyRow:
    """Wait for the query's only row, and return it. `before` is called before each look."""
    found: list[AnyRow] = []

    def look() -> bool:
        before()
        with reading(stage.engine) as connection:
            found[:] = connection.execute(query).all()
        return bool(found)

    stage.until(look, what, STEP_SECONDS)
    (row,) = found
    return row


def _found(stage: Stage, order: AnyRow) -> tuple[int, int]:
    """Return how many items fit the order, and what the dearest of them costs in yen with its postage."""
    columns = (func.count(), func.coalesce(func.max(order_replacements.c.landed_jpy), 0))
    with reading(stage.engine) as connection:
        number, dearest = connection.execute(
            select(*columns).where(order_replacements.c.order_item_id == order.id, order_replacements.c.doubt.is_(None))
        ).one()
    return number, dearest


def _listing(stage: Stage, offer: Offer) -> AnyRow:
    with reading(stage.engine) as connection:
        return connection.execute(select(listings).where(listings.c.id == offer.listing_id)).one()


def _now() -> datetime:
    return datetime.now(UTC)


def _yen(amount: int | None) -> str:
    return "an unknown amount" if amount is None else f"{amount:,} yen"
