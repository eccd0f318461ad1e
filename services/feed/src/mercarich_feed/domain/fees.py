"""Estimates of Amazon's fees: which are asked for again and when, and what a response says of each offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_reasons.reason import Reason
from mercarich_replacements.fees import Estimate

BATCH = 20
"""Offers of a request: the most that getMyFeesEstimates takes (productFeesV0)."""
PAUSE = timedelta(seconds=2.1)
"""Time between two requests of a seller: a little more than the usage plan's 0.5 a second."""
EVERY = timedelta(days=30)
"""How long an estimate counts: Amazon changes its fees a few times a year."""
FORBIDDEN = timedelta(days=1)
"""Time until the same offers are asked for again where Amazon forbids it."""
MOVED_PERCENT = 10
"""A price that differs by more than this from the estimate's is estimated anew: some fees are a step of the price."""
_FIRST, _FACTOR, _LONGEST = timedelta(hours=1), 4, timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Priced:
    """An offer and the price of which Amazon is asked for its fee."""

    listing_id: int
    sku: str
    price_jpy: int


@dataclass(frozen=True, slots=True)
class FeeResult:
    """What became of one offer of a request: an estimate, or why there is none."""

    listing_id: int
    found: Estimate | Reason


@dataclass(frozen=True, slots=True)
class FeeBook:
    """How far the estimates are, over all priced offers, up or paused, of sellers with a usable account."""

    at: datetime
    waiting: Mapping[int, int]
    """Offers to be asked for by seller, without the sellers that have none."""
    oldest: datetime | None
    """When the oldest estimate was made."""
    refused: int
    """Offers of which the last request gave no estimate."""


def again_after(failures: int) -> timedelta:
    """Return the wait after that many requests in a row without an estimate; at least one."""
    factor: int = _FACTOR ** min(failures - 1, 10)
    return min(_FIRST * factor, _LONGEST)


def all_of(offers: Sequence[Priced], problem: Reason) -> Sequence[FeeResult]:
    """Return the results of a request that was refused as a whole."""
    return [FeeResult(offer.listing_id, problem) for offer in offers]
