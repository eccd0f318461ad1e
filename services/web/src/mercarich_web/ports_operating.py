"""What the operator's pages need beyond the commands. Every method raises `DatabaseAway`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mercarich_contracts.audit import Actor
from mercarich_web.domain.audit import AuditEntry
from mercarich_web.domain.canaries import KnownItem
from mercarich_web.domain.paging import Paged
from mercarich_web.domain.proxies import ProxyState
from mercarich_web.domain.reports import HeldListing, Hold, Run
from mercarich_web.domain.sellers import SellerDetails, SellerRow, TokenCheck, TokenState


class RunHistory(Protocol):
    """Nobody counts what the runs still want: `pending` is 0."""

    def heads(self) -> Sequence[Run]:
        """The newest run of each operation and marketplace."""

    def one(self, run_id: int) -> Run | None: ...

    def page(self, operation: str | None, marketplace: str | None, below: int | None, limit: int) -> Paged[Run]:
        """Newest first, those with an id below."""


class HoldHistory(Protocol):
    def open(self, limit: int) -> Paged[Hold]:
        """Those that are not applied yet, newest first."""

    def closed(self, below: int | None, limit: int) -> Paged[Hold]:
        """Those that are applied, newest first."""

    def listings(self, hold_id: int, limit: int) -> Sequence[HeldListing]:
        """Some of those that wait for it."""


class AuditLog(Protocol):
    def page(self, actor: str | None, action: str | None, below: int | None, limit: int) -> Paged[AuditEntry]:
        """Newest first. With an actor or an action only the newest entries are looked through."""


class Items(Protocol):
    def known(self, marketplace: str, item_ids: Sequence[str]) -> Sequence[KnownItem]:
        """Those of them that were ever looked at."""


class Proxies(Protocol):
    def state(self, marketplace: str) -> ProxyState:
        """Raises `ProxyAway` within seconds."""


class TokenVerdicts(Protocol):
    def counts(self) -> Mapping[str, int]:
        """Accounts of active sellers, by verdict."""

    def page(self, verdict: str | None, above: int, limit: int) -> Paged[TokenState]:
        """By the seller's id, those above; `next` is the last one's."""

    def last_check(self) -> TokenCheck | None: ...


class SellerAccounts(Protocol):
    def page(self, words: str, above: int, limit: int) -> Paged[SellerRow]:
        """Sellers whose name begins so, by id, those above; `next` is the last one's."""

    def one(self, user_id: int, deeds: int) -> SellerDetails | None:
        """With so many of the last deeds that concern it."""

    def set_plan(self, user_id: int, plan: int, by: Actor, at: datetime) -> bool:
        """Whether that was a change; then it is in the audit log."""

    def set_active(self, user_id: int, active: bool, by: Actor, at: datetime) -> bool:
        """The same. One who is stopped is checked, revived and let in no more, and all sessions end."""
