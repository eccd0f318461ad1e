"""What the operator's pages need beyond the commands. Every method raises `ports.DatabaseAway`."""

from collections.abc import Sequence
from typing import Protocol

from mercarich_web.domain.reports import Hold, Run
from mercarich_web.domain.steering import AuditEntry, HeldListing, KnownItem, Paged, ProxyState


class RunShelf(Protocol):
    def heads(self) -> Sequence[Run]:
        """The newest run of each operation and marketplace."""

    def page(self, operation: str | None, marketplace: str | None, below: int | None, limit: int) -> Paged[Run]:
        """Newest first, those with an id below."""


class HoldShelf(Protocol):
    def closed(self, below: int | None, limit: int) -> Paged[Hold]:
        """Those that are applied, newest first."""

    def listings(self, hold_id: int, limit: int) -> Sequence[HeldListing]:
        """Some of those that wait for it."""


class AuditShelf(Protocol):
    def page(self, actor: str | None, action: str | None, below: int | None, limit: int) -> Paged[AuditEntry]:
        """Newest first. With an actor or an action only the newest entries are looked through."""


class Items(Protocol):
    def known(self, marketplace: str, item_ids: Sequence[str]) -> Sequence[KnownItem]:
        """Those of them that were ever looked at."""


class Proxies(Protocol):
    def state(self, marketplace: str) -> ProxyState:
        """Raises `ProxyAway` within seconds."""
