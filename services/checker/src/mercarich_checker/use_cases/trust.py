"""Whether a run can be trusted now: its canaries look as expected, and most answers are not unknown."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

from mercarich_checker.domain.canaries import Canary, CanaryVerdict, judge_canaries
from mercarich_checker.domain.looks import ENOUGH_LOOKS, in_trouble
from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import Item
from mercarich_platform.clock import Monotonic
from mercarich_reasons.runs import CanariesNotAskedYet, NoCanariesToAsk
from mercarich_runs.ports import Counts, ProxyAway, Sources

LOOK_SECONDS = 180.0
"""Time for a look at the canaries, which share the proxy with the batches under way. A later answer counts as none."""


class Trust:
    """Looks at the canaries: at the start, then every `every` seconds while the verdict is fine, else every `retry`.

    It also looks at once when most of the latest answers were unknown. `draw` returns the canaries of each look.
    """

    def __init__(
        self,
        sources: Sources,
        draw: Callable[[], Sequence[Canary]],
        *,
        every: timedelta,
        retry: timedelta,
        monotonic: Monotonic,
    ) -> None:
        self._sources = sources
        self._draw = draw
        self._every = every.total_seconds()
        self._retry = retry.total_seconds()
        self._monotonic = monotonic
        self._verdict = CanaryVerdict(fine=False, why=CanariesNotAskedYet())
        self._looked_at: float | None = None
        self._base = (0, 0)

    def verdict(self, counts: Counts, alive: Callable[[], object]) -> CanaryVerdict:
        """Return the newest verdict, after a new look if one is due. `alive` is called while waiting, and may raise."""
        wait = self._every if self._verdict.fine else self._retry
        stale = self._looked_at is None or self._monotonic() - self._looked_at >= wait
        return self.look(counts, alive) if stale or self._doubts(counts) else self._verdict

    def look(self, counts: Counts, alive: Callable[[], object]) -> CanaryVerdict:
        """Look at the canaries now. Without canaries, the share of unknown answers decides."""
        canaries = self._draw()
        self._verdict = judge_canaries(canaries, self._seen(canaries, alive)) if canaries else self._without(counts)
        self._looked_at = self._monotonic()
        self._base = (counts.checked, counts.unknown)
        return self._verdict

    def _doubts(self, counts: Counts) -> bool:
        """Return whether most of the answers since the last check of them were unknown.

        Only the latest answers count, so that hours of good ones cannot hide a bad minute.
        """
        checked, unknown = counts.checked - self._base[0], counts.unknown - self._base[1]
        trouble = in_trouble(unknown, checked + unknown)
        if not trouble and checked + unknown >= ENOUGH_LOOKS:
            self._base = (counts.checked, counts.unknown)
        return self._verdict.fine and trouble

    def _without(self, counts: Counts) -> CanaryVerdict:
        if self._verdict.fine and self._doubts(counts):
            return CanaryVerdict(fine=False, why=NoCanariesToAsk())
        return CanaryVerdict(fine=True)

    def _seen(self, canaries: Sequence[Canary], alive: Callable[[], object]) -> dict[str, Item]:
        items = [BatchItem(id=0, item_id=canary.item_id) for canary in canaries]
        seen: dict[str, Item] = {}
        enough = threading.Event()
        until = self._monotonic() + LOOK_SECONDS
        try:
            for some in self._sources.look(items, len(items), enough, fresh=True):
                alive()
                seen |= {item.item_id: item for item in some}
                if self._monotonic() > until:
                    enough.set()
        except ProxyAway:
            return {}
        return seen
