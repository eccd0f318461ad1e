"""What a message of Amazon's Notifications API says of orders: which order of which seller has changed.

Nothing else of it is used, kept or told. It comes bare from a destination that is a queue, or in the envelope of
EventBridge ("Set up notifications" of the SP-API documentation; the model ORDER_CHANGE, OrderChangeNotification.json).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

NOTIFICATION = "ORDER_CHANGE"
MOST_RECEIVES = 5
"""How often a message may come whose order Amazon does not know: an order may show later than its notification."""
_SELLER, _ORDER = re.compile(r"[A-Z0-9]{1,32}"), re.compile(r"[A-Z0-9-]{1,32}")


class Outcome(StrEnum):
    """What came of a message; the label of its metric."""

    STORED = "stored"
    """The order stands in the database."""
    LEFT = "left"
    """The order could not be read now: the queue gives the message again."""
    GARBAGE = "garbage"
    """No notification of an order."""
    UNKNOWN_SELLER = "unknown_seller"
    """Nobody here has linked this store, or its token is refused: its orders are read once it is linked."""
    UNKNOWN_ORDER = "unknown_order"
    """Amazon does not know the order, time and again."""
    REFUSED = "refused"
    """Amazon does not show the order: the application or the authorisation lacks the role."""

    @property
    def is_settled(self) -> bool:
        """The message may be deleted."""
        return self is not Outcome.LEFT


@dataclass(frozen=True, slots=True)
class OrderHint:
    """An order that has changed at Amazon."""

    seller_id: str
    order_id: str


class NoHint(Exception):
    """The message is no notification of an order. The text has nothing of the message."""


def read(body: str) -> OrderHint:
    """Return the order that the message is about. Raises `NoHint`."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise NoHint("it is no JSON") from None
    notification = _notification(document)
    if _text(notification, "NotificationType") != NOTIFICATION:
        raise NoHint("it is no notification of the type ORDER_CHANGE")
    change = _below(notification, "Payload", "OrderChangeNotification")
    seller_id, order_id = _text(change, "SellerId"), _text(change, "AmazonOrderId")
    if not (_SELLER.fullmatch(seller_id) and _ORDER.fullmatch(order_id)):
        raise NoHint("it names no seller or no order")
    return OrderHint(seller_id, order_id)


def _notification(document: Any) -> Mapping[str, Any]:
    """Return the notification itself: EventBridge has it in `detail`."""
    envelope = document if isinstance(document, dict) else {}
    detail = envelope.get("detail")
    return detail if isinstance(detail, dict) and "detail-type" in envelope else envelope


def _below(document: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        inner = document.get(name)
        document = inner if isinstance(inner, dict) else {}
    return document


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""
