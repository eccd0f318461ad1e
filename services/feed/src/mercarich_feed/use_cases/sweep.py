"""The ten-minute command: ask for all withdrawals, wait for them, then ask for restores."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import ListingsChanged
from mercarich_feed.ports import Sellers, Waiting
from mercarich_platform.clock import Monotonic

WAIT_SECONDS = 120.0
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Swept:
    withdrawals: int
    """Number asked for."""
    restores: int
    left: int
    """Withdrawals still unsent at the end of the wait; their sellers get no restores this time."""
    skipped: tuple[str, ...]
    """Names of sellers without an account, or with a refused token."""

    @property
    def nobody_works(self) -> bool:
        return self.left > 0 and self.left >= self.withdrawals


@dataclass(frozen=True, slots=True)
class Sweep:
    """Ask for all withdrawals, wait a bounded time, then ask for restores: no seller blocks the others."""

    sellers: Sellers
    publish: Callable[[Sequence[ListingsChanged]], None]
    now: Monotonic
    sleep: Callable[[float], None]
    wait_seconds: float = WAIT_SECONDS

    def __call__(self, marketplace: Marketplace, usernames: Sequence[str], max_items: int | None) -> Swept:
        first = self.sellers.waiting(marketplace, usernames)
        asked = [seller for seller in first if seller.pushable and seller.withdrawals]
        self._ask(asked, marketplace, restores=False, max_items=None)
        waiting = self._wait(marketplace, usernames, first)
        swept = Swept(
            withdrawals=sum(seller.withdrawals for seller in asked),
            restores=0,
            left=sum(seller.withdrawals for seller in waiting if seller.pushable),
            skipped=tuple(seller.username for seller in first if not seller.pushable),
        )
        if swept.nobody_works:
            return swept
        ready = [seller for seller in waiting if seller.pushable and seller.restores and not seller.withdrawals]
        self._ask(ready, marketplace, restores=True, max_items=max_items)
        restores = sum(min(seller.restores, max_items or seller.restores) for seller in ready)
        return Swept(swept.withdrawals, restores, swept.left, swept.skipped)

    def _wait(self, marketplace: Marketplace, usernames: Sequence[str], first: list[Waiting]) -> list[Waiting]:
        deadline = self.now() + self.wait_seconds
        waiting = first
        while any(seller.pushable and seller.withdrawals for seller in waiting) and self.now() < deadline:
            self.sleep(POLL_SECONDS)
            waiting = self.sellers.waiting(marketplace, usernames)
        return waiting

    def _ask(self, sellers: list[Waiting], marketplace: Marketplace, *, restores: bool, max_items: int | None) -> None:
        self.publish(
            [
                ListingsChanged(
                    user_id=seller.user_id, restores=restores, marketplace=marketplace, max_item_count=max_items
                )
                for seller in sellers
            ]
        )
