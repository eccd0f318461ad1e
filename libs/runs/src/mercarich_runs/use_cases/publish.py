"""Publish a run's batches, and track which are unfinished. Their number is bounded, so that memory stays constant."""

import itertools
import logging
from collections import deque
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic

from mercarich_platform.clock import Clock
from mercarich_platform.outages import BrokerAway
from mercarich_runs.domain.suspects import judge
from mercarich_runs.ports import AnyBatch, AnyRow, Batches, Pending, Run

log = logging.getLogger(__name__)

_START = (-1, 0)
_SHORTEST, _LONGEST = 0.1, 0.5
"""Seconds between rounds. Each round asks the database about all published rows, so it waits until some are done."""
_FEW, _MANY = 1 / 8, 1 / 3
"""Shares of published rows found done: below the first, the next round waits longer; above the second, less."""
_SUSPECTS_EVERY = timedelta(seconds=1)
_AHEAD = 1000
"""Rows read at once. If one is done or postponed before its batch is published, the worker cannot claim it."""
_TOGETHER = 100
"""Maximum number of rows added to a batch because a single call to the marketplace covers them, too."""


@dataclass(frozen=True, slots=True)
class PublishSettings:
    batch_items: int
    """Rows per batch."""
    unfinished_batches: int
    republish_after: timedelta
    attempts: int
    """Claims without a result after which a row that was tried alone is set aside."""


@dataclass(slots=True)
class _Out(Generic[AnyBatch]):
    """A published batch that is not finished."""

    batch: AnyBatch
    since: datetime
    wait: timedelta
    left: set[int] = field(default_factory=set)
    suspect: bool = False


class Publishing(Generic[AnyRow, AnyBatch]):
    """Call `round` repeatedly: each drops finished batches and publishes new ones while there is room.

    `make` makes a message of rows; its second argument says whether this is a second look at them.
    """

    def __init__(
        self,
        pending: Pending[AnyRow],
        batches: Batches[AnyBatch],
        settings: PublishSettings,
        run: Run,
        make: Callable[[Sequence[AnyRow], bool], AnyBatch],
        now: Clock,
    ) -> None:
        self._pending = pending
        self._batches = batches
        self._settings = settings
        self._run = run
        self._make = make
        self._now = now
        self._out: list[_Out[AnyBatch]] = []
        self._place = _START
        self._ahead: deque[AnyRow] = deque()
        self._pause = _SHORTEST
        self._suspects_at: datetime | None = None
        self._tried_alone: set[int] = set()
        self._looked_last = False
        self._fresh = False

    @property
    def pause(self) -> float:
        """Return the seconds to wait before the next round."""
        return self._pause

    def round(self) -> bool:
        """Return whether any batch is unfinished. Raises `DatabaseAway` and `Superseded`."""
        self._set_pause(self._drop_finished())
        try:
            self._publish_again()
            self._publish_suspects()
            self._publish_more()
        except BrokerAway as error:
            log.warning("the broker is away; publishing continues when it is back", extra={"why": str(error)})
        return bool(self._out)

    def start_over(self, *, fresh: bool = False) -> None:
        """Walk the run's order from its beginning again, because rows have come due. `fresh`: as second looks."""
        self._place = _START
        self._ahead.clear()
        self._fresh = fresh

    def look_last(self) -> bool:
        """Put back what was set aside, once in a run, since other things than a page end workers, too.

        Return whether there was anything. Raises `DatabaseAway` and `Superseded`.
        """
        if self._looked_last:
            return False
        count = self._pending.put_back(self._run, max(1, self._settings.attempts - 1), self._now())
        self._looked_last = count > 0
        if count:
            self._tried_alone.clear()
            log.warning("a last look at what was set aside", extra={"run": self._run.id, "items": count})
        return self._looked_last

    def _set_pause(self, done: float | None) -> None:
        if done is None or done > _MANY:
            self._pause = max(self._pause / 2, _SHORTEST)
        elif done < _FEW:
            self._pause = min(self._pause * 1.5, _LONGEST)

    def _drop_finished(self) -> float | None:
        """Drop finished batches; return the share of published rows that are done, None if there were none."""
        before = sum(len(out.left) for out in self._out)
        if not before:
            return None
        ids = list(itertools.chain.from_iterable(out.left for out in self._out))
        pending = self._pending.unfinished(self._run, ids, self._now())
        for out in self._out:
            left = out.left & pending
            if len(left) < len(out.left):
                out.left, out.since = left, self._now()
        self._out = [out for out in self._out if out.left]
        return 1 - sum(len(out.left) for out in self._out) / before

    def _publish_again(self) -> None:
        """Publish batches again whose rows no worker has: their message may have been lost with the broker's data."""
        late = [out for out in self._out if self._now() - out.since > out.wait]
        if late:
            self._batches.publish(*(out.batch for out in late))
        for out in late:
            log.info("batch published again", extra={"run": self._run.id, "items": len(out.left)})
            out.since, out.wait = self._now(), min(out.wait * 2, self._settings.republish_after * 4)

    def _publish_suspects(self) -> None:
        """Publish what died with its worker by halves, one batch at a time, so that only the row that crashes workers
        is set aside."""
        if self._suspects_at is not None and self._now() < self._suspects_at:
            return
        self._suspects_at = self._now() + _SUSPECTS_EVERY
        abandoned = self._pending.abandoned(self._run, self._now())
        suspects = {id for out in self._out if out.suspect for id in out.left}
        self._tried_alone &= suspects | {row.id for row in abandoned}  # the others have been answered since
        judged = judge(abandoned, self._tried_alone, self._settings.attempts)
        if judged.given_up:
            self._pending.set_aside(self._run, judged.given_up, self._now())
        if not judged.next or suspects:
            return
        rows = self._pending.try_again(self._run, judged.next[: self._settings.batch_items], self._now())
        if rows:
            self._publish([rows], suspect=True)
            if len(rows) == 1:
                self._tried_alone.add(rows[0].id)

    def _publish_more(self) -> None:
        taken = set(itertools.chain.from_iterable(out.left for out in self._out))
        new: list[list[AnyRow]] = []
        while len(self._out) + len(new) < self._settings.unfinished_batches:
            rows = self._next_rows(taken)
            if not rows:
                self._place = _START
                break
            new.append(rows)
            taken.update(row.id for row in rows)
        self._publish(new)

    def _next_rows(self, taken: AbstractSet[int]) -> list[AnyRow]:
        """Return the rows of the next batch in the run's order, with rows that the same call covers."""
        size = self._settings.batch_items
        chosen: dict[int, AnyRow] = {}
        while len(chosen) < size and (page := self._read_on(size - len(chosen))):
            groups = self._pending.together(self._run, page, self._now())
            if not groups:
                chosen.update({row.id: row for row in page if row.id not in taken})
                continue
            for index, row in enumerate(page):
                if len(chosen) >= size:
                    self._ahead.extendleft(reversed(page[index:]))
                    break
                if row.id not in taken and row.id not in chosen:
                    together = [row, *groups.get(row.id, ())[:_TOGETHER]]
                    chosen.update({other.id: other for other in together if other.id not in taken})
        return list(chosen.values())

    def _read_on(self, count: int) -> list[AnyRow]:
        """Return the next rows of the walk, at most `count`; none at its end."""
        if not self._ahead:
            page = self._pending.due(self._run, self._place, max(_AHEAD, count), self._now())
            self._ahead.extend(row for _, row in page)
            if page:
                self._place = page[-1][0]
        return [self._ahead.popleft() for _ in range(min(count, len(self._ahead)))]

    def _publish(self, new: Sequence[Sequence[AnyRow]], *, suspect: bool = False) -> None:
        batches = [self._make(rows, self._fresh) for rows in new]
        if batches:
            self._batches.publish(*batches)
        for batch, rows in zip(batches, new, strict=True):
            ids = {row.id for row in rows}
            self._out.append(_Out(batch, self._now(), self._settings.republish_after, ids, suspect))
