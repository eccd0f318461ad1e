"""Withdrawals: the listings behind sources that are gone, unless the brake holds them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from mercarich_checker.adapters import tallies_sql
from mercarich_checker.domain import Brake, Tally
from mercarich_checker.ports import BrakeSettings, HoldKind, Recorded
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import OUT_OF_STOCK, Marketplace
from mercarich_contracts.messages import CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_db.bulk import GIVEN_IDS, LockedRows, among
from mercarich_db.offers import down
from mercarich_db.tables import holds, listing_events, listings, runs, source_items
from mercarich_db.types import AnyRow

_listed = and_(listings.c.listed, ~listings.c.searching, listings.c.quantity > 0)


class _Listing(NamedTuple):
    """What stands of a listing: columns of its row."""

    id: int
    user_id: int
    source_item_id: int
    quantity: int
    revision: int
    hold_id: int | None


_Row = AnyRow | _Listing


@dataclass(frozen=True, slots=True)
class Found:
    """What a bunch of answers said. `gone`: source item -> (first seen gone, its evidence, the look)."""

    gone: Mapping[int, tuple[datetime | None, int | None, Item]]
    available: frozenset[int]


def apply(
    connection: Connection, batch: CheckBatch, found: Found, now: datetime, settings: BrakeSettings
) -> tuple[Recorded, Counter[str]]:
    """Withdraw every listing of a source that is gone, or hold it; let go of holds that proved wrong. Answers what
    the run is to count, too."""
    rows = _listings_of(connection, [*found.gone, *found.available])
    _clear_holds(connection, [row for row in rows if row.hold_id and row.source_item_id in found.available], now)
    fallen = [row for row in rows if row.source_item_id in found.gone]
    confirmed, new = _sorted_out(connection, batch, fallen, found, settings)
    falling = [row.user_id for row in new]
    tallies_sql.add(connection, batch.run_id, [row.user_id for row in rows], falling)
    held = _held_by(connection, batch, falling, now, settings)
    going = [*confirmed, *(row for row in new if row.user_id not in held)]
    _withdraw(connection, batch, going, found, now)
    kept = [row for row in new if row.user_id in held]
    _hold(connection, batch.run_id, kept, held, found, now)
    touched = {row.hold_id for row in rows if row.hold_id}
    if touched:
        close_empty_holds(connection, holds.c.id.in_(touched), now)
    withdrawn = [] if batch.without_update else going  # who is only marked is for the next update run
    counts = Counter({"fallen": len(new), "withdrawn": len(withdrawn), "held": len(kept)})
    return Recorded(withdrawn=_by_seller(withdrawn), held=len(kept)), counts


def apply_released(connection: Connection, marketplace: Marketplace, now: datetime) -> Mapping[int, Sequence[int]]:
    """Withdraw what was kept by holds that a person released; only mark it where the run was to withdraw nothing."""
    released = (
        select(holds.c.id, runs.c.arguments)
        .outerjoin(runs, runs.c.id == holds.c.run_id)
        .where(holds.c.marketplace == marketplace, holds.c.released_at.is_not(None), holds.c.applied_at.is_(None))
    )
    only_mark = {row.id: _says_without_update(row.arguments) for row in connection.execute(released)}
    if not only_mark:
        return {}
    kept = select(listings.c.id).where(listings.c.hold_id.in_(only_mark), _listed)
    ids = connection.execute(kept.order_by(listings.c.id).with_for_update()).scalars().all()
    states = (source_items.c.state, source_items.c.reason, source_items.c.evidence_id)
    rows = connection.execute(
        select(*_COLUMNS, *states)
        .join(source_items, source_items.c.id == listings.c.source_item_id)
        .where(listings.c.id.in_(ids))
    ).all()
    gone = [row for row in rows if row.state in OUT_OF_STOCK]
    going = [row for row in gone if not only_mark[row.hold_id]]
    marked = [row for row in gone if only_mark[row.hold_id]]
    _lower(connection, [row.id for row in going], now)
    _mark(connection, [row.id for row in marked])
    _events(connection, [_event(row, EventKind.WITHDRAWN, row.reason, now, row.evidence_id) for row in going])
    _events(connection, [_event(row, EventKind.SEARCHING, row.reason, now, row.evidence_id) for row in marked])
    connection.execute(update(listings).where(listings.c.hold_id.in_(only_mark)).values(hold_id=None))
    connection.execute(update(holds).where(holds.c.id.in_(only_mark)).values(applied_at=now))
    return _by_seller(going)


def _says_without_update(arguments: str | None) -> bool:
    return bool(arguments and orjson.loads(arguments).get("without_update"))


def close_empty_holds(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """Close those holds that keep nothing any more."""
    keeping = select(listings.c.hold_id).where(listings.c.hold_id.is_not(None)).distinct()
    empty = update(holds).where(which, holds.c.applied_at.is_(None), holds.c.id.not_in(keeping))
    connection.execute(empty.where(holds.c.released_at.is_not(None)).values(applied_at=now))
    connection.execute(
        empty.where(holds.c.released_at.is_(None)).values(released_at=now, released_by="second look", applied_at=now)
    )


_COLUMNS = [listings.c[name] for name in _Listing._fields]
_LISTINGS = LockedRows(_COLUMNS, among(listings.c.source_item_id, GIVEN_IDS, _listed))


def _listings_of(connection: Connection, source_ids: Sequence[int]) -> Sequence[_Listing]:
    """Locked; in order of their id."""
    if not source_ids:
        return ()
    rows = _LISTINGS.read(connection, ids=sorted(source_ids))
    return sorted(map(_Listing._make, rows))


def _sorted_out(
    connection: Connection, batch: CheckBatch, fallen: Sequence[_Row], found: Found, settings: BrakeSettings
) -> tuple[list[_Row], list[_Row]]:
    """Of the listings whose source is gone: those whose hold is confirmed by this look, and those that fall anew.
    The rest is held by this run already."""
    new = [row for row in fallen if not row.hold_id]
    held = [row for row in fallen if row.hold_id]
    if not held:
        return [], new
    columns = select(holds.c.id, holds.c.kind, holds.c.run_id)
    of = {row.id: row for row in connection.execute(columns.where(holds.c.id.in_({row.hold_id for row in held})))}
    confirmed = []
    for row in held:
        hold = of.get(row.hold_id)
        if _is_confirmed(found, row, hold.kind if hold else None, settings):
            confirmed.append(row)
        elif hold is None or hold.run_id != batch.run_id:
            new.append(row)
    return confirmed, sorted(new, key=lambda row: row.id)


def _is_confirmed(found: Found, row: _Row, hold_kind: str | None, settings: BrakeSettings) -> bool:
    """By a look long enough after the first, and not by a reader that this very run cannot trust."""
    suspected_at, _, item = found.gone[row.source_item_id]
    if hold_kind == HoldKind.UNREADABLE:
        return False
    return suspected_at is not None and item.evidence.fetched_at - suspected_at >= settings.confirm_after


def _held_by(
    connection: Connection,
    batch: CheckBatch,
    falling: Sequence[int],
    now: datetime,
    settings: BrakeSettings,
) -> dict[int, int]:
    """`falling` is the seller of each listing that falls; answers seller -> the hold that keeps these, opened here."""
    if not falling:
        return {}
    weighed = tallies_sql.weighed(connection, batch.run_id, falling)
    columns = select(holds.c.id, holds.c.user_id, holds.c.released_at).where(holds.c.run_id == batch.run_id)
    if weighed.since is not None:  # what was settled before says nothing of what came later
        columns = columns.where(or_(holds.c.released_at.is_(None), holds.c.opened_at > weighed.since))
    known: dict[int | None, AnyRow] = {row.user_id: row for row in connection.execute(columns)}
    market = Brake(settings.marketplace_listings, settings.marketplace_share)
    if None not in known and market.holds(weighed.marketplace):
        known[None] = _open(connection, batch, None, weighed.marketplace, now)
    seller = Brake(settings.listings, settings.share)
    for user_id, tally in sorted(weighed.sellers.items()):
        if user_id not in known and seller.holds(tally):
            known[user_id] = _open(connection, batch, user_id, tally, now)
    held: dict[int, int] = {}
    for user_id in weighed.sellers:
        for row in (known.get(user_id), known.get(None)):
            if row is not None and row.released_at is None:
                held.setdefault(user_id, row.id)
    return held


def _open(connection: Connection, batch: CheckBatch, user_id: int | None, tally: Tally, now: datetime) -> AnyRow:
    row = {"run_id": batch.run_id, "marketplace": batch.marketplace, "user_id": user_id, "kind": HoldKind.FALLS}
    opened = insert(holds).values(**row, reason=str(tally), opened_at=now).returning(holds.c.id, holds.c.released_at)
    return connection.execute(opened).one()


def _withdraw(connection: Connection, batch: CheckBatch, rows: Sequence[_Row], found: Found, now: datetime) -> None:
    if not rows:
        return
    if batch.without_update:
        _mark(connection, [row.id for row in rows])
    else:
        _lower(connection, [row.id for row in rows], now)
    kind = EventKind.SEARCHING if batch.without_update else EventKind.WITHDRAWN
    events = []
    for row in rows:
        _, evidence_id, item = found.gone[row.source_item_id]
        reason = f"{item.state}: {item.reason}"
        events.append(_event(row, kind, reason, now, evidence_id, run_id=batch.run_id))
    _events(connection, events)


def _lower(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """The only place of a check that takes an offer down."""
    connection.execute(update(listings).where(listings.c.id.in_(ids), listings.c.quantity > 0).values(**down(now)))


def _mark(connection: Connection, ids: Sequence[int]) -> None:
    """A replacement is wanted, and the offer stays as it is."""
    connection.execute(update(listings).where(listings.c.id.in_(ids)).values(searching=True, hold_id=None))


def _hold(
    connection: Connection,
    run_id: int,
    rows: Sequence[_Row],
    held: Mapping[int, int],
    found: Found,
    now: datetime,
) -> None:
    by_hold: dict[int, list[int]] = defaultdict(list)
    events = []
    for row in rows:
        hold_id = held[row.user_id]
        by_hold[hold_id].append(row.id)
        _, evidence_id, item = found.gone[row.source_item_id]
        event = _event(row, EventKind.HELD, f"{item.state}: {item.reason}", now, evidence_id, run_id=run_id)
        events.append({**event, "quantity_after": row.quantity, "hold_id": hold_id})
    for hold_id, ids in sorted(by_hold.items()):
        connection.execute(update(listings).where(listings.c.id.in_(ids)).values(hold_id=hold_id))
    _events(connection, events)


def _clear_holds(connection: Connection, rows: Sequence[_Row], now: datetime) -> None:
    """A second look found the source on sale: the brake was right."""
    if not rows:
        return
    connection.execute(update(listings).where(listings.c.id.in_([row.id for row in rows])).values(hold_id=None))
    events = [_event(row, EventKind.HOLD_CLEARED, "seen on sale at the second look", now, None) for row in rows]
    _events(connection, [{**event, "quantity_after": event["quantity_before"]} for event in events])


def _event(
    row: _Row, kind: EventKind, reason: str | None, now: datetime, evidence_id: int | None, run_id: int | None = None
) -> dict[str, Any]:
    lowered = kind is EventKind.WITHDRAWN
    return {
        "listing_id": row.id,
        "user_id": row.user_id,
        "at": now,
        "kind": kind,
        "reason": reason,
        "quantity_before": row.quantity,
        "quantity_after": 0 if lowered else row.quantity,
        "revision": row.revision + lowered,
        "run_id": run_id,
        "hold_id": row.hold_id,
        "evidence_id": evidence_id,
    }


def _events(connection: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    if events:
        connection.execute(insert(listing_events), events)


def _by_seller(rows: Iterable[_Row]) -> dict[int, list[int]]:
    by_seller: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_seller[row.user_id].append(row.id)
    return by_seller
