"""A price of a listing that was asked for, as its page, the API and `explain` tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.repricing import RepricingState
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import (
    AmazonDoesNotServe,
    FollowsNoMore,
    NoOfferForPrice,
    NoPriceToTakeBack,
    PriceChangedAgain,
    PriceIsAnother,
    PriceOnItsWay,
    PriceSent,
    PriceWaits,
)


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The last price of a listing that was asked for, and whether it follows its source."""

    revision: int
    """Counts the prices that were asked for."""
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


@dataclass(frozen=True, slots=True)
class Offered:
    """What a take-back depends on, besides the change itself."""

    sku: str
    price_jpy: int | None
    """In the books: as Amazon was last seen to have it."""
    at_amazon: bool
    """Whether Amazon has the offer, and is not deleting it."""
    is_served: bool
    """Whether an account is linked whose token Amazon does not refuse."""


def why_not_taken_back(change: PriceChange | None, offered: Offered, seen: int | None = None) -> Reason | None:
    """Return why the change cannot be taken back; None: it can, unless Amazon shows another price when feed looks.

    `seen`: the revision that the person saw; None: whichever is the newest.
    """
    sku = offered.sku
    if change is None or change.from_jpy is None or change.to_jpy is None:
        return NoPriceToTakeBack(sku)
    if seen is not None and seen != change.revision:
        return PriceChangedAgain(sku, change.from_jpy, change.to_jpy)
    if change.is_open:
        return PriceOnItsWay(sku, change.to_jpy)
    if change.state != RepricingState.SHOWN or change.from_jpy == change.to_jpy:
        return NoPriceToTakeBack(sku)
    if offered.price_jpy != change.to_jpy:
        return PriceIsAnother(sku, change.to_jpy, offered.price_jpy)
    if not offered.at_amazon:
        return NoOfferForPrice(sku)
    return None if offered.is_served else AmazonDoesNotServe(sku)


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
