"""What a buyer has ordered is looked at at once, in the newest run of its marketplace, before whatever waits there."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from mercarich_checker.ports import Ordered
from mercarich_checker.use_cases.check_batch import CheckBatchItems
from mercarich_contracts.market import Marketplace
from mercarich_platform.clock import Clock


@dataclass(frozen=True, slots=True)
class LookAtOrdered:
    """Look once at each ordered source that is due. Raises `ProxyAway` and `DatabaseAway`.

    The orders are asked for at each turn, so that a look that was lost, or that told nothing, is made by a later one.
    """

    ordered: Ordered
    check: CheckBatchItems
    marketplace: Marketplace
    now: Clock
    tell: Callable[[timedelta], None]
    """Called for each source that was seen, with the time since its order was read."""

    def __call__(self, stop: threading.Event) -> None:
        wanted = self.ordered.take(self.marketplace, self.now())
        if wanted is None:
            return
        self.check(wanted.batch, stop)
        for id, seen_at in self.ordered.looked_at(list(wanted.read_at)).items():
            if seen_at > wanted.read_at[id]:
                self.tell(seen_at - wanted.read_at[id])
