"""A run's batches: which are out, which are done, what goes out next. Bounded, so that memory is flat."""

import itertools
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mercarich_checker.ports import Batches, Plan, QueueAway, Request, Run
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_platform.clock import Clock

log = logging.getLogger(__name__)

_START = (-1, 0)
_PAUSES = (0.1, 0.2, 0.5)
"""Seconds between rounds: short while batches come back, longer while nothing moves."""
_SUSPECTS_EVERY = timedelta(seconds=1)
_OF_A_SELLER = 100
"""Items of one source seller in a batch: what one call of the marketplace answers."""


@dataclass(frozen=True, slots=True)
class PublishSettings:
    batch_items: int
    unfinished_batches: int
    republish_after: timedelta
    attempts: int


@dataclass(slots=True)
class _Out:
    """A batch that was published and is not finished."""

    batch: CheckBatch
    since: datetime
    wait: timedelta
    left: set[int] = field(default_factory=set)
    suspect: bool = False


class Publishing:
    """Call `round` again and again: each drops what is finished and publishes what there is room for."""

    def __init__(
        self, plan: Plan, batches: Batches, settings: PublishSettings, run: Run, request: Request, now: Clock
    ) -> None:
        self._plan = plan
        self._batches = batches
        self._settings = settings
        self._run = run
        self._request = request
        self._now = now
        self._out: list[_Out] = []
        self._place = _START
        self._idle = 0
        self._suspects_at: datetime | None = None
        self._fresh = False

    @property
    def pause(self) -> float:
        """Seconds until the next round makes sense."""
        return _PAUSES[min(self._idle, len(_PAUSES) - 1)]

    def round(self) -> bool:
        """Answers whether anything is out. Raises `DatabaseAway` and `Superseded`."""
        moved = self._drop_finished()
        try:
            self._publish_again()
            self._publish_suspect()
            moved |= self._publish_more()
        except QueueAway as error:
            log.warning("the broker is away; publishing goes on when it is back", extra={"why": str(error)})
        self._idle = 0 if moved else self._idle + 1
        return bool(self._out)

    def start_over(self, *, fresh: bool = False) -> None:
        """Walk the run's order from its beginning again: items have come due. `fresh`: from now on, second looks."""
        self._place = _START
        self._fresh = fresh

    def _drop_finished(self) -> bool:
        before = sum(len(out.left) for out in self._out)
        if not before:
            return False
        pending = self._plan.unfinished(
            self._run, sorted(itertools.chain(*(out.left for out in self._out))), self._now()
        )
        for out in self._out:
            left = out.left & pending
            if len(left) < len(out.left):
                out.left, out.since = left, self._now()
        self._out = [out for out in self._out if out.left]
        return sum(len(out.left) for out in self._out) < before

    def _publish_again(self) -> None:
        """A message may be lost with the broker's data; the rows say that nobody works on it."""
        for out in self._out:
            if self._now() - out.since > out.wait:
                self._batches.publish(out.batch)
                log.info("batch published again", extra={"run": self._run.id, "items": len(out.left)})
                out.since, out.wait = self._now(), min(out.wait * 2, self._settings.republish_after * 4)

    def _publish_suspect(self) -> None:
        """Items whose worker died go out one at a time, so that the one that kills is set aside alone."""
        if self._suspects_at is not None and self._now() < self._suspects_at:
            return
        self._suspects_at = self._now() + _SUSPECTS_EVERY
        self._plan.set_aside(self._run, self._settings.attempts, self._now())
        if not any(out.suspect for out in self._out):
            for item in self._plan.abandoned(self._run, 1, self._now()):
                self._publish([item], suspect=True)

    def _publish_more(self) -> bool:
        published = False
        while len(self._out) < self._settings.unfinished_batches:
            items = self._next_items()
            if not items:
                self._place = _START
                break
            self._publish(items)
            published = True
        return published

    def _next_items(self) -> list[BatchItem]:
        """The next batch in the run's order; at Mercari with all that is due of the same source sellers."""
        size = self._request.group_lower or self._settings.batch_items
        taken = {id for out in self._out for id in out.left}
        chosen: dict[int, BatchItem] = {}
        for page in self._pages(size):
            groups = self._groups([item for _, item in page])
            for place, item in page:
                if item.id in taken or item.id in chosen:
                    self._place = place
                    continue
                if len(chosen) >= size:
                    return list(chosen.values())
                self._place = place
                together = [item, *groups.get(item.seller_id, ())[:_OF_A_SELLER]]
                chosen.update({other.id: other for other in together if other.id not in taken})
        return list(chosen.values())

    def _pages(self, size: int) -> Iterator[Sequence[tuple[tuple[int, int], BatchItem]]]:
        while page := self._plan.due(self._run, self._place, size, self._now()):
            yield page

    def _groups(self, items: Sequence[BatchItem]) -> Mapping[str | None, Sequence[BatchItem]]:
        """By source seller, what one call can answer together; empty where the marketplace has no such call."""
        sellers = sorted({item.seller_id for item in items if item.seller_id})
        groups: dict[str | None, list[BatchItem]] = {}
        if self._run.marketplace is Marketplace.MERCARI and sellers:
            for other in self._plan.of_sellers(self._run, sellers, self._now()):
                groups.setdefault(other.seller_id, []).append(other)
        return groups

    def _publish(self, items: Sequence[BatchItem], *, suspect: bool = False) -> None:
        batch = CheckBatch(
            marketplace=self._run.marketplace,
            run_id=self._run.id,
            generation=self._run.generation,
            items=tuple(items),
            max_workers=self._request.max_workers,
            without_update=self._request.without_update,
            fresh=self._fresh,
        )
        self._batches.publish(batch)
        ids = {item.id for item in items}
        self._out.append(_Out(batch, self._now(), self._settings.republish_after, ids, suspect))
