"""The state of the whole system as `mercarich status` shows it; `--json` prints these shapes unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.capacity import Capacity
from mercarich_contracts.coverage import Coverage
from mercarich_listings.restored import Unverified
from mercarich_web.overview.stock import Backlog, OpenFeed, Pushes
from mercarich_web.runs.holds import Hold
from mercarich_web.runs.runs import Run
from mercarich_web.schedule.slots import ScheduleStatus
from mercarich_web.troubles.troubles import Trouble
from mercarich_web.workers.queues import Pool, Reach


@dataclass(frozen=True, slots=True)
class MarketplaceStatus:
    marketplace: str
    run: Run | None
    """The newest check."""
    backlog: Backlog
    pushes: Pushes
    search: Run | None = None
    """The newest search for replacements."""
    capacity: Capacity | None = None
    """None: no checker has counted yet."""
    coverage: Coverage | None = None
    """None: likewise."""


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the whole system; a part that needs an unavailable database or broker is empty."""

    at: datetime
    database: Reach
    broker: Reach
    marketplaces: Sequence[MarketplaceStatus]
    open_feeds: Sequence[OpenFeed]
    unverified: Unverified | None
    """What a restored backup is still to be looked at for; None: no restore is open."""
    troubles: Sequence[Trouble]
    """What does not work, or is not known to, as the pages say it; empty: all is well."""
    holds: Sequence[Hold]
    schedules: Sequence[ScheduleStatus]
    pools: Sequence[Pool]
