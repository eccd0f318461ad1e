"""The creation of an offer at Amazon: what each look and each response makes of it. No I/O.

What Amazon accepts it may ignore, show after minutes, or never sell (amzn/selling-partner-api-models#2673, #4764).
So an offer is created once Amazon sells it, and until then nothing says that it is on sale. What was sent and is not
wanted any more is deleted at Amazon: it might be sold there weeks later, with nobody watching its source.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_contracts.creations import CreationState, CreationWay, OfferCondition
from mercarich_contracts.market import OUT_OF_STOCK, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_listings.listing import FRESH
from mercarich_listings.read_back import SHOWS_WITHIN
from mercarich_platform.clock import AHEAD
from mercarich_reasons.creations import (
    NewOfferNotShown,
    NotAtAmazon,
    NotAtAmazonYet,
    NotSoldYet,
    SkuTaken,
    SourceNotLookedAt,
)
from mercarich_reasons.reason import Reason
from mercarich_reasons.stock import SourceSeen

SELLS_WITHIN = timedelta(hours=24)
"""Longest time from the acceptance of a new offer until Amazon sells it; it names no limit."""
SENDS = 3
"""How often an offer is sent that Amazon accepts and does not show."""
SENDING = timedelta(seconds=30)
"""Longest time from the decision until Amazon has a new offer: the quota and a slow response take some. By then its
source must not have been seen longer ago than `FRESH`."""
UNSEEN_WAIT = timedelta(seconds=10)
"""Wait for a look at the source, which the updater makes every few seconds."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a new offer is sent with."""

    asin: str
    condition: OfferCondition
    note: str
    price_jpy: int
    handling_days: int | None
    """None: what the seller has set at Amazon for all offers."""


@dataclass(frozen=True, slots=True)
class Creation:
    """An open row of `listing_creations`, with the listing's SKU and its source as last seen."""

    listing_id: int
    user_id: int
    sku: str
    way: CreationWay
    terms: Terms | None
    """None: the offer is taken over."""
    quantity: int
    state: CreationState
    asked_at: datetime
    attempts: int
    sent_at: datetime | None
    problem: Reason | None
    source_state: str
    source_why: str | None
    source_seen_at: datetime | None
    too_low: Reason | None = None
    """Why its price is too low for what the source costs now, as last seen."""

    @property
    def source_is_gone(self) -> bool:
        return self.source_state in OUT_OF_STOCK


@dataclass(frozen=True, slots=True)
class Shown:
    """What Amazon shows of an offer."""

    buyable: bool
    """Amazon names the status BUYABLE: it sells the offer."""
    quantity: int | None = None
    given: int | None = None
    """The quantity in the attributes, which Amazon has taken; None: none is there."""
    problem: Reason | None = None
    """An issue of severity ERROR."""


class Next(StrEnum):
    OFFER = "offer"
    """Amazon has the offer: it is one in the books, too."""
    REFUSE = "refuse"
    """The listing is a draft again."""
    WAIT = "wait"
    SEND_AGAIN = "send_again"
    TAKE_BACK = "take_back"
    """The listing is a draft again once Amazon has deleted the offer."""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a creation now, and why."""

    next: Next
    reason: Reason | None = None
    wait: timedelta = timedelta()


def before_sending(creation: Creation, now: datetime) -> Step | None:
    """Return why the offer may not be sent now; None: its source was seen on sale just now, and its price still fits.

    A look that lies ahead of now has the time of a wrong clock: it may be old.
    """
    if creation.source_is_gone:
        return Step(Next.REFUSE, _gone(creation))
    seen_at = creation.source_seen_at
    is_fresh = seen_at is not None and now + SENDING - FRESH <= seen_at <= now + AHEAD
    if creation.source_state != State.AVAILABLE or not is_fresh:
        return Step(Next.WAIT, SourceNotLookedAt(), UNSEEN_WAIT)
    return None if creation.too_low is None else Step(Next.REFUSE, creation.too_low)


def before_first(creation: Creation, shown: Shown | None, now: datetime) -> Step | None:
    """Return what a look at Amazon makes of a creation of which nothing was sent yet; None: it may be sent.

    `shown` None: Amazon does not know the SKU. An offer that is there is never overwritten: PUT replaces all of it. One
    that its seller has just listed in Seller Central may not be shown yet, and would be sold with nobody watching.
    """
    if creation.way is CreationWay.TAKE_OVER:
        age = now - creation.asked_at
        if shown is None and age < SHOWS_WITHIN:
            return Step(Next.WAIT, NotAtAmazonYet(), _later(age))
        return Step(Next.REFUSE, NotAtAmazon()) if shown is None else Step(Next.OFFER)
    return None if shown is None else Step(Next.REFUSE, SkuTaken())


def after_sending(creation: Creation, shown: Shown | None, now: datetime) -> Step:
    """Return what a look at Amazon makes of a creation that was sent."""
    age = _age(creation, now)
    if shown is not None and (shown.buyable or (age >= SHOWS_WITHIN and _is_sold(shown))):
        return Step(Next.OFFER)
    if creation.source_is_gone:
        return Step(Next.TAKE_BACK, _gone(creation))
    if age < SHOWS_WITHIN:
        return Step(Next.WAIT, shown.problem if shown is not None else None, _later(age))
    if shown is None:
        again = creation.attempts < SENDS
        return Step(Next.SEND_AGAIN if again else Next.TAKE_BACK, NewOfferNotShown())
    if shown.problem is not None or age >= SELLS_WITHIN:
        return Step(Next.TAKE_BACK, shown.problem or NotSoldYet())
    return Step(Next.WAIT, NotSoldYet(), _later(age))


def after_deletion(creation: Creation, shown: Shown | None, now: datetime) -> Step:
    """Return what a look makes of a creation that is taken back.

    What was sent may show after the deletion: an offer is gone once Amazon has had its time to show it.
    """
    age = _age(creation, now)
    if shown is None and age >= SHOWS_WITHIN:
        return Step(Next.REFUSE, creation.problem)
    return Step(Next.WAIT, creation.problem, _later(age))


def _gone(creation: Creation) -> SourceSeen:
    why = creation.source_why
    return SourceSeen(State(creation.source_state), StateReason(why) if why in set(StateReason) else None)


def _is_sold(shown: Shown) -> bool:
    """Return whether a buyer has taken the last piece before the offer was seen on sale."""
    return shown.quantity == 0 and bool(shown.given) and shown.problem is None


def _age(creation: Creation, now: datetime) -> timedelta:
    return now - creation.sent_at if creation.sent_at is not None else SHOWS_WITHIN


def _later(age: timedelta) -> timedelta:
    return min(max(age, _FIRST_WAIT), _LONGEST_WAIT)
