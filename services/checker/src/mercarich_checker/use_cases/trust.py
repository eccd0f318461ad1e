"""Whether a run may be trusted at present: the canaries answer as expected, and answers are answers."""

import threading
from collections.abc import Sequence
from datetime import timedelta

from mercarich_checker.domain import ENOUGH_LOOKS, Canary, CanaryVerdict, in_trouble, judge_canaries
from mercarich_checker.ports import Counts, ProxyAway, Sources
from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import Item
from mercarich_platform.clock import Monotonic


class Trust:
    """Looks at the canaries at the start, every `every` while all is well, every `retry` while it is not, and
    at once when most of the latest answers were unknown."""

    def __init__(
        self, sources: Sources, canaries: Sequence[Canary], *, every: timedelta, retry: timedelta, monotonic: Monotonic
    ) -> None:
        self._sources = sources
        self._canaries = canaries
        self._every = every.total_seconds()
        self._retry = retry.total_seconds()
        self._monotonic = monotonic
        self._verdict = CanaryVerdict(fine=False, note="the canaries were not looked at yet")
        self._looked_at: float | None = None
        self._base = (0, 0)

    def verdict(self, counts: Counts) -> CanaryVerdict:
        """The newest verdict; a fresh one where that is due."""
        wait = self._every if self._verdict.fine else self._retry
        stale = self._looked_at is None or self._monotonic() - self._looked_at >= wait
        return self.look(counts) if stale or self._doubts(counts) else self._verdict

    def look(self, counts: Counts) -> CanaryVerdict:
        """Look at the canaries now. With none to look at, answers stand for themselves."""
        self._verdict = judge_canaries(self._canaries, self._seen()) if self._canaries else self._without(counts)
        self._looked_at = self._monotonic()
        self._base = (counts.checked, counts.unknown)
        return self._verdict

    def _doubts(self, counts: Counts) -> bool:
        """Judges the latest answers by the bunch, so that a long good time does not hide a bad minute."""
        checked, unknown = counts.checked - self._base[0], counts.unknown - self._base[1]
        trouble = in_trouble(unknown, checked + unknown)
        if not trouble and checked + unknown >= ENOUGH_LOOKS:
            self._base = (counts.checked, counts.unknown)
        return self._verdict.fine and trouble

    def _without(self, counts: Counts) -> CanaryVerdict:
        if self._verdict.fine and self._doubts(counts):
            return CanaryVerdict(fine=False, note="most answers are unknown, and there are no canaries to ask")
        return CanaryVerdict(fine=True)

    def _seen(self) -> dict[str, Item]:
        items = [BatchItem(id=0, item_id=canary.item_id) for canary in self._canaries]
        try:
            return {
                item.item_id: item for some in self._sources.look(items, len(items), threading.Event()) for item in some
            }
        except ProxyAway:
            return {}
