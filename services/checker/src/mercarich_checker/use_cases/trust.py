"""Whether a run can be trusted now: the canaries of its routes look as expected, and most results are not unknown."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from mercarich_checker.domain.canaries import UNVOUCHED, Canary, CanaryVerdict, judge_canaries
from mercarich_checker.domain.looks import ENOUGH_LOOKS, in_trouble, route_of
from mercarich_contracts.market import RouteName
from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.sites import Site
from mercarich_platform.clock import Monotonic
from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import CanariesNotAskedYet, NoCanariesToAsk
from mercarich_runs.domain.brake import Doubt
from mercarich_runs.ports import Counts, ProxyAway, Sources

LOOK_SECONDS = 180.0
"""Time for a look at the canaries, which share the proxy with the batches under way. A later answer counts as none."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """What a run may do after a look at the canaries."""

    waits: Reason | None = None
    """Why it publishes nothing; None: it goes on, with the routes that are not wrong."""
    routes: Mapping[RouteName, CanaryVerdict] = field(default_factory=dict)

    @property
    def doubts(self) -> Mapping[RouteName, Doubt]:
        return {route: verdict.doubt for route, verdict in self.routes.items() if verdict.doubt is not None}

    @property
    def wrong(self) -> Mapping[RouteName, CanaryVerdict]:
        return {route: verdict for route, verdict in self.routes.items() if verdict.doubt is Doubt.WRONG}


class Trust:
    """Looks at the canaries: at the start, then every `every` seconds, or every `retry` while the run waits for them.

    It also looks at once when most of the latest answers were unknown. `draw` returns the canaries of each look.
    """

    def __init__(
        self,
        sources: Sources,
        draw: Callable[[], Sequence[Canary]],
        site: Site,
        *,
        every: timedelta,
        retry: timedelta,
        monotonic: Monotonic,
    ) -> None:
        self._sources = sources
        self._draw = draw
        self._site = site
        self._every = every.total_seconds()
        self._retry = retry.total_seconds()
        self._monotonic = monotonic
        self._trusted = Trusted(CanariesNotAskedYet())
        self._looked_at: float | None = None
        self._base = (0, 0)

    def begin(self) -> None:
        """A new run begins: its counts start at 0, and its routes are not vouched for yet."""
        self._trusted, self._looked_at, self._base = Trusted(CanariesNotAskedYet()), None, (0, 0)

    def verdict(self, counts: Counts, alive: Callable[[], object]) -> Trusted:
        """Return the newest verdict, after a new look if one is due. `alive` is called while waiting, and may raise."""
        wait = self._every if self._trusted.waits is None else self._retry
        stale = self._looked_at is None or self._monotonic() - self._looked_at >= wait
        return self.look(counts, alive) if stale or self._doubts(counts) else self._trusted

    def look(self, counts: Counts, alive: Callable[[], object]) -> Trusted:
        """Look at the canaries now. Without canaries, the share of unknown answers decides."""
        canaries = self._draw()
        judged = judge_canaries(canaries, self._seen(canaries, alive))
        routes = {route: judged.get(route, UNVOUCHED) for route in self._site.routes}
        self._trusted = Trusted(self._waits(routes) if canaries else self._without(counts), routes)
        self._looked_at = self._monotonic()
        self._base = (counts.answers, counts.unknown)
        return self._trusted

    def _waits(self, routes: Mapping[RouteName, CanaryVerdict]) -> Reason | None:
        """Return why the run waits: a route is wrong, and no other that shows items is as it should be."""
        verdicts = [routes[kind.route] for kind in self._site.items]
        wrong = [verdict.why for verdict in verdicts if verdict.doubt is Doubt.WRONG]
        return wrong[0] if wrong and all(verdict.doubt is not None for verdict in verdicts) else None

    def _doubts(self, counts: Counts) -> bool:
        """Return whether most of the answers since the last check of them were unknown.

        Only the latest answers count, so that hours of good ones cannot hide a bad minute.
        """
        known, unknown = counts.answers - self._base[0], counts.unknown - self._base[1]
        trouble = in_trouble(unknown, known + unknown)
        if not trouble and known + unknown >= ENOUGH_LOOKS:
            self._base = (counts.answers, counts.unknown)
        return self._trusted.waits is None and trouble

    def _without(self, counts: Counts) -> Reason | None:
        return NoCanariesToAsk() if self._trusted.waits is None and self._doubts(counts) else None

    def _seen(self, canaries: Sequence[Canary], alive: Callable[[], object]) -> dict[tuple[RouteName, str], Item]:
        """Look at the lists of sellers first, then at the items' own pages: an item may be a canary of both."""
        seen: dict[tuple[RouteName, str], Item] = {}
        until = self._monotonic() + LOOK_SECONDS
        try:
            for listed in (True, False):
                some = [one for one in canaries if (one.seller_id is not None) is listed]
                for item in self._asked(some, until, alive):
                    seen[route_of(item), item.item_id] = item
        except ProxyAway:
            return {}
        return seen

    def _asked(self, canaries: Sequence[Canary], until: float, alive: Callable[[], object]) -> Sequence[Item]:
        items = [BatchItem(id=0, item_id=canary.item_id, seller_id=canary.seller_id) for canary in canaries]
        answers: list[Item] = []
        enough = threading.Event()
        if items:
            for some in self._sources.look(items, len(items), enough, fresh=True):
                alive()
                answers += some
                if self._monotonic() > until:
                    enough.set()
        return answers
