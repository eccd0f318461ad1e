"""Rows of orders, as feed writes them, and of decisions, as the pages do."""

from typing import Any

from tests.integration.web.rows import Rows, ago

from mercarich_contracts.orders import OrderDecision, OrderStatus
from mercarich_db import tables
from mercarich_reasons.reason import Reason


def ordered(rows: Rows, user_id: int, order_id: str, **values: Any) -> int:
    """Add an order of one piece for 3,000 yen, two hours old and to be sent within two days; return the row's id."""
    defaults = {
        "user_id": user_id,
        "seller_id": f"A{user_id}",
        "order_id": order_id,
        "order_item_id": f"item-{order_id}",
        "sku": "A-1",
        "asin": "B000000001",
        "quantity": 1,
        "price_jpy": 3_000,
        "status": OrderStatus.UNSHIPPED,
        "ordered_at": ago(hours=2),
        "ship_by": ago(days=-2),
        "changed_at": ago(hours=2),
        "seen_at": ago(minutes=118),
    }
    return rows.add(tables.order_items, **defaults | values)


def found(
    rows: Rows,
    order: int,
    item_id: str,
    price_jpy: int,
    postage_jpy: int | None,
    title: str,
    doubt: Reason | None = None,
    jpeg: bytes | None = None,
) -> int:
    """Add an item that a search has found for the order, with its source; return the row's id."""
    cost = {"price_jpy": price_jpy, "postage_jpy": postage_jpy, "landed_jpy": price_jpy + (postage_jpy or 0)}
    its = {"source_item_id": rows.source(item_id, title=title), "title": title, "seen_at": ago(minutes=3)}
    return rows.add(tables.order_replacements, order_item_id=order, doubt=doubt, jpeg=jpeg, **its, **cost)


def decide(rows: Rows, user_id: int, order_id: str, decision: OrderDecision | None, **values: Any) -> None:
    known = {"user_id": user_id, "order_item_id": f"item-{order_id}", "decision": decision}
    stamp = {"revision": 1, "decided_at": ago(minutes=30), "decided_by": "ann"}
    rows.add(tables.order_decisions, **known | stamp | values)


def link(rows: Rows, user_id: int) -> None:
    """Add the seller's account, of the store of `ordered`."""
    its = {"user_id": user_id, "seller_id": f"A{user_id}", "marketplace_id": "A1VC38T7YXB528"}
    rows.add(tables.amazon_accounts, **its, refresh_token="v1.sealed", token_verdict="valid")


def read_orders(rows: Rows, user_id: int, **values: Any) -> None:
    """Add how far the seller's orders are read: by default up to now, without a problem."""
    at = {"began_at": ago(days=30), "read_until": ago(minutes=2), "read_at": ago(minutes=2)}
    row = {"user_id": user_id, "seller_id": f"A{user_id}", "next_read_at": ago(minutes=-1)}
    rows.add(tables.order_reads, **row, **at | values)
