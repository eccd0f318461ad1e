"""One scenario's market and runs, and what must be true at its end whatever happened in between."""

import itertools
import time
from dataclasses import dataclass, field

from tests.chaos.books import RunRow
from tests.chaos.rig import Rig, until
from tests.chaos.world import World

SOLD_SHARE = 0.05
MIDDLE = (0.1, 0.9)
"""Shares of a run's progress between which something happens to it."""
START_SECONDS = 20.0
RUN_SECONDS = 90.0
PUSH_SECONDS = 20.0
NEVER = ("wrong_withdrawals", "wrong_restores", "double_pushes", "stale_overwrites", "fields_lost")

_number = itertools.count(1)


@dataclass
class Scene:
    """In each market that is checked, something has sold before its run starts."""

    rig: Rig
    world: World
    ended_well: bool = False
    keys: dict[str, str] = field(default_factory=dict)
    """Request key -> marketplace, for the runs that must end as finished."""

    def __post_init__(self) -> None:
        self.number = next(_number)
        self.sold_before = time.time()

    def begin(self, *marketplaces: str) -> list[str]:
        """Start a run of each, and wait until each is in its middle. Return the request keys."""
        keys = [self.start(marketplace) for marketplace in marketplaces]
        until(lambda: all(self._share(key) > 0 for key in keys), START_SECONDS, "all are under way")
        for key in keys:
            self.until_in_the_middle(key)
        return keys

    def start(self, marketplace: str, word: str = "run") -> str:
        if marketplace not in self.keys.values():
            self.rig.simulator.sell(marketplace, SOLD_SHARE)
            self.sold_before = time.time()
        key = f"{marketplace}-{word}-{self.number}"
        self.keys[key] = marketplace
        self.rig.check(marketplace, key)
        return key

    def until_in_the_middle(self, key: str) -> RunRow:
        until(lambda: self._share(key) > MIDDLE[0], START_SECONDS, f"{key} under way; its log is {self.rig.log(key)}")
        assert self._share(key) < MIDDLE[1], "the run was over too soon to be disturbed"
        return self.run(key)

    def run(self, key: str) -> RunRow:
        run = self.rig.books.run(key)
        assert run is not None
        return run

    def must_end_well(self, seconds: float = RUN_SECONDS) -> None:
        """Every run is complete, every zero is at Amazon, and the market's own ledger has no complaint."""
        books = self.rig.books
        for key, marketplace in self.keys.items():
            run = self.rig.see_through(marketplace, key, seconds)
            assert run.complete, f"{run}; the planner's log is {self.rig.log(key)}"
            assert books.left(run.id) == 0
        until(lambda: not books.withdrawals_waiting(), PUSH_SECONDS, "all withdrawals accepted by Amazon")
        ledger = self.rig.simulator.ledger(gone_before=self.sold_before)
        assert {name: ledger[name] for name in NEVER} == dict.fromkeys(NEVER, 0), ledger["cases"]
        ours = [row for row in ledger["details"] if row["sku"].startswith(self._prefixes())]
        assert any(row["withdrawn"] for row in ours), "the market had nothing to withdraw"
        assert [row for row in ours if row["missed"]] == []
        self.ended_well = True

    def _prefixes(self) -> tuple[str, ...]:
        """SKUs of the simulated market begin with their marketplace's first two letters."""
        return tuple(marketplace[:2].upper() for marketplace in self.keys.values())

    def _share(self, key: str) -> float:
        run = self.rig.books.run(key)
        return run.checked / run.planned if run and run.planned else 0.0
