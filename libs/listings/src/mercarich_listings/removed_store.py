"""The repository of offers that were deleted from the books: the only module that writes `removed_offers`.

A row begins when a listing is deleted, and ends when the SKU is an offer in the books again, both in the transaction of
`store` that does it. All functions run in the caller's transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from mercarich_db.bulk import CHUNK, insert_missing
from mercarich_db.conditions import among, among_keys
from mercarich_db.tables import amazon_accounts, listings, removed_offers, users
from mercarich_db.types import has_code
from mercarich_listings.differences import Standing
from mercarich_listings.removed import Removed
from mercarich_reasons.push import CameBackAgain
from mercarich_reasons.reason import Reason

_KEY = (removed_offers.c.user_id, removed_offers.c.sku)
_ROW = tuple(removed_offers.c[field.name] for field in fields(Removed))
_STATE = tuple(field.name for field in fields(Removed) if field.name not in ("user_id", "sku", "removed_at"))
_FEW = 200
"""Rows that may be of as many sellers (`among_keys`)."""
_account, _user = amazon_accounts.alias(), users.alias()


def of_store(seller_id: ColumnElement[str] | str) -> ColumnElement[bool]:
    """SQL condition: the offer was deleted from that store at Amazon, or from one that was not noted down."""
    return or_(removed_offers.c.seller_id.is_(None), removed_offers.c.seller_id == seller_id)


SERVED: ColumnElement[bool] = (
    exists()
    .where(_account.c.user_id == removed_offers.c.user_id, of_store(_account.c.seller_id))
    .where(_user.c.id == _account.c.user_id, _user.c.active)
    .correlate(removed_offers)
)
"""SQL condition: Amazon is read for the offer. Its seller is active, and has its store linked."""
IS_UP: ColumnElement[bool] = and_(removed_offers.c.shown > 0, SERVED)
"""SQL condition: Amazon shows the offer, by the last read. Of one that is not read any more, nothing is known."""
IS_LEFT: ColumnElement[bool] = func.coalesce(has_code(removed_offers.c.reason, CameBackAgain), false())
"""SQL condition: the offer is left to its seller, and gets no zero any more."""


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


def watch(connection: Connection, ids: Sequence[int], at: datetime, *, was_sent: bool = False) -> None:
    """Watch those of the listings that Amazon has had, and whose rows are about to be deleted; all where `was_sent`.

    A SKU of theirs that is watched at a former store of the seller is so no more.
    """
    known = or_(listings.c.pushed_at.is_not(None), listings.c.verified_at.is_not(None))
    was_there = true() if was_sent else known
    columns = (listings.c.id.label("listing_id"), listings.c.user_id, listings.c.sku, listings.c.created_at)
    linked = select(*columns, amazon_accounts.c.seller_id).outerjoin(
        amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id
    )
    now = {"removed_at": at, "next_read_at": at, "returns": 0, "attempts": 0}
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        gone = connection.execute(linked.where(among(listings.c.id, some), was_there)).all()
        if gone:
            keys = among_keys(_KEY, [(row.user_id, row.sku) for row in gone])
            other = (removed_offers.c.seller_id != _store_now(), ~among(removed_offers.c.listing_id, some))
            connection.execute(delete(removed_offers).where(keys, *other))
            insert_missing(connection, removed_offers, [{**row._mapping, **now} for row in gone])


def end(connection: Connection, keys: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """End the watch of SKUs, each with its seller, that are offers in the books again; also that of other logins of the
    same store.

    Return those of which Amazon may show the watch's own zero.
    """
    logins = _logins(connection, {user_id for user_id, _ in keys})
    zeroed = set()
    for start in range(0, len(keys), CHUNK):
        some = {(login, key[1]): key for key in keys[start : start + CHUNK] for login in logins[key[0]]}
        zeroed |= {some[one.user_id, one.sku] for one in lock(connection, list(some)) if one.may_show_zero}
        forget(connection, list(some))
    return zeroed


def forget(connection: Connection, keys: Sequence[tuple[int, str]]) -> None:
    """End the watch of offers that have been gone for long, or that another login of the store has in the books."""
    for start in range(0, len(keys), CHUNK):
        connection.execute(delete(removed_offers).where(among_keys(_KEY, keys[start : start + CHUNK])))


def forget_unread(connection: Connection, before: datetime) -> int:
    """End the watch of some offers whose read was due by then, since nobody can make it; return how many."""
    unread = select(*_KEY).where(removed_offers.c.next_read_at <= before).order_by(*_KEY).limit(_FEW)
    keys = [(user_id, sku) for user_id, sku in connection.execute(unread)]
    forget(connection, keys)
    return len(keys)


def keep_store(connection: Connection, user_id: int, seller_id: str) -> None:
    """Note that the seller's offers were deleted from this store: another one is about to be linked."""
    unknown = (removed_offers.c.user_id == user_id, removed_offers.c.seller_id.is_(None))
    connection.execute(update(removed_offers).where(*unknown).values(seller_id=seller_id))


def in_books(connection: Connection, seller_id: str, skus: Sequence[str]) -> set[str]:
    """Return those SKUs that are offers in the books of any login of the store."""
    account = amazon_accounts.c
    query = select(listings.c.sku).join(amazon_accounts, account.user_id == listings.c.user_id)
    query = query.where(account.seller_id == seller_id, listings.c.sku.in_(skus), listings.c.listed)
    return set(connection.execute(query).scalars()) if skus else set()


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


def standing(connection: Connection, user_id: int | None, *conditions: ColumnElement[bool]) -> Standing:
    """Count the deleted offers that Amazon shows, of one seller or (None) of all."""
    query = select(func.count(), func.min(removed_offers.c.came_back_at)).where(IS_UP, _of(user_id), *conditions)
    return Standing(*connection.execute(query).one())


def page(connection: Connection, user_id: int | None, after: tuple[int, str] | None, limit: int) -> list[Returned]:
    """Return some of them by seller and SKU, starting after the key `after`; `user_id` None: of all sellers."""
    query = select(*_RETURNED).where(IS_UP, _of(user_id), _beyond(after)).order_by(*_KEY).limit(limit)
    return [Returned(*row) for row in connection.execute(query)]


def _logins(connection: Connection, user_ids: Iterable[int]) -> Mapping[int, set[int]]:
    """Return for each seller the ids of all logins that have the same store linked, their own among them."""
    mine, other = amazon_accounts.alias(), amazon_accounts.alias()
    pairs = select(mine.c.user_id, other.c.user_id).join(other, other.c.seller_id == mine.c.seller_id)
    found: dict[int, set[int]] = defaultdict(set)
    for user_id in user_ids:
        found[user_id].add(user_id)
    for user_id, login in connection.execute(pairs.where(mine.c.user_id.in_(list(found)))):
        found[user_id].add(login)
    return found


def _store_now() -> ColumnElement[str]:
    """SQL expression: the store that the seller of a deleted offer has linked."""
    mine = amazon_accounts.c.user_id == removed_offers.c.user_id
    return select(amazon_accounts.c.seller_id).where(mine).scalar_subquery()


def _of(user_id: int | None) -> ColumnElement[bool]:
    return true() if user_id is None else removed_offers.c.user_id == user_id


def _beyond(after: tuple[int, str] | None) -> ColumnElement[bool]:
    if after is None:
        return true()
    user_id, sku = _KEY
    return or_(user_id > after[0], (user_id == after[0]) & (sku > after[1]))
