"""The rows of listings and of their history: locked, read and saved here, and written nowhere else.

Every function is part of the caller's transaction. Rows are locked and changed in order of their ids, so that two
writers never wait for each other in a circle.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Select, Update, delete, exists, insert, select, update

from mercarich_contracts.market import Marketplace
from mercarich_db.bulk import GIVEN_IDS, among, update_rows
from mercarich_db.tables import listing_events, listing_removals, listings
from mercarich_listings.event import Change, Event
from mercarich_listings.listing import Listing
from mercarich_listings.push import Push

Row = TypeVar("Row", Listing, Push)

_NOT_COLUMNS = frozenset({"leaving"})
_LEAVING = exists().where(listing_removals.c.listing_id == listings.c.id).label("leaving")
_LISTING: tuple[ColumnElement[Any], ...] = tuple(
    _LEAVING if field.name in _NOT_COLUMNS else listings.c[field.name] for field in fields(Listing)
)
_PUSH: tuple[Column[Any], ...] = tuple(listings.c[field.name] for field in fields(Push))
_WRITTEN = {
    kind: tuple(field.name for field in fields(kind) if field.name not in _NOT_COLUMNS) for kind in (Listing, Push)
}
_EVENT = tuple(field.name for field in fields(Event))
_INSERT_EVENTS = insert(listing_events)

CLAIM_COLUMNS = frozenset(
    f"update_{name}" for name in ("run", "rank", "attempts", "unknowns", "not_before", "problem")
) | {"updated_run", "searched_at", "first_price_jpy"}
"""What an update run notes down of its work on a listing (`mercarich_runs`): no turn in the listing's life."""
SELLERS_COLUMNS = frozenset({"asin", "title", "listing_quantity", "offer_price_jpy"})
"""What a seller says of an offer, at any time."""
DRAFT_COLUMNS = SELLERS_COLUMNS | {"source_item_id", "marketplace", "quantity", "first_price_jpy", "changed_at"}
"""What else a seller changes while the listing is a draft."""


def _locking(columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    return select(*columns).order_by(listings.c.id).with_for_update(of=listings)


_LOCK_LISTINGS, _LOCK_PUSHES = _locking(_LISTING), _locking(_PUSH)
_LISTINGS_BY_ID = _LOCK_LISTINGS.where(among(listings.c.id, GIVEN_IDS))
_PUSHES_BY_ID = _LOCK_PUSHES.where(among(listings.c.id, GIVEN_IDS))


def lock(connection: Connection, ids: Iterable[int]) -> list[Listing]:
    """The listings that are there, in order of their ids, held until the transaction ends."""
    given = sorted(ids)
    return list(map(_listing, connection.execute(_LISTINGS_BY_ID, {"ids": given}))) if given else []


def lock_where(connection: Connection, *conditions: ColumnElement[bool]) -> list[Listing]:
    """As `lock`, those that meet the conditions."""
    return list(map(_listing, connection.execute(_LOCK_LISTINGS.where(*conditions))))


def lock_pushes(connection: Connection, ids: Iterable[int], *conditions: ColumnElement[bool]) -> list[Push]:
    """How these listings stand with Amazon, those that meet the conditions, as `lock`."""
    given = sorted(ids)
    if not given:
        return []
    locked = _PUSHES_BY_ID.where(*conditions) if conditions else _PUSHES_BY_ID
    return [Push(*row) for row in connection.execute(locked, {"ids": given})]


def save(connection: Connection, changes: Iterable[Change[Row]]) -> None:
    """Write what each change makes of its row, and the events. The rows are locked by `lock` or `lock_pushes`.

    One statement for all rows in which the same columns differ, one for all events.
    """
    made = list(changes)
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for change in made:
        row = _difference(change)
        if row:
            by_columns[tuple(row)].append({"id": change.before.id, **row})
    for rows in by_columns.values():
        update_rows(connection, listings, rows)
    tell(connection, [change.event for change in made if change.event is not None])


def tell(connection: Connection, events: Iterable[Event]) -> None:
    """Add these to the history."""
    rows = [{name: getattr(event, name) for name in _EVENT} for event in events]
    if rows:
        connection.execute(_INSERT_EVENTS, rows)


def claim(connection: Connection, ids: Sequence[int], claim: str, until: datetime) -> None:
    """These are being pushed, by whoever has the claim, and nobody else pushes them before `until`."""
    values = {"push_claim": claim, "push_claim_until": until}
    connection.execute(update(listings).where(among(listings.c.id, ids)).values(values))


def renew(connection: Connection, claims: Sequence[str], until: datetime) -> None:
    connection.execute(update(listings).where(listings.c.push_claim.in_(claims)).values(push_claim_until=until))


def noting(**values: Any) -> Update:
    """A statement, still without its conditions, that notes down an update run's work (`CLAIM_COLUMNS`)."""
    _only(CLAIM_COLUMNS, values)
    return update(listings).values(values)


def note_rows(connection: Connection, rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]) -> int:
    """As `noting`, each row with its own values (`update_rows`); returns how many were there."""
    for row in rows[:1]:
        _only(CLAIM_COLUMNS | {"id"}, row)
    _only(CLAIM_COLUMNS, same)
    return update_rows(connection, listings, rows, same=same)


def edit(connection: Connection, rows: Sequence[Mapping[str, Any]], *, user_id: int, listed: bool) -> int:
    """What a seller says of offers (`SELLERS_COLUMNS`) or drafts (`DRAFT_COLUMNS`), all rows with the same columns.

    Returns how many rows were this seller's and as `listed` says.
    """
    for row in rows[:1]:
        _only((SELLERS_COLUMNS if listed else DRAFT_COLUMNS) | {"id"}, row)
    return update_rows(connection, listings, rows, where={"user_id": user_id, "listed": listed})


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """New rows; returns their ids in the order of the rows."""
    if not rows:
        return []
    new = insert(listings).returning(listings.c.id, sort_by_parameter_order=True)
    return list(connection.execute(new, list(rows)).scalars())


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """The rows themselves; what hangs on them is the caller's. Their history stays."""
    connection.execute(delete(listings).where(among(listings.c.id, ids)))


def forget(connection: Connection, event_ids: Sequence[int]) -> int:
    """Old entries of the history that nothing rests on any more; returns how many were there."""
    return connection.execute(delete(listing_events).where(among(listing_events.c.id, event_ids))).rowcount


def _listing(row: Any) -> Listing:
    listing = Listing(*row)
    return replace(listing, marketplace=Marketplace(listing.marketplace))


def _difference(change: Change[Row]) -> dict[str, Any]:
    before, after = change.before, change.after
    return {name: new for name in _WRITTEN[type(before)] if (new := getattr(after, name)) != getattr(before, name)}


def _only(allowed: frozenset[str], values: Mapping[str, Any]) -> None:
    others = set(values) - allowed
    if others:
        raise ValueError(f"not to be written so: {', '.join(sorted(others))}; the life of a listing is `save`d")
