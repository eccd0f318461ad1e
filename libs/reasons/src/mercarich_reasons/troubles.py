"""What keeps the system from doing its work: sources are not checked, or what was seen does not reach Amazon.

Since when is not among the values: it is told beside them.
"""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class RunHeld(Reason):
    """A run waits until what the marketplace shows can be believed again."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class CallsStopped(Reason):
    """The breaker of the marketplace's proxy is not closed: it blocks us, or does not serve."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class ProxySilent(Reason):
    """The marketplace's proxy cannot be reached."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class ChecksPaused(Reason):
    """An operator has paused the marketplace."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class LooksOverdue(Reason):
    """No look at the marketplace has found a known state for longer than it may take."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class WithdrawalsBehind(Reason):
    """Withdrawals of sellers whose tokens are good have not reached Amazon for long."""

    withdrawals: int | None = None
    """Of all sellers; None: it is told to one of them."""


@dataclass(frozen=True, slots=True)
class BrokerUnreachable(Reason):
    """Kafka cannot be reached: no work gets to the workers."""


@dataclass(frozen=True, slots=True)
class DatabaseSlow(Reason):
    """The database takes `took_seconds` for what takes it milliseconds."""

    took_seconds: float


@dataclass(frozen=True, slots=True)
class DatabaseUnreachable(Reason):
    """The database cannot be reached."""


@dataclass(frozen=True, slots=True)
class OperatorSilent(Reason):
    """Nobody keeps the worker pools, nor starts what was missed: the operator, or one machine's scheduler."""


@dataclass(frozen=True, slots=True)
class StateUnknown(Reason):
    """Nobody has measured lately whether the system works, so that nothing is known of it."""
