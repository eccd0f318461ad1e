"""Policies for `freshness`: today's schedule, round robin, the product's watch, and the look that is worth most."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random

from bench.freshness_index import Queues
from bench.freshness_market import SELLERS, START, Answer, Market

from mercarich_checker.domain import freshness
from mercarich_contracts.hazards import PRIOR, Learnt, cell_of, hazards
from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import DAY

HALF_A_DAY = 12 * 3_600.0
"""What plan 2 promises: the longest time between two looks."""
_LONGEST = timedelta(seconds=HALF_A_DAY)
_MINUTE = 60.0
_MAY_AGE = 3_600.0
"""Seconds for which a page that has not changed stays in its cell, to save time."""
_AT_ONCE = 20
"""Calls that `ByWorth` chooses together: the worth of a look changes slowly."""
AFTER_END = freshness.AFTER_END.total_seconds()


class Schedule:
    """Runs at 0:00 and 12:00 JST over all sources in the planner's order: turns between sellers, each one's oldest look
    first."""

    def __init__(self, market: Market) -> None:
        self._groups = market.groups
        self._last = [START] * market.kind.sources
        self._due: deque[Sequence[int]] = deque()
        self._next_run = START

    def next(self, now: float) -> Sequence[int]:
        if now >= self._next_run:
            self._next_run += HALF_A_DAY
            self._due = deque(self._planned())
        return self._due.popleft() if self._due else ()

    def seen(self, source: int, _answer: Answer, now: float) -> None:
        self._last[source] = now

    def _planned(self) -> list[list[int]]:
        """Return the groups in the order of their first source. The newest start wins: what the last has not reached is
        planned anew."""
        ranks, ranked = [0] * SELLERS, []
        for source in sorted(range(len(self._last)), key=lambda source: (self._last[source], source)):
            ranked.append((ranks[source % SELLERS], source))
            ranks[source % SELLERS] += 1
        place = {source: number for number, (_, source) in enumerate(sorted(ranked))}
        return sorted(self._groups, key=lambda group: min(place[source] for source in group))


class RoundRobin:
    """All day, one group after the other."""

    def __init__(self, market: Market) -> None:
        self._groups = market.groups
        self._place = -1

    def next(self, _now: float) -> Sequence[int]:
        self._place = (self._place + 1) % len(self._groups)
        return self._groups[self._place]

    def seen(self, source: int, answer: Answer, now: float) -> None:
        pass


class ByWorth(ABC):
    """All day, the group of which a look is worth most; before it, what has just ended, and what the plan lets wait no
    longer."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._queues = self.queues()
        self._group_of = _group_of(market)
        self._ends: list[tuple[float, int]] = []
        self._planned: deque[int] = deque()
        self._planned_at = START
        self._looked_at = [START] * market.kind.sources
        shuffled = list(range(len(market.groups)))
        Random(len(shuffled)).shuffle(shuffled)
        for place, group in enumerate(shuffled):
            for source in market.groups[group]:
                self._note_end(source, START)
            self._put(group, START - HALF_A_DAY * (1 - place / len(shuffled)))

    def queues(self) -> Queues:
        return Queues()

    @abstractmethod
    def hazard(self, source: int, now: float) -> float:
        """Return what is known of a source's hazard, in 1/s."""

    def next(self, now: float) -> Sequence[int]:
        while self._ends and self._ends[0][0] <= now:
            due, source = heappop(self._ends)
            if self._looked_at[source] < due - AFTER_END:
                return self._market.groups[self._group_of[source]]
        while True:
            if not self._planned:
                self._planned_at = now
                self._planned.extend(self._queues.take(now, _AT_ONCE, HALF_A_DAY))
            group = self._planned.popleft()
            if not self._queues.is_fresher(group, self._planned_at):
                return self._market.groups[group]

    def seen(self, source: int, answer: Answer, now: float) -> None:
        group = self._group_of[source]
        self._note_end(source, now)
        if source == self._market.groups[group][-1]:
            self._put(group, now)

    def _put(self, group: int, now: float) -> None:
        members = self._market.groups[group]
        self._queues.put(group, len(members), sum(self.hazard(source, now) for source in members), now)

    def _note_end(self, source: int, now: float) -> None:
        self._looked_at[source] = now
        end = self._market.fates[source].end_at(now)  # as the page shows it
        if end is not None:
            heappush(self._ends, (end + AFTER_END, source))


class Oracle(ByWorth):
    """`ByWorth` that knows the true hazards."""

    def hazard(self, source: int, now: float) -> float:
        return self._market.true_hazard(source, now)


class Learner:
    """What the product learns from looks, by its own cells."""

    def __init__(self, market: Market) -> None:
        self._prior = PRIOR[Marketplace(market.kind.marketplace)]
        self._cells: dict[str, Learnt] = {}
        self.hazards = hazards(self._prior, {})
        self._counted_at, self._forgot_at = START, START
        self.pages = [market.page(source, START) for source in range(market.kind.sources)]
        self._seen_at = [_time(START)] * market.kind.sources
        self._cell = [cell_of(page, _time(START)) for page in self.pages]
        self._named_at = [START] * market.kind.sources
        self._now, self._at = START, _time(START)

    def learn(self, source: int, answer: Answer, now: float) -> None:
        if now != self._now:
            self._now, self._at = now, _time(now)
        at, page, cell = self._at, self.pages[source], self._cell[source]
        learnt = self._cells.get(cell)
        if learnt is None:
            learnt = self._cells[cell] = Learnt()
        freshness.learn(learnt, at - self._seen_at[source], page, at, gone=answer.gone)
        self._seen_at[source] = at
        if answer.page is not page or now - self._named_at[source] > _MAY_AGE:
            self.pages[source], self._named_at[source] = answer.page, now
            self._cell[source] = cell_of(answer.page, at)

    def hazard(self, source: int) -> float:
        """Return the hazard in 1/s that the source's page of the last look tells."""
        return self.hazards.of(self._cell[source])

    def count(self, now: float) -> bool:
        """Let what was learnt count, once a minute; forget some of it each day. Return whether a minute is over."""
        if now - self._counted_at < _MINUTE:
            return False
        self._counted_at = now
        if now - self._forgot_at >= DAY.total_seconds():
            self._forgot_at = now
            for learnt in self._cells.values():
                learnt.alive_seconds *= freshness.KEPT_A_DAY
                learnt.gone *= freshness.KEPT_A_DAY
        self.hazards = hazards(self._prior, self._cells)
        return True


class Watch(ByWorth):
    """The product's own rule: ends, then what the plan lets wait no longer, then the look that is worth most of the
    heads of its classes. One call of 20 is for a source at random."""

    def __init__(self, market: Market) -> None:
        self._random = Random(market.kind.sources)
        self._learner = Learner(market)
        super().__init__(market)

    def queues(self) -> Queues:
        return Classes()

    def hazard(self, source: int, now: float) -> float:
        return self._learner.hazard(source)

    def seen(self, source: int, answer: Answer, now: float) -> None:
        self._learner.learn(source, answer, now)
        super().seen(source, answer, now)

    def next(self, now: float) -> Sequence[int]:
        self._learner.count(now)
        if self._random.random() < freshness.DRAWN:
            return self._market.groups[self._group_of[self._random.randrange(len(self._group_of))]]
        return super().next(now)


class Classes(Queues):
    """Groups by the product's classes, compared by the product's worth."""

    def key(self, _sources: int, hazard_per_s: float) -> tuple[int, int]:
        return 0, freshness.look_class(hazard_per_s, _LONGEST)

    def worth(self, key: tuple[int, int], group: int, age: float, _longest_s: float) -> float:
        at = _time(START)
        head = freshness.Head(group, "", None, key[1], None, at - timedelta(seconds=age), is_wanted=True)
        return freshness.worth(head, at)


def _group_of(market: Market) -> list[int]:
    """Return the group of each source."""
    found = [0] * market.kind.sources
    for number, group in enumerate(market.groups):
        for source in group:
            found[source] = number
    return found


def _time(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)
