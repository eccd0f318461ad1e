"""Coverage of the sellers of a marketplace, from sources counted by the age of their last look. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from mercarich_contracts.coverage import LATE_AFTER, Coverage, late_after

_MINUTES = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 360, 540, 630, 720, 810, 1080, 1440, 2160, 2880)
BANDS: Sequence[timedelta] = sorted({*(timedelta(minutes=minutes) for minutes in _MINUTES), *LATE_AFTER.values()})
"""The ages up to which sources are counted together. Those at which looks are late by a plan are among them."""
HALF, MOST = 0.5, 0.95


class Band(NamedTuple):
    """A seller's sources on sale whose last looks have about the same age."""

    user_id: int
    place: int
    """In `BANDS`; `len(BANDS)`: they are older."""
    sources: int
    oldest_at: datetime


class Unseen(NamedTuple):
    """A seller's sources on sale without any look so far."""

    user_id: int
    sources: int
    late: int
    """Those that have been offered for longer than the plan allows."""


def coverages(
    marketplace: str, bands: Iterable[Band], unseen: Iterable[Unseen], checks_a_day: Mapping[int, int], now: datetime
) -> tuple[Coverage, Mapping[int, Coverage]]:
    """Return the coverage of all sellers together, and of each who offers something.

    `checks_a_day` is by seller. A seller who is not in it was stopped during the count, and does not count.
    """
    of_seller: defaultdict[int, list[Band]] = defaultdict(list)
    for band in (band for band in bands if band.user_id in checks_a_day):
        of_seller[band.user_id].append(band)
    waiting = {one.user_id: one for one in unseen if one.user_id in checks_a_day}
    found: dict[int, Coverage] = {}
    for user_id in sorted({*of_seller, *waiting}):
        new = waiting.get(user_id, Unseen(user_id, 0, 0))
        late = late_after(checks_a_day[user_id])
        covered = sum(band.sources for band in of_seller[user_id] if _age(band) <= late)
        found[user_id] = replace(
            _aged(marketplace, of_seller[user_id], now),
            sources=sum(band.sources for band in of_seller[user_id]) + new.sources,
            covered=covered + new.sources - new.late,
            unseen=new.sources,
        )
    together = replace(
        _aged(marketplace, _together(of_seller.values()), now),
        sources=sum(one.sources for one in found.values()),
        covered=sum(one.covered for one in found.values()),
        unseen=sum(one.unseen for one in found.values()),
    )
    return together, found


def _age(band: Band) -> timedelta:
    return BANDS[band.place] if band.place < len(BANDS) else timedelta.max


def _aged(marketplace: str, bands: Sequence[Band], now: datetime) -> Coverage:
    """Return a coverage with its times alone."""
    bands = sorted(bands, key=lambda band: band.place)
    seen = sum(band.sources for band in bands)
    return Coverage(
        marketplace=marketplace,
        sources=0,
        covered=0,
        unseen=0,
        half_since=_since(bands, HALF * seen),
        most_since=_since(bands, MOST * seen),
        oldest_at=bands[-1].oldest_at if bands else None,
        counted_at=now,
    )


def _since(bands: Sequence[Band], wanted: float) -> datetime | None:
    """Return a time since which at least `wanted` of the sources were looked at; `bands` are from young to old."""
    reached = 0
    for band in bands:
        reached += band.sources
        if reached >= wanted:
            return band.oldest_at
    return None


def _together(of_sellers: Iterable[Sequence[Band]]) -> list[Band]:
    """Return the bands of all sellers as those of one."""
    merged: dict[int, Band] = {}
    for band in (band for bands in of_sellers for band in bands):
        known = merged.get(band.place)
        merged[band.place] = (
            band
            if known is None
            else band._replace(sources=band.sources + known.sources, oldest_at=min(band.oldest_at, known.oldest_at))
        )
    return list(merged.values())
