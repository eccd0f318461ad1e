"""The release of some rows of a hold by their SKUs, as `mercarich hold release ID --skus` makes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mercarich_contracts.audit import Actor
from mercarich_reasons.repricing import PriceFollows
from mercarich_web.refusals import Ambiguous, NotFound
from mercarich_web.runs.holds import HeldListing, Hold, ReleasedAlone, ReleasedRow, RowsReleased

NAMED = 10
"""SKUs that a sentence names at most."""


class Holds(Protocol):
    def one(self, hold_id: int) -> Hold: ...

    def named(self, hold_id: int, skus: Sequence[str]) -> Sequence[HeldListing]: ...


class Prices(Protocol):
    def of(self, ids: Sequence[int], now: datetime) -> Mapping[int, PriceFollows]: ...


class Releases(Protocol):
    def release_listings(
        self, hold_id: int, shown: Mapping[int, int | None], by: Actor, at: datetime
    ) -> ReleasedAlone: ...


class ReleaseRows:
    def __init__(self, holds: Holds, prices: Prices, releases: Releases) -> None:
        self._holds = holds
        self._prices = prices
        self._releases = releases

    def preview(self, hold_id: int, skus: Sequence[str], username: str | None, now: datetime) -> RowsReleased:
        """Return what a release would do. Raises `NotFound` for a hold that is not there, and for SKUs that do not wait
        for it, and `Ambiguous` where several sellers have one."""
        return self._seen(hold_id, skus, username, now)[0]

    def __call__(
        self, hold_id: int, skus: Sequence[str], username: str | None, by: Actor, now: datetime
    ) -> RowsReleased:
        """Release them at the prices that stand now, and return what was done, and what has left the hold meanwhile.
        Raises as `preview`, and releases none then."""
        seen, before = self._seen(hold_id, skus, username, now)
        shown = {one.id: one.to_jpy or one.price_jpy for one in seen.listings}
        done = self._releases.release_listings(hold_id, shown, by, now)
        before -= done.released.keys()
        left = [one.sku for one in seen.listings if one.id not in done.released and one.id not in before]
        hold = self._holds.one(hold_id)
        return RowsReleased(hold, len(done.released), len(before), seen.listings, previewed=False, left=left)

    def _seen(
        self, hold_id: int, skus: Sequence[str], username: str | None, now: datetime
    ) -> tuple[RowsReleased, set[int]]:
        """Return the preview, and the ids of those that were released before."""
        hold = self._holds.one(hold_id)
        found = [one for one in self._holds.named(hold_id, skus) if username in (None, one.username)]
        _all_there(hold_id, skus, found)
        to = self._prices.of([one.id for one in found], now) if hold.kind == "prices" else {}
        rows = [
            ReleasedRow(one.id, one.sku, one.username, one.price_jpy, to[one.id].to_jpy if one.id in to else None)
            for one in found
        ]
        before = {one.id for one in found if one.released}
        return RowsReleased(hold, len(found) - len(before), len(before), rows, previewed=True), before


def named(skus: Sequence[str]) -> str:
    """Return the first `NAMED` of them, and how many more there are."""
    more = f" and {len(skus) - NAMED:,} more" if len(skus) > NAMED else ""
    return f"{', '.join(skus[:NAMED])}{more}"


def _all_there(hold_id: int, skus: Sequence[str], found: Sequence[HeldListing]) -> None:
    sellers: dict[str, list[str]] = {}
    for one in found:
        sellers.setdefault(one.sku, []).append(one.username)
    missing = [sku for sku in skus if sku not in sellers]
    if missing:
        of = f"{len(missing):,} of {len(skus):,} SKUs"
        raise NotFound(f"{of} do not wait for hold {hold_id}: {named(missing)}; none was released")
    for sku, usernames in sellers.items():
        if len(usernames) > 1:
            raise Ambiguous(sku, usernames)
