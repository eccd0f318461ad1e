"""When the source of an offer is looked at next, and why then."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import Marketplace
from mercarich_contracts.market import Reason as StateReason
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class LookNotWanted(Reason):
    """The offer is not on sale, so that no check looks at its source."""


@dataclass(frozen=True, slots=True)
class SellerNotServed(Reason):
    """Its seller is stopped, or has linked no Amazon account."""


@dataclass(frozen=True, slots=True)
class LooksPaused(Reason):
    """The marketplace is not looked at until it is resumed."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class LookGoesOn(Reason):
    """An open run is to look at the source now."""

    run_id: int


@dataclass(frozen=True, slots=True)
class LookWaits(Reason):
    """The last look told nothing, and the next one comes after a wait. `run_id` None: the watch makes it."""

    until: datetime
    run_id: int | None = None
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class LookAfterEnd(Reason):
    """The watch looks when the auction has ended, at `at`; the plan wants a look by `by` in any case."""

    at: datetime
    by: datetime


@dataclass(frozen=True, slots=True)
class LookForOrder(Reason):
    """A buyer has ordered it, and it is still to be bought: the watch looks at `at`, in case somebody else buys it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SecondLookDue(Reason):
    """The source was found gone, and the brake waits for a second look: the watch looks at `at`, and the plan wants a
    look by `by` in any case."""

    at: datetime
    by: datetime


@dataclass(frozen=True, slots=True)
class LookByPlan(Reason):
    """The seller's plan wants a look every so many hours; it may come earlier."""

    by: datetime
    hours: int


@dataclass(frozen=True, slots=True)
class LookLate(Reason):
    """The look that the plan wanted has not been made."""

    by: datetime
    hours: int
