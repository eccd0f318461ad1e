"""What the updater's processes reach outside themselves: production's, unless the caller passes others."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now
from mercarich_platform.kafka import AnyPublisher
from mercarich_updater.ports import Look, Pictures, Search


class Market(Protocol):
    """The marketplaces, through their proxies."""

    @property
    def search(self) -> Search: ...
    @property
    def look(self) -> Look: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """What a process is built from. None: the process makes its own from its settings.

    The caller closes what it passed.
    """

    engine: Engine | None = None
    publisher: AnyPublisher | None = None
    market: Market | None = None
    pictures: Pictures | None = None
    now: Clock = utc_now
    monotonic: Monotonic = monotonic


PRODUCTION = Dependencies()
