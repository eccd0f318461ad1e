"""What a seller wants to decide on an ordered item."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mercarich_contracts.orders import OrderDecision

LONGEST_NOTE = 255
MOST_PAID = 100_000_000
"""Yen."""
Revision = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""The revision of the decision that the seller saw; 0: there was none."""


@dataclass(frozen=True, slots=True)
class Wish:
    decision: OrderDecision | None
    """None: take the decision back."""
    shown: Revision
    note: str | None = None
    paid_jpy: int | None = None
    """What was paid at the source, in all."""


def wished(decision: OrderDecision | None, shown: int, note: str | None = None, paid_jpy: int | None = None) -> Wish:
    """Return the wish. An empty note is none, and what is taken back has neither note nor price."""
    if decision is None:
        return Wish(None, shown)
    return Wish(decision, shown, " ".join((note or "").split()) or None, paid_jpy)
