"""A replica's share of a budget that several replicas have together: the pace and the breaker of its own calls.

Both know what the last `budget.Grant` told, and collect what the budget is to learn next. Times are those of this
process's monotonic clock. Without grants the cells end within a second, and no call is made any more.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from mercarich_marketplace.breaker import Entry, Outcome, Phase, Phases
from mercarich_marketplace.budget import (
    BLOCK_SECONDS,
    CELL_SECONDS,
    REFRESH_SECONDS,
    Ask,
    Closed,
    Grant,
    News,
    ProbeAbandoned,
    Seen,
    Throttled,
)
from mercarich_marketplace.limits import Limits
from mercarich_platform.clock import Monotonic

_ROUTINE = frozenset({Outcome.GOOD, Outcome.NEUTRAL})


@dataclass(frozen=True, slots=True)
class Cell:
    start: float
    end: float
    """Its call may begin from `start` to before `end`."""


class Wire:
    """What is to be told and asked next. `wake` is called when that should be soon."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self.urgent = False
        self.wanted = False
        self.probe = False
        self.wake: Callable[[], None] = lambda: None

    def tell(self, news: News, *, urgent: bool) -> None:
        match self.news[-1:], news:
            case [Seen(last, times, False)], Seen(outcome, more, False) if outcome is last:
                self.news[-1] = Seen(last, times + more)
            case _:
                self.news.append(news)
        if urgent:
            self.urgent = True
            self.wake()

    def want(self) -> None:
        if not self.wanted:
            self.wanted = True
            self.wake()


class SharedPace:
    """Stands in for `pace.Pace`: one call in each cell that was granted."""

    def __init__(self, rate: float, wire: Wire, *, jitter: float, draw: Callable[[], float]) -> None:
        self.rate = rate
        self._wire = wire
        self._jitter, self._draw = jitter, draw
        self._cells: deque[Cell] = deque()
        self._share, self._cell_seconds = 1.0, 1.0 / rate
        self._taken: deque[float] = deque()
        """When cells were used, in the last `BLOCK_SECONDS`: what the callers go on needing."""

    def wait(self, now: float) -> float:
        """Return the seconds until the next call may start; 0 or less means now. Without cells, it asks for some."""
        self._drop_ended(now)
        if self._cells:
            return self._cells[0].start - now
        self._wire.want()
        return REFRESH_SECONDS

    def take(self, now: float) -> None:
        """Use the next cell."""
        self._cells.popleft()
        self._taken.append(now)
        if not self._cells or self._cells[-1].start - now < BLOCK_SECONDS / 2:
            self._wire.want()

    def share(self, now: float) -> float:
        return self._share

    def slow_down(self, now: float, pause_seconds: float | None) -> None:
        """Make no call before the other replicas know it, too."""
        self._cells.clear()
        self._wire.tell(Throttled(pause_seconds), urgent=True)

    def missing(self, now: float, waiting: int, *, free: bool) -> int:
        """Return how many more cells the callers could use. Without any who waits, drop those that are left.

        Without a `free` slot a long cell would pass unused. Of short ones there are always some more.
        """
        self._drop_ended(now)
        while self._taken and self._taken[0] <= now - BLOCK_SECONDS:
            self._taken.popleft()
        if not waiting:
            self._cells.clear()
            return 0
        if not free and self._cell_seconds > BLOCK_SECONDS:
            return 0
        return max(0, waiting + len(self._taken) - len(self._cells))

    def apply(self, grant: Grant, sent_at: float, received_at: float) -> None:
        """Add the cells. The grant was made between the two times, so that a cell is used neither early nor late."""
        self.rate, self._share, self._cell_seconds = grant.rate_per_second, grant.share, grant.cell_seconds
        if any(isinstance(news, Throttled | Closed) for news in self._wire.news):
            return  # the grant did not know of the pause
        for begins in grant.cells:
            start = received_at + begins + self._draw() * self._jitter * grant.cell_seconds
            end = sent_at + begins + max(grant.cell_seconds, CELL_SECONDS)
            if start < end:
                self._cells.append(Cell(start, end))

    def clear(self) -> None:
        self._cells.clear()

    @property
    def unused(self) -> int:
        """Cells of earlier grants that calls may still begin in."""
        return len(self._cells)

    def _drop_ended(self, now: float) -> None:
        while self._cells and self._cells[0].end <= now:
            self._cells.popleft()


class SharedBreaker(Phases):
    """Stands in for `breaker.Breaker`: the phase that the last grant told."""

    def __init__(self, wire: Wire, clear: Callable[[], None]) -> None:
        super().__init__()
        self._wire = wire
        self._clear = clear
        self.opened = 0
        """How often the outcomes of this replica have opened the breaker."""

    def enter(self, now: float) -> Entry:
        entry = super().enter(now)
        if entry is Entry.PROBE:
            self._wire.probe = True
        return entry

    def record(self, now: float, outcome: Outcome, *, probe: bool = False) -> None:
        if probe:
            self._probing = self._wire.probe = False
        self._wire.tell(Seen(outcome, probe=probe), urgent=probe or outcome not in _ROUTINE)

    def abandon_probe(self) -> None:
        """End a probe without an outcome; after an outcome, nothing happens."""
        if self._probing:
            self._probing = self._wire.probe = False
            self._wire.tell(ProbeAbandoned(), urgent=True)

    def open_for(self, now: float, seconds: float) -> None:
        self._clear()
        self._wire.tell(Closed(seconds), urgent=True)

    def apply(self, grant: Grant, received_at: float) -> None:
        self._open_until = None if grant.open_seconds is None else received_at + grant.open_seconds
        self.opened += grant.opened


class Share:
    """The pace and the breaker of one replica, the next ask of both, and what is granted for it."""

    def __init__(
        self,
        replica: str,
        limits: Limits,
        *,
        now: Monotonic,
        jitter: float = 0.0,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._replica = replica
        self._now = now
        self.limits = limits
        """As this replica is configured."""
        self.wire = Wire()
        self.pace = SharedPace(limits.rate_per_second, self.wire, jitter=jitter, draw=draw)
        self.breaker = SharedBreaker(self.wire, self.pace.clear)

    def ask(self, waiting: int, under_way: int, *, free: bool = True) -> Ask:
        """Return what to ask and tell now. The news are handed over: `lost` takes them back.

        `waiting` callers want a turn, `under_way` have one, and another turn may be `free`.
        """
        wire = self.wire
        missing = self.pace.missing(self._now(), waiting, free=free)
        ask = Ask(
            self._replica,
            cells=missing,
            probe=wire.probe,
            under_way=under_way,
            unused=self.pace.unused,
            news=tuple(wire.news),
        )
        wire.news, wire.urgent, wire.wanted = [], False, False
        return ask

    def lost(self, ask: Ask) -> None:
        """No grant came. What was told is told again; if it had arrived, it counts twice, on the careful side."""
        self.wire.news = [*ask.news, *self.wire.news]

    def apply(self, grant: Grant, sent_at: float) -> bool:
        """Take a grant over. Return whether the callers who wait for a turn are to be refused."""
        received_at = self._now()
        was_closed = self.breaker.phase(received_at) is Phase.CLOSED
        self.pace.apply(grant, sent_at, received_at)
        self.breaker.apply(grant, received_at)
        refused = grant.open_seconds is not None and (grant.open_seconds > 0 or was_closed)
        if refused:
            self.pace.clear()
        return refused
