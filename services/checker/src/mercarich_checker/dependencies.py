"""What the checker's processes reach outside themselves: production's, unless the caller passes others."""

from dataclasses import dataclass

from sqlalchemy import Engine

from mercarich_checker.ports import Budgets
from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now
from mercarich_platform.kafka import AnyPublisher
from mercarich_runs.ports import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """What a process is built from. None: the process makes its own from its settings.

    The caller closes what it passed.
    """

    engine: Engine | None = None
    publisher: AnyPublisher | None = None
    sources: Sources | None = None
    budgets: Budgets | None = None
    now: Clock = utc_now
    monotonic: Monotonic = monotonic


PRODUCTION = Dependencies()
