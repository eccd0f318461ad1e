"""Reasons to refuse a decision on an order."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.orders import OrderDecision
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class DecidedMeanwhile(Reason):
    """Another decision was made since the page was read."""

    order_id: str
    person: str
    at: datetime
    decision: OrderDecision | None = None
    """None: the decision was taken back."""
