"""How many orders exposure let expect to be cancelled, beside how many were. No I/O.

A seller's offers are exposed from when a source goes until a look sees it. Were all offers ordered alike, the share of
the orders that come meanwhile would be that of the exposed time. What it really is, also differs by what sells fast and
by orders that are met from elsewhere. Sources that go between an order and the purchase have nothing to do with
exposure: such orders are counted apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SETTLED = timedelta(days=2)
"""Age from which an order counts: a seller cancels what cannot be bought within a day or two."""
SPAN = timedelta(days=12)
"""Time before that of whose orders the outcome is counted: with `SETTLED` less than runs are kept at least."""
COUNT_EVERY = timedelta(hours=1)
FIRST_LOOK = timedelta(minutes=10)
"""After an order is read, its source is looked at within a minute. A source that is seen to be gone later than this is
taken to have gone after the order; where a fault has delayed the first look for longer, that is not so."""


@dataclass(frozen=True, slots=True)
class Period:
    """A seller's orders of offers with a source at one marketplace, and how long these offers were exposed."""

    orders: int
    cancelled: int
    """By the seller."""
    cancelled_later: int
    """Of these, the ones whose source was seen to be gone only after the first look."""
    exposed: timedelta
    """Summed over offers, before the looks that saw their sources gone."""
    offers: float
    """On sale, on average over `length`."""
    length: timedelta
    """From the first look, at most `SPAN`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of all sellers."""

    orders: int
    expected: float
    cancelled: int
    cancelled_later: int


def outcome(periods: Iterable[Period]) -> Outcome:
    """Return the sums; periods of which nothing can be expected are left out, with what happened in them."""
    counted = [period for period in periods if period.offers > 0 and period.length > timedelta()]
    return Outcome(
        orders=sum(period.orders for period in counted),
        expected=sum(period.orders * _share(period) for period in counted),
        cancelled=sum(period.cancelled for period in counted),
        cancelled_later=sum(period.cancelled_later for period in counted),
    )


def went_later(read_at: datetime, gone_at: datetime | None) -> bool:
    """Return whether a source went after the first look at it. `gone_at`: when a look saw it gone; None: none did, and
    nothing is known."""
    return gone_at is not None and gone_at > read_at + FIRST_LOOK


def _share(period: Period) -> float:
    return min(1.0, period.exposed / (period.offers * period.length))
