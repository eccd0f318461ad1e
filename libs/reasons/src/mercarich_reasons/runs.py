"""Why a run rests, or how it ended."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class NewerRunStarted(Reason):
    """The newest run of an operation and marketplace wins."""


@dataclass(frozen=True, slots=True)
class RunPaused(Reason):
    """People let the marketplace rest; the run goes on when it is resumed."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class CanariesNotAskedYet(Reason):
    """A run is not trusted before its first look at the canaries."""


@dataclass(frozen=True, slots=True)
class NoCanariesToAsk(Reason):
    """Most answers are unknown, and no canary can tell why."""


@dataclass(frozen=True, slots=True)
class SecondLookWaits(Reason):
    """`held` withdrawals wait for a second look, which comes at `at`."""

    held: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadlinePassed(Reason):
    """The run was not done in time; the next one begins with what was left."""
