"""The release of some rows of a hold by their SKUs, as `mercarich hold release ID --skus` makes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mercarich_contracts.audit import Actor
from mercarich_reasons.repricing import PriceFollows
from mercarich_web.refusals import Ambiguous, NotFound
from mercarich_web.runs.holds import HeldListing, Hold, ReleasedRow, RowsReleased

NAMED = 10
"""SKUs that a refusal names."""


class Holds(Protocol):
    def one(self, hold_id: int) -> Hold: ...

    def named(self, hold_id: int, skus: Sequence[str]) -> Sequence[HeldListing]: ...


class Prices(Protocol):
    def of(self, ids: Sequence[int], now: datetime) -> Mapping[int, PriceFollows]: ...


class Releases(Protocol):
    def release_listings(
        self, hold_id: int, shown: Mapping[int, int | None], by: Actor, at: datetime
    ) -> Sequence[str]: ...


class ReleaseRows:
    def __init__(self, holds: Holds, prices: Prices, releases: Releases) -> None:
        self._holds = holds
        self._prices = prices
        self._releases = releases

    def preview(self, hold_id: int, skus: Sequence[str], username: str | None, now: datetime) -> RowsReleased:
        """Return what a release would do. Raises `NotFound` for a hold that is not there, and for SKUs that do not wait
        for it, and `Ambiguous` where several sellers have one."""
        hold = self._holds.one(hold_id)
        found = [one for one in self._holds.named(hold_id, skus) if username in (None, one.username)]
        _all_there(hold_id, skus, found)
        to = self._prices.of([one.id for one in found], now) if hold.kind == "prices" else {}
        rows = [
            ReleasedRow(one.id, one.sku, one.username, one.price_jpy, to[one.id].to_jpy if one.id in to else None)
            for one in found
        ]
        before = sum(one.released for one in found)
        return RowsReleased(hold, len(found) - before, before, rows, previewed=True)

    def __call__(
        self, hold_id: int, skus: Sequence[str], username: str | None, by: Actor, now: datetime
    ) -> RowsReleased:
        """Release them, all or none, at the prices that stand now, and return what was done. Raises as `preview`."""
        seen = self.preview(hold_id, skus, username, now)
        shown = {one.id: one.to_jpy or one.price_jpy for one in seen.listings}
        done = self._releases.release_listings(hold_id, shown, by, now)
        return RowsReleased(self._holds.one(hold_id), len(done), seen.before, seen.listings, previewed=False)


def _all_there(hold_id: int, skus: Sequence[str], found: Sequence[HeldListing]) -> None:
    sellers: dict[str, list[str]] = {}
    for one in found:
        sellers.setdefault(one.sku, []).append(one.username)
    missing = [sku for sku in skus if sku not in sellers]
    if missing:
        more = f" and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
        told = f"{', '.join(missing[:NAMED])}{more}"
        of = f"{len(missing):,} of {len(skus):,} SKUs"
        raise NotFound(f"{of} do not wait for hold {hold_id}: {told}; none was released")
    for sku, usernames in sellers.items():
        if len(usernames) > 1:
            raise Ambiguous(sku, usernames)
