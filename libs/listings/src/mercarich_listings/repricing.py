"""A price on its way to Amazon: what each look and each response makes of it. No I/O.

What Amazon accepts it may ignore, or show after minutes, so a price counts once Amazon has it. A price that somebody
else has set there stays: the offer follows its source no more until its seller resumes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_contracts.repricing import RepricingState
from mercarich_listings.read_back import SHOWS_WITHIN
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import OfferOnSalePrice, PriceChangedElsewhere, PriceNotRead, PriceNotTaken

SENDS = 3
"""How often a price is sent that Amazon accepts and does not take."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Repricing:
    """An open row of `repricings`, with the listing's SKU."""

    listing_id: int
    user_id: int
    sku: str
    revision: int
    from_jpy: int
    to_jpy: int
    state: RepricingState
    attempts: int
    asked_at: datetime
    sent_at: datetime | None
    overtaken: bool = False
    """Whether the price is not wanted any more: the offer is down (and not paused), has another source or price than
    when this was asked for, follows its source no more, or not to this price; or it was asked for long ago."""


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """What Amazon has of an offer's price, in yen, tax included."""

    given: int | None
    """The ordinary price in the attributes; None: none is told."""
    shown: int | None = None
    """What buyers see; None: none is told, as of an offer that is down."""
    on_sale: bool = False
    """Whether it has a sale price besides."""


class Next(StrEnum):
    SHOWN = "shown"
    """Amazon has the price."""
    WAIT = "wait"
    SEND_AGAIN = "send_again"
    OVERTAKEN = "overtaken"
    """It is not sent any more; the next look at the source decides anew."""
    STOP = "stop"
    """It is not made, and the offer follows its source no more."""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a price now, and why."""

    next: Next
    reason: Reason | None = None
    wait: timedelta = timedelta()
    price_jpy: int | None = None
    """The price that Amazon was seen to have, where that differs from the one known here."""


def before_sending(change: Repricing, shown: ShownPrice) -> Step | None:
    """Return why the price may not be sent; None: Amazon has the price that the change starts from.

    What was sent before and is shown after all is the price of this change, wanted or not, and nobody else has set it.
    """
    if change.overtaken:
        return Step(Next.SHOWN if change.attempts and shown.given == change.to_jpy else Next.OVERTAKEN)
    if shown.given is None:
        return Step(Next.STOP, PriceNotRead())
    if shown.on_sale:
        return Step(Next.STOP, OfferOnSalePrice())
    if shown.given == change.to_jpy:
        # Before anything was sent, that may be the price of before the last change, shown late: to send it is no harm.
        return Step(Next.SHOWN) if change.attempts else None
    if shown.given != change.from_jpy:
        return _elsewhere(change.from_jpy, shown.given)
    return None


def after_sending(change: Repricing, shown: ShownPrice, now: datetime) -> Step:
    """Return what a look at Amazon makes of a price that was sent."""
    age = now - change.sent_at if change.sent_at is not None else SHOWS_WITHIN
    given = shown.given
    if given is not None and given not in (change.from_jpy, change.to_jpy):
        return _elsewhere(change.to_jpy, given)
    if given == change.to_jpy and shown.shown in (None, change.to_jpy):
        return Step(Next.SHOWN)
    if age < SHOWS_WITHIN:
        return Step(Next.WAIT, None, _later(age))
    if given is None:
        return Step(Next.STOP, PriceNotRead())
    if given == change.from_jpy and change.attempts < SENDS:
        return Step(Next.SEND_AGAIN)
    return Step(Next.STOP, PriceNotTaken(change.to_jpy), price_jpy=given)


def _elsewhere(known: int, given: int) -> Step:
    return Step(Next.STOP, PriceChangedElsewhere(known, given), price_jpy=given)


def _later(age: timedelta) -> timedelta:
    return min(max(age, _FIRST_WAIT), _LONGEST_WAIT)
