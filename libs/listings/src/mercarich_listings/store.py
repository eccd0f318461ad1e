"""The repository of listings and their history: the only module that writes these tables.

All functions run in the caller's transaction. Rows are locked and changed in order of their ids, which prevents
deadlocks between writers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Delete, Select, Update, delete, or_, select, update

from mercarich_contracts.hazards import FIRST_LOOK
from mercarich_contracts.market import Marketplace
from mercarich_contracts.orders import ORDERED
from mercarich_db.bulk import CHUNK, insert_missing, insert_rows, update_rows
from mercarich_db.conditions import GIVEN_IDS, among, among_keys
from mercarich_db.tables import hold_releases, listing_events, listings, source_items
from mercarich_listings import removed_store
from mercarich_listings.event import Change, Event
from mercarich_listings.listing import Listing
from mercarich_listings.push import Push, overtaken
from mercarich_listings.stages import LEAVING, REGISTERING

Row = TypeVar("Row", Listing, Push)

_NOT_COLUMNS = {"leaving": LEAVING.label("leaving"), "registering": REGISTERING.label("registering")}
_LISTING: tuple[ColumnElement[Any], ...] = tuple(
    _NOT_COLUMNS[field.name] if field.name in _NOT_COLUMNS else listings.c[field.name] for field in fields(Listing)
)
_PUSH: tuple[Column[Any], ...] = tuple(listings.c[field.name] for field in fields(Push))
_WRITTEN = {
    kind: tuple(field.name for field in fields(kind) if field.name not in _NOT_COLUMNS) for kind in (Listing, Push)
}
_VALUES = {kind: attrgetter(*names) for kind, names in _WRITTEN.items()}
_EVENT = tuple(field.name for field in fields(Event))
_EVENT_VALUES = attrgetter(*_EVENT)

OF_STORE = {"of_store": True}
"""Execution option of statements made here for others to execute; a guard in the integration tests checks it."""
CLAIM_COLUMNS = frozenset(
    f"update_{name}" for name in ("run", "rank", "attempts", "claim", "unknowns", "not_before", "problem")
) | {"updated_run", "searched_at", "first_price_jpy"}
"""Columns of an update run's work on a listing (`mercarich_runs`), which are not part of its life cycle."""
SELLERS_COLUMNS = frozenset(
    {"asin", "title", "note", "listing_quantity", "edited_quantity", "handling_days"}
    | {"offer_price_jpy", "least_profit_jpy", "least_price_jpy", "most_price_jpy"}
)
"""Columns that a seller can change at any time."""
DRAFT_COLUMNS = SELLERS_COLUMNS - {"edited_quantity"} | frozenset(
    ("source_item_id", "marketplace", "quantity", "first_price_jpy", "changed_at")
)
"""Columns that a seller can change while the listing is a draft."""


def _locking(columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    return select(*columns).order_by(listings.c.id).with_for_update(of=listings)


_LOCK_LISTINGS, _LOCK_PUSHES = _locking(_LISTING), _locking(_PUSH)
_LISTINGS_BY_ID = _LOCK_LISTINGS.where(among(listings.c.id, GIVEN_IDS))
_KEY = (listings.c.user_id, listings.c.sku)
_READ_LISTINGS = select(*_LISTING).where(among(listings.c.id, GIVEN_IDS)).order_by(listings.c.id)
_UNSEEN = (source_items.c.look_class.is_(None), source_items.c.due_at.is_(None))
_FIRST_LOOKS = update(source_items).where(among(source_items.c.id, GIVEN_IDS, *_UNSEEN)).values(look_class=FIRST_LOOK)
_PUSHES_BY_ID = _LOCK_PUSHES.where(among(listings.c.id, GIVEN_IDS))


def lock(connection: Connection, ids: Iterable[int], *conditions: ColumnElement[bool]) -> list[Listing]:
    """Lock those of the listings that exist and meet the conditions; return them in order of their ids."""
    given = sorted(ids)
    if not given:
        return []
    locked = _LISTINGS_BY_ID.where(*conditions) if conditions else _LISTINGS_BY_ID
    return list(map(_listing, connection.execute(locked, {"ids": given}).all()))


def lock_where(connection: Connection, *conditions: ColumnElement[bool]) -> list[Listing]:
    """As `lock`, for all listings that meet the conditions."""
    return list(map(_listing, connection.execute(_LOCK_LISTINGS.where(*conditions)).all()))


def lock_pushes(connection: Connection, ids: Iterable[int], *conditions: ColumnElement[bool]) -> list[Push]:
    """As `lock`, but return the push columns."""
    given = sorted(ids)
    if not given:
        return []
    locked = _PUSHES_BY_ID.where(*conditions) if conditions else _PUSHES_BY_ID
    return [Push(*row) for row in connection.execute(locked, {"ids": given})]


def read(connection: Connection, ids: Iterable[int], *conditions: ColumnElement[bool]) -> list[Listing]:
    """As `lock`, but without locking: for events only. Changes of these listings must not be saved."""
    given = sorted(ids)
    if not given:
        return []
    return list(map(_listing, connection.execute(_READ_LISTINGS.where(*conditions), {"ids": given}).all()))


def save(connection: Connection, changes: Iterable[Change[Row]]) -> None:
    """Write changes and their events. The rows must be locked by `lock` or `lock_pushes`.

    One statement for all rows in which the same columns differ, and one for all events. Drafts that became offers are
    read at Amazon at once, their sources are looked at at once, and they are no longer watched as deleted ones; those
    that the watch has set to 0 are pushed. The source of what is paused has a place among those that are looked at. A
    release of what a hold keeps no more is forgotten, so that it counts for nothing that the same hold keeps later.
    """
    made = list(changes)
    differing: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for change in made:
        row = _difference(change)
        if row:
            differing[tuple(row)].append({"id": change.before.id, **row})
    for rows in differing.values():
        _update(connection, rows)
    tell(connection, [change.event for change in made if change.event is not None])
    lived = [(change.after, change) for change in made if isinstance(change.after, Listing)]
    listed = [listing for listing, change in lived if _was_listed(change)]
    freed = [kept for _, change in lived if (kept := _freed(change)) is not None]
    if freed:
        _forget_releases(connection, freed)
    watched = [listing for listing, change in lived if _was_listed(change) or _was_paused(change)]
    if watched:
        look_soon(connection, [listing.source_item_id for listing in watched])
    if listed:
        read_soon(connection, [listing.id for listing in listed], listed[0].changed_at)
        _end_watch(connection, {(listing.user_id, listing.sku): listing.id for listing in listed})


def _freed(change: Change[Any]) -> tuple[int, int] | None:
    """Return the ids of the hold and of the listing that it keeps no more."""
    before: Listing = change.before
    if before.hold_id is None or change.after.hold_id == before.hold_id:
        return None
    return before.hold_id, before.id


def _forget_releases(connection: Connection, freed: Sequence[tuple[int, int]]) -> None:
    key = (hold_releases.c.hold_id, hold_releases.c.listing_id)
    for start in range(0, len(freed), CHUNK):
        connection.execute(delete(hold_releases).where(among_keys(key, sorted(freed)[start : start + CHUNK])))


def read_soon(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """Have feed read these listings at Amazon at that time, whenever their next read was."""
    for start in range(0, len(ids), CHUNK):
        some = among(listings.c.id, ids[start : start + CHUNK])
        connection.execute(update(listings).where(some).values(next_read_at=at))


def look_first(connection: Connection, source_ids: Sequence[int]) -> None:
    """Have checkers look at these sources at once: a buyer waits for what comes from them. No earlier failure counts,
    but what a worker has now stays with it."""
    for start in range(0, len(source_ids), CHUNK):
        some = source_ids[start : start + CHUNK]
        free = update(source_items).where(among(source_items.c.id, some, source_items.c.check_attempts == 0))
        connection.execute(update(source_items).where(among(source_items.c.id, some)).values(due_at=ORDERED))
        connection.execute(free.values(check_not_before=None, check_unknowns=0))


def look_in_turn(connection: Connection, source_ids: Sequence[int], now: datetime) -> None:
    """Have the watch look at these sources in their turn, from `now` on. What is due earlier, or ordered, stays so."""
    later = or_(source_items.c.due_at.is_(None), source_items.c.due_at > now)
    for start in range(0, len(source_ids), CHUNK):
        some = among(source_items.c.id, source_ids[start : start + CHUNK], later)
        connection.execute(update(source_items).where(some).values(due_at=now))


def tell(connection: Connection, events: Iterable[Event]) -> None:
    """Add events to the history."""
    insert_rows(connection, listing_events, _EVENT, [_EVENT_VALUES(event) for event in events])


def claim(connection: Connection, ids: Sequence[int], claim: str, until: datetime) -> None:
    """Claim listings for a push: no other worker pushes them before `until`."""
    values = {"push_claim": claim, "push_claim_until": until}
    connection.execute(update(listings).where(among(listings.c.id, ids)).values(values))


def renew(connection: Connection, claims: Sequence[str], until: datetime) -> None:
    connection.execute(update(listings).where(listings.c.push_claim.in_(claims)).values(push_claim_until=until))


def noting(**values: Any) -> Update:
    """Return an update of `CLAIM_COLUMNS` without conditions, to which the caller adds its own."""
    _only(CLAIM_COLUMNS, values)
    return update(listings).values(values).execution_options(**OF_STORE)


def note_rows(
    connection: Connection, rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any], below: Mapping[str, int]
) -> int:
    """Update `CLAIM_COLUMNS`, each row with its own values (`update_rows`); return how many matched."""
    for row in rows[:1]:
        _only(CLAIM_COLUMNS | {"id"}, row)
    _only(CLAIM_COLUMNS, same)
    return update_rows(connection, listings, rows, same=same, below=below)


def edit(connection: Connection, rows: Sequence[Mapping[str, Any]], *, user_id: int, listed: bool) -> int:
    """Update a seller's offers (`SELLERS_COLUMNS`) or drafts (`DRAFT_COLUMNS`), all rows with the same columns.

    Return how many rows belonged to this seller and were `listed` as given.
    """
    for row in rows[:1]:
        _only((SELLERS_COLUMNS if listed else DRAFT_COLUMNS) | {"id"}, row)
    return update_rows(connection, listings, rows, where={"user_id": user_id, "listed": listed})


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows, all with the same columns; return their ids in the order of the rows.

    The sources of offers among them are looked at at once. These are no longer watched as deleted ones; those that the
    watch has set to 0 are pushed.
    """
    ids: dict[tuple[int, str], int] = {}
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        some = [{**row, "next_read_at": row["created_at"] if row["listed"] else None} for row in some]
        names = tuple(some[0])
        insert_rows(connection, listings, names, [tuple(row[name] for name in names) for row in some])
        made = among_keys(_KEY, [(row["user_id"], row["sku"]) for row in some])
        ids |= {(user_id, sku): id for user_id, sku, id in connection.execute(select(*_KEY, listings.c.id).where(made))}
        offers = [row for row in some if row["listed"]]
        look_soon(connection, [row["source_item_id"] for row in offers])
        _end_watch(connection, {key: ids[key] for key in ((row["user_id"], row["sku"]) for row in offers)})
    return [ids[row["user_id"], row["sku"]] for row in rows]


def add_missing(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """As `add`, for drafts, but skip rows whose SKU exists. Safe against concurrent transactions that add it."""
    insert_missing(connection, listings, rows)


def remove(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """Delete the rows of listings. Their history stays; the caller deletes rows that refer to them.

    Amazon may show them again, so they are watched there from then on.
    """
    removed_store.watch(connection, ids, at)
    connection.execute(delete(listings).where(among(listings.c.id, ids)))


def forgetting(event_ids: Sequence[int], *conditions: ColumnElement[bool]) -> Delete:
    """Return a statement that deletes those of these events that meet the conditions: old ones, no longer needed."""
    forgotten = delete(listing_events).where(among(listing_events.c.id, event_ids), *conditions)
    return forgotten.execution_options(**OF_STORE)


def _end_watch(connection: Connection, ids: Mapping[tuple[int, str], int]) -> None:
    """End the watch of these SKUs, which are offers from now on; `ids`: their listings.

    Where Amazon may show the watch's zero, their first read would take it for what a buyer or the seller left there.
    """
    zeroed = [ids[key] for key in removed_store.end(connection, list(ids))]
    save(connection, [overtaken(push) for push in lock_pushes(connection, zeroed)])


def look_soon(connection: Connection, source_ids: Sequence[int]) -> None:
    """Have the watch look at these sources, if they are not in its order."""
    for start in range(0, len(source_ids), CHUNK):
        connection.execute(_FIRST_LOOKS, {"ids": sorted(source_ids[start : start + CHUNK])})


def _listing(row: Any) -> Listing:
    listing_id, user_id, sku, marketplace, *others = row
    return Listing(listing_id, user_id, sku, Marketplace(marketplace), *others)


def _update(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Update rows; a value that is the same in all of them is sent once."""
    first = rows[0]
    same = {name: value for name, value in first.items() if all(row[name] == value for row in rows) and name != "id"}
    own = [name for name in first if name not in same]
    update_rows(connection, listings, [{name: row[name] for name in own} for row in rows], same=same)


def _was_listed(change: Change[Any]) -> bool:
    return change.after.listed and not change.before.listed


def _was_paused(change: Change[Any]) -> bool:
    return change.after.paused_at is not None and change.before.paused_at is None


def _difference(change: Change[Row]) -> dict[str, Any]:
    kind = type(change.before)
    pairs = zip(_WRITTEN[kind], _VALUES[kind](change.before), _VALUES[kind](change.after), strict=True)
    return {name: new for name, old, new in pairs if new is not old and new != old}


def _only(allowed: frozenset[str], values: Mapping[str, Any]) -> None:
    others = set(values) - allowed
    if others:
        raise ValueError(f"not to be written so: {', '.join(sorted(others))}; the life of a listing is `save`d")
