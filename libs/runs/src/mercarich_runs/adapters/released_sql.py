"""What persons released of holds, and no checker has applied yet: whole holds, and single listings of others."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, delete, exists, select, update

from mercarich_contracts.market import Marketplace
from mercarich_db.bulk import CHUNK
from mercarich_db.conditions import among_keys
from mercarich_db.tables import hold_releases, holds, listings, runs
from mercarich_runs.adapters import holds_sql
from mercarich_runs.domain.brake import BY_PRICE, HoldKind

Kept = tuple[int, int]
"""Ids of a hold and of a listing that it keeps."""
_ROW = hold_releases.c
_KEY = (_ROW.hold_id, _ROW.listing_id)
_OF_LISTING = (_ROW.hold_id == listings.c.hold_id, _ROW.listing_id == listings.c.id)
_DIFFERS = exists().where(*_OF_LISTING, _ROW.differs_at.is_not(None))


class Release(NamedTuple):
    run_id: int
    only_mark: bool
    """The run withdraws nothing, it only marks."""
    kind: HoldKind | None

    @property
    def by_price(self) -> HoldKind | None:
        """The kind, of a hold by price."""
        return self.kind if self.kind in BY_PRICE else None


@dataclass(frozen=True, slots=True)
class Released:
    """What is to be applied."""

    whole: Mapping[int, Release]
    """By hold's id."""
    alone: Mapping[int, Release]
    """Those of which listings were released, and which wait on themselves; by hold's id."""
    rows: Mapping[Kept, int | None]
    """The listings that were named, with the price that the person saw."""
    others: frozenset[int]
    """Ids of the listings of the whole holds."""

    @property
    def holds(self) -> Mapping[int, Release]:
        return {**self.whole, **self.alone}

    @property
    def listing_ids(self) -> frozenset[int]:
        return self.others | {listing_id for _, listing_id in self.rows}

    def lets_go(self, listing_id: int, hold_id: int | None) -> bool:
        """Whether a person released this listing from the hold that keeps it now."""
        if hold_id in self.whole:
            return listing_id in self.others or (hold_id, listing_id) in self.rows
        return hold_id in self.alone and (hold_id, listing_id) in self.rows


def read(connection: Connection, marketplace: Marketplace) -> Released | None:
    """Return it; None: there is nothing, as nearly always."""
    whole = _releases(connection, holds.c.marketplace == marketplace, holds.c.released_at.is_not(None))
    named = connection.execute(
        select(*_KEY, _ROW.shown_jpy)
        .join(holds, holds.c.id == _ROW.hold_id)
        .where(holds.c.marketplace == marketplace, _ROW.differs_at.is_(None))
    ).all()
    if not whole and not named:
        return None
    kept_by = holds.c.id.in_(sorted({row.hold_id for row in named}))
    kept = select(listings.c.id).where(listings.c.hold_id.in_(sorted(whole)), ~_DIFFERS)
    return Released(
        whole,
        _releases(connection, kept_by, holds.c.released_at.is_(None)),
        {(row.hold_id, row.listing_id): row.shown_jpy for row in named},
        frozenset(connection.scalars(kept)) if whole else frozenset(),
    )


def end(
    connection: Connection, given: Released, later: Mapping[int, int | None], differing: Collection[Kept], now: datetime
) -> None:
    """Note what was applied. `later`: the holds, by listing's id, of what is changed later; `differing` waits for
    another release, since its price is another one than the person saw.

    A hold of which listings were released stays open while its run goes on, also when it holds nothing any more: it
    keeps what falls next, which a person has not seen. A whole hold waits again for those that differ.
    """
    for some in _chunks([key for key in given.rows if key[1] not in later and key not in differing]):
        connection.execute(delete(hold_releases).where(among_keys(_KEY, some)))
    for some in _chunks(differing):
        connection.execute(update(hold_releases).where(among_keys(_KEY, some)).values(differs_at=now))
    ended = given.whole.keys() - later.values()
    if not ended:
        return
    kept = select(listings.c.id, listings.c.hold_id, _DIFFERS.label("differs"))
    left = connection.execute(kept.where(listings.c.hold_id.in_(sorted(ended)))).all()
    joined = {row.hold_id for row in left if not row.differs and row.id not in given.others}
    again = {row.hold_id for row in left if row.differs} - joined
    waits = update(holds).where(holds.c.id.in_(sorted(again))).values(released_at=None, released_by=None)
    if again:
        connection.execute(waits)
    holds_sql.close(connection, sorted(ended - joined - again), now)


def _chunks(keys: Collection[Kept]) -> Iterator[Sequence[Kept]]:
    of = sorted(keys)
    return (of[start : start + CHUNK] for start in range(0, len(of), CHUNK))


def _releases(connection: Connection, *which: ColumnElement[bool]) -> dict[int, Release]:
    query = (
        select(holds.c.id, holds.c.run_id, holds.c.kind, runs.c.arguments)
        .outerjoin(runs, runs.c.id == holds.c.run_id)
        .where(holds.c.applied_at.is_(None), *which)
    )
    return {
        row.id: Release(row.run_id, _says_without_update(row.arguments), holds_sql.kind_of(row.kind))
        for row in connection.execute(query)
    }


def _says_without_update(arguments: str | None) -> bool:
    return bool(arguments and orjson.loads(arguments).get("without_update"))
