"""What was learnt of how long sources last, in `hazard_cells`: read for the next looks, added to by each look."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from mercarich_checker.adapters.marking_sql import longest_waits
from mercarich_contracts.hazards import Hazards, Learnt
from mercarich_contracts.market import Marketplace
from mercarich_db.bulk import insert_or_add
from mercarich_db.engine import reading, run_tx
from mercarich_db.hazards import read_hazards
from mercarich_db.tables import hazard_cells
from mercarich_platform.cache import LoadingCache
from mercarich_platform.clock import Monotonic

READ_SECONDS = 60.0
"""What was learnt changes slowly."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the times of the next looks depend on besides the looks themselves."""

    learnt: Hazards
    longest: Mapping[int, timedelta]
    """By seller: the longest time between looks at their sources."""


class Freshness:
    """Safe for threads. What looks add is kept in memory until `store`, since it touches few rows that all looks share;
    a process that is killed loses the numbers of some seconds."""

    def __init__(self, engine: Engine, now: Monotonic) -> None:
        self._engine = engine
        self._outlook = LoadingCache(self._read, READ_SECONDS, now=now)
        self._new: defaultdict[tuple[Marketplace, str], Learnt] = defaultdict(Learnt)
        self._lock = threading.Lock()

    def outlook(self, marketplace: Marketplace) -> Outlook:
        """Return it as of at most a minute ago. Raises `DatabaseAway`."""
        return self._outlook(marketplace)

    def add(self, marketplace: Marketplace, learnt: Mapping[str, Learnt]) -> None:
        with self._lock:
            for cell, more in learnt.items():
                new = self._new[marketplace, cell]
                new.alive_seconds += more.alive_seconds
                new.gone += more.gone

    def store(self, now: datetime) -> None:
        """Add to the rows what the looks since the last call have shown. Raises `DatabaseAway`, and keeps it then."""
        with self._lock:
            new, self._new = self._new, defaultdict(Learnt)
        if not new:
            return
        rows = [
            {"marketplace": marketplace, "cell": cell, **asdict(learnt), "decayed_at": now}
            for (marketplace, cell), learnt in sorted(new.items())
        ]
        try:
            run_tx(
                self._engine,
                lambda connection: insert_or_add(connection, hazard_cells, rows, adding=("alive_seconds", "gone")),
            )
        except Exception:
            for (marketplace, cell), learnt in new.items():
                self.add(marketplace, {cell: learnt})
            raise

    def _read(self, marketplace: Marketplace) -> Outlook:
        with reading(self._engine) as connection:
            return Outlook(read_hazards(connection, marketplace), longest_waits(connection))
