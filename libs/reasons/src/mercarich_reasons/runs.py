"""Reasons why a run waits, is held, or how it ended."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class NewerRunStarted(Reason):
    """A newer run of the same operation and marketplace covers this one, and has superseded it."""


@dataclass(frozen=True, slots=True)
class RunPaused(Reason):
    """The marketplace is paused; the run continues when it is resumed."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class CanariesNotAskedYet(Reason):
    """A run is not trusted before its first look at the canaries."""


@dataclass(frozen=True, slots=True)
class NoCanariesToAsk(Reason):
    """Most answers are unknown, and there are no canaries to check the marketplace by."""


@dataclass(frozen=True, slots=True)
class SecondLookWaits(Reason):
    """`held` changes wait for a second look, which comes at `at`."""

    held: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SecondLookGoesOn(Reason):
    """The second look has begun, and `held` changes still wait for it."""

    held: int


@dataclass(frozen=True, slots=True)
class DeadlinePassed(Reason):
    """The run did not finish in time; the next one begins with the rest."""


@dataclass(frozen=True, slots=True)
class ItemsSetAside(Reason):
    """The run has ended without `items` items, whose looks ended their workers, the last look included."""

    items: int


@dataclass(frozen=True, slots=True)
class LeftToWatch(Reason):
    """The run left out all sources that the watch has looked at in time."""


@dataclass(frozen=True, slots=True)
class DatabaseRestored(Reason):
    """The database was restored from a backup: what was under way in it is not continued."""
