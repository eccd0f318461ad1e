"""Questions and decisions of people about replacements: `mercarich revival …`. A web request can call it as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from mercarich_platform.clock import Clock
from mercarich_replacements.rules import Wanted
from mercarich_updater.domain.reports import Candidate, Explanation, OwnSetting, Preview, Revival
from mercarich_updater.ports import Judged, Listings
from mercarich_updater.use_cases.search import FindReplacement


class Desk(Protocol):
    """Every method raises `DatabaseAway`. Those with a SKU or a name raise `NotFound`, and `Refused` if ambiguous."""

    def explain(self, sku: str, username: str | None) -> Explanation: ...

    def waiting(self) -> Sequence[Revival]:
        """Return proposals that wait for approval."""

    def wanted(self, sku: str, username: str | None) -> Wanted: ...

    def approve(self, sku: str, username: str | None, by: str, now: datetime) -> Revival:
        """Approve a proposal. Raises `Refused` when none waits for approval."""

    def undo(self, sku: str, username: str | None, by: str, now: datetime) -> Revival:
        """Refuse a proposal, or take a replacement back. Raises `Refused` when there is nothing to undo."""

    def settings(self, username: str) -> Sequence[OwnSetting]: ...

    def set(self, username: str, key: str, value: str | None, by: str, now: datetime) -> Sequence[OwnSetting]:
        """Set a seller's own value; None restores the general one. Raises `Refused`, which says what was expected."""


@dataclass(frozen=True, slots=True)
class RevivalDesk:
    desk: Desk
    listings: Listings
    find: FindReplacement
    now: Clock

    def explain(self, sku: str, username: str | None) -> Explanation:
        return self.desk.explain(sku, username)

    def waiting(self) -> Sequence[Revival]:
        return self.desk.waiting()

    def preview(self, sku: str, username: str | None) -> Preview:
        """Search as a worker does, but store nothing. Raises `NotSearched` and `ProxyAway`."""
        wanted = self.desk.wanted(sku, username)
        rules = self.listings.rules(wanted.user_id)
        used = partial(self.listings.used, wanted.user_id)
        result = self.find(wanted, rules, used, lambda: None, lambda _wanted, _found, _judged: None)
        candidates = [_candidate(judged) for judged in result.judged]
        return Preview(sku, candidates[-1] if result.found else None, candidates)

    def approve(self, sku: str, username: str | None, by: str) -> Revival:
        """Approve a proposal; a worker applies it within seconds, after one more look."""
        return self.desk.approve(sku, username, by, self.now())

    def undo(self, sku: str, username: str | None, by: str) -> Revival:
        """Refuse a proposal, or take a replacement back; the item is never used for this listing again."""
        return self.desk.undo(sku, username, by, self.now())

    def settings(self, username: str) -> Sequence[OwnSetting]:
        return self.desk.settings(username)

    def set(self, username: str, key: str, value: str | None, by: str) -> Sequence[OwnSetting]:
        return self.desk.set(username, key, value, by, self.now())


def _candidate(judged: Judged) -> Candidate:
    item, refusal = judged.item, judged.refusal
    return Candidate(
        item.marketplace,
        item.item_id,
        item.url or item.evidence.url,
        item.title,
        item.price_jpy,
        refusal.filter if refusal else None,
        refusal.reason if refusal else None,
    )
