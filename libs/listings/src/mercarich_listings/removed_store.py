"""The repository of offers that were deleted from the books: the only module that writes `removed_offers`.

A row begins when a listing is deleted, and ends when the SKU is an offer in the books again, both in the transaction of
`store` that does it. All functions run in the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, or_, select, true, update

from mercarich_db.bulk import CHUNK, among, among_keys, insert_missing
from mercarich_db.tables import listings, removed_offers
from mercarich_listings.differences import Standing
from mercarich_listings.removed import Removed
from mercarich_reasons.reason import Reason

_KEY = (removed_offers.c.user_id, removed_offers.c.sku)
_ROW = tuple(removed_offers.c[field.name] for field in fields(Removed))
_STATE = tuple(field.name for field in fields(Removed) if field.name not in ("user_id", "sku", "removed_at"))
IS_UP: ColumnElement[bool] = removed_offers.c.shown > 0
"""SQL condition: Amazon shows the offer, by the last read."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A deleted offer that Amazon shows."""

    user_id: int
    sku: str
    shown: int
    removed_at: datetime
    came_back_at: datetime
    read_at: datetime
    reason: Reason | None
    """`CameBack`: it gets a zero; `CameBackAgain`: it is left to its seller; else why Amazon refuses the zero."""


_RETURNED = tuple(removed_offers.c[field.name] for field in fields(Returned))


def watch(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """Watch those of the listings that Amazon has had, and whose rows are about to be deleted."""
    was_there = or_(listings.c.pushed_at.is_not(None), listings.c.verified_at.is_not(None))
    columns = (listings.c.id, listings.c.user_id, listings.c.sku, listings.c.created_at)
    for start in range(0, len(ids), CHUNK):
        gone = connection.execute(select(*columns).where(among(listings.c.id, ids[start : start + CHUNK]), was_there))
        now = {"removed_at": at, "next_read_at": at, "returns": 0, "attempts": 0}
        rows = [{"listing_id": id, "user_id": u, "sku": sku, "created_at": made, **now} for id, u, sku, made in gone]
        insert_missing(connection, removed_offers, rows)


def end(connection: Connection, keys: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """End the watch of SKUs, each with its seller, that are offers in the books again, or have been gone for long.

    Return those of which Amazon may show the watch's own zero.
    """
    zeroed = set()
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        zeroed |= {(one.user_id, one.sku) for one in lock(connection, some) if one.may_show_zero}
        connection.execute(delete(removed_offers).where(among_keys(_KEY, some)))
    return zeroed


def lock(connection: Connection, keys: Iterable[tuple[int, str]]) -> list[Removed]:
    """Lock those that are watched; return them in the order of their keys."""
    query = select(*_ROW).where(among_keys(_KEY, keys)).order_by(*_KEY).with_for_update()
    return [Removed(*row) for row in connection.execute(query)]


def save(connection: Connection, after: Sequence[Removed]) -> None:
    """Write the state of rows that were locked by `lock`."""
    this = (removed_offers.c.user_id == bindparam("of_user"), removed_offers.c.sku == bindparam("of_sku"))
    statement = update(removed_offers).where(*this).values({name: bindparam(name) for name in _STATE})
    rows = [
        {"of_user": one.user_id, "of_sku": one.sku, **{name: getattr(one, name) for name in _STATE}} for one in after
    ]
    if rows:
        connection.execute(statement, rows)


def read_soon(connection: Connection, at: datetime, *conditions: ColumnElement[bool]) -> int:
    """Have those that meet the conditions read at Amazon at that time; return their number."""
    return connection.execute(update(removed_offers).where(*conditions).values(next_read_at=at)).rowcount


def standing(connection: Connection, user_id: int | None) -> Standing:
    """Count the deleted offers that Amazon shows, of one seller or (None) of all."""
    query = select(func.count(), func.min(removed_offers.c.came_back_at)).where(IS_UP, _of(user_id))
    return Standing(*connection.execute(query).one())


def page(connection: Connection, user_id: int | None, after: tuple[int, str] | None, limit: int) -> list[Returned]:
    """Return some of them by seller and SKU, starting after the key `after`; `user_id` None: of all sellers."""
    query = select(*_RETURNED).where(IS_UP, _of(user_id), _beyond(after)).order_by(*_KEY).limit(limit)
    return [Returned(*row) for row in connection.execute(query)]


def _of(user_id: int | None) -> ColumnElement[bool]:
    return true() if user_id is None else removed_offers.c.user_id == user_id


def _beyond(after: tuple[int, str] | None) -> ColumnElement[bool]:
    if after is None:
        return true()
    user_id, sku = _KEY
    return or_(user_id > after[0], (user_id == after[0]) & (sku > after[1]))
