"""What the checker's processes reach outside themselves: production's, unless a caller passes its own."""

from dataclasses import dataclass

from sqlalchemy import Engine

from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now
from mercarich_platform.kafka import AnyPublisher
from mercarich_runs.ports import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """None: the process makes its own from its settings. What is passed stays its caller's to close."""

    engine: Engine | None = None
    publisher: AnyPublisher | None = None
    sources: Sources | None = None
    now: Clock = utc_now
    monotonic: Monotonic = monotonic


PRODUCTION = Dependencies()
