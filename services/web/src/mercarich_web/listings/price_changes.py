"""A price of a listing that was asked for, as its page and the API tell it."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The last price of a listing that was asked for, and whether it follows its source."""

    from_jpy: int | None
    to_jpy: int | None
    asked_at: datetime | None
    state: str
    """A `RepricingState`."""
    problem: Reason | None
    stopped_at: datetime | None
    stop_reason: Reason | None

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "sent")

    @property
    def can_be_taken_back(self) -> bool:
        return self.state == "shown" and self.from_jpy != self.to_jpy
