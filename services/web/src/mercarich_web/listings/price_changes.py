"""A price of a listing that was asked for, as its page, the API and `explain` tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.repricing import RepricingState
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import FollowsNoMore, PriceSent, PriceWaits


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The last price of a listing that was asked for, and whether it follows its source."""

    from_jpy: int | None
    to_jpy: int | None
    asked_at: datetime | None
    state: str
    """A `RepricingState`."""
    sent_at: datetime | None
    problem: Reason | None
    stopped_at: datetime | None
    stop_reason: Reason | None

    @property
    def is_open(self) -> bool:
        return self.state in (RepricingState.WAITING, RepricingState.SENT)

    @property
    def can_be_taken_back(self) -> bool:
        return self.state == RepricingState.SHOWN and self.from_jpy != self.to_jpy


def price_now(change: PriceChange | None) -> tuple[Reason, ...]:
    """Return what is so of a listing's price: that one is on its way, that it follows no more, each with its reason.

    Empty: neither is so.
    """
    if change is None:
        return ()
    told = [*_coming(change), FollowsNoMore(change.stopped_at) if change.stopped_at is not None else None]
    return tuple(one for one in (*told, change.stop_reason) if one is not None)


def _coming(change: PriceChange) -> Sequence[Reason | None]:
    """Return that it is on its way, and what it waits for."""
    if not change.is_open or change.from_jpy is None or change.to_jpy is None:
        return []
    if change.state == RepricingState.SENT and change.sent_at is not None:
        return [PriceSent(change.from_jpy, change.to_jpy, change.sent_at), change.problem]
    return [PriceWaits(change.from_jpy, change.to_jpy), change.problem]
