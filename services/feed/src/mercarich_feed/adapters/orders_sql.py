"""`ports.Orders` over `order_items` and `order_reads`, and which sellers' orders are to be read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, func, or_, select, update

from mercarich_contracts.events import EventKind
from mercarich_contracts.orders import is_open
from mercarich_db.bulk import insert_missing, insert_rows, update_rows
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listing_events, listings, order_items, order_reads, source_items, users
from mercarich_db.types import AnyRow
from mercarich_feed.adapters.accounts_sql import account_usable
from mercarich_feed.domain.answers import Answer
from mercarich_feed.domain.orders import EVERY, RECENT, OrderItem, Period, next_period
from mercarich_feed.domain.pushes import Account, Offer
from mercarich_listings import store
from mercarich_listings.listing import Listing
from mercarich_listings.orders import Fallen, is_counted_off, left_at_amazon, ordered
from mercarich_listings.reads import AT_REST
from mercarich_platform.clock import Clock
from mercarich_reasons.push import OrderedAtAmazon
from mercarich_reasons.reason import Reason

CLAIMED = timedelta(minutes=2)
"""How long nobody else reads a seller's orders."""
_item, _read = order_items.c, order_reads.c
_CHANGES = ("quantity", "unfulfilled", "price_jpy", "status", "cancelled_by", "ship_by", "changed_at")


class SqlOrders:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def sellers(self) -> list[int]:
        """Return ids of active sellers with a usable account whose orders are to be read now."""
        now, account = self._now(), amazon_accounts.c
        query = select(account.user_id).join(users, users.c.id == account.user_id).where(users.c.active)
        query = query.outerjoin(order_reads, _read.user_id == account.user_id)
        new = or_(_read.user_id.is_(None), _read.seller_id != account.seller_id)
        query = query.where(or_(new, _read.next_read_at <= now), account_usable(now, self._retry_seconds))
        with reading(self._engine) as connection:
            return list(connection.execute(query.order_by(account.user_id)).scalars())

    def readers(self, seller_id: str) -> Mapping[int, bool]:
        account = amazon_accounts.c
        is_read = and_(_read.user_id == account.user_id, _read.seller_id == account.seller_id)
        query = select(account.user_id, _read.read_until).join(users, users.c.id == account.user_id)
        query = query.outerjoin(order_reads, is_read).where(account.seller_id == seller_id, users.c.active)
        query = query.where(account_usable(self._now(), self._retry_seconds))
        with reading(self._engine) as connection:
            return {row.user_id: row.read_until is not None for row in connection.execute(query)}

    def claim(self, account: Account) -> Period | None:
        mine = _read.user_id == account.user_id
        locked = select(order_reads).where(mine).with_for_update()

        def claim(connection: Connection) -> Period | None:
            now = self._now()
            first = {"user_id": account.user_id, "seller_id": account.seller_id, "began_at": now, "next_read_at": now}
            row = connection.execute(locked).one_or_none()
            if row is None:
                insert_missing(connection, order_reads, [first])
                row = connection.execute(locked).one()
            is_new = row.seller_id != account.seller_id
            if row.next_read_at > now and not is_new:
                return None
            anew = {**first, "read_until": None, "read_at": None, "problem": None} if is_new else {}
            if row.read_until is None:
                anew["began_at"] = now  # no read has succeeded yet: what was ordered before is of the past
            connection.execute(update(order_reads).where(mine).values({**anew, "next_read_at": now + CLAIMED}))
            return next_period(None if is_new else row.read_until, now)

        return run_tx(self._engine, claim)

    def last_pieces(self, account: Account, items: Sequence[OrderItem]) -> list[Offer]:
        now, pieces = self._now(), Counter[str]()
        if not items:  # what most reads find
            return []
        with reading(self._engine) as connection:
            known = _known(connection, account.user_id, [item.order_item_id for item in items])
            for item in items:
                if item.sku is not None and item.order_item_id not in known and item.takes_a_piece(now):
                    pieces[item.sku] += item.quantity
            offer = listings.c
            some = select(offer.id, offer.sku, offer.revision, offer.quantity, offer.changed_at)
            some = some.where(offer.user_id == account.user_id, offer.sku.in_(pieces), offer.quantity > 0, AT_REST)
            rows = connection.execute(some.order_by(offer.id)).all() if pieces else []
        return [Offer(*row, singly=False) for row in rows if row.quantity <= pieces[row.sku]]

    def save(self, account: Account, items: Sequence[OrderItem], shown: Sequence[Answer]) -> Sequence[timedelta]:
        if not items:
            return ()

        def save(connection: Connection) -> Sequence[timedelta]:
            now = self._now()
            # Whoever saves orders of the seller holds this row, so that an order changes its listing once.
            mine = select(_read.began_at).where(_read.user_id == account.user_id).with_for_update()
            began_at = connection.execute(mine).scalar_one().replace(microsecond=0)  # Amazon tells whole seconds
            known = _known(connection, account.user_id, [item.order_item_id for item in items])
            new = {item.order_item_id: item for item in items if item.order_item_id not in known}
            changed = [
                {"id": known[item.order_item_id].id}
                | {name: getattr(item, name) for name in _CHANGES}
                | {"shipped_at": _shipped_at(item, known[item.order_item_id])}
                for item in items
                if item.order_item_id in known and item.changed_at > known[item.order_item_id].changed_at
            ]
            update_rows(connection, order_items, changed)
            sold = _of_skus(connection, account.user_id, [item.sku for item in new.values() if item.sku])
            lately = _lately(connection, account.user_id, list(sold), now)
            there = AtAmazon(shown, lately, _fallen(connection, [listing.id for listing in sold.values()], now))
            _insert(connection, account, list(new.values()), sold, now)
            placed = [item for item in new.values() if item.ordered_at >= began_at]
            _follow(connection, [item for item in placed if item.sku in sold], sold, there, now)
            return [now - item.ordered_at for item in placed]

        return run_tx(self._engine, save)

    def done(self, account: Account, until: datetime, *, more: bool) -> None:
        now = self._now()
        values = {"read_until": until, "read_at": now, "next_read_at": now if more else now + EVERY, "problem": None}
        self._set(account, values)

    def failed(self, account: Account, problem: Reason, again_after: timedelta) -> None:
        self._set(account, {"problem": problem, "next_read_at": self._now() + again_after})

    def _set(self, account: Account, values: Mapping[str, object]) -> None:
        this = and_(_read.user_id == account.user_id, _read.seller_id == account.seller_id)
        run_tx(self._engine, lambda connection: connection.execute(update(order_reads).where(this).values(**values)))


class AtAmazon(NamedTuple):
    """What is known of offers whose pieces were ordered."""

    shown: Sequence[Answer]
    lately: Mapping[str, int]
    """By SKU the pieces of orders that are known, and that Amazon may not have counted off yet."""
    fallen: Mapping[int, Fallen]
    """By listing."""


def _lately(connection: Connection, user_id: int, skus: Sequence[str], now: datetime) -> dict[str, int]:
    rows = select(_item.sku, func.sum(_item.quantity)).where(
        _item.user_id == user_id, _item.sku.in_(skus), _item.ordered_at >= now - RECENT
    )
    found = connection.execute(rows.group_by(_item.sku)) if skus else ()
    return {sku: int(pieces) for sku, pieces in found}


def _fallen(connection: Connection, listing_ids: Sequence[int], now: datetime) -> dict[int, Fallen]:
    event = listing_events.c
    pieces = func.sum(event.quantity_before - event.quantity_after)
    rows = select(event.listing_id, pieces, func.max(event.at), func.max(event.revision)).where(
        event.listing_id.in_(listing_ids),
        event.kind == EventKind.CHANGED_AT_AMAZON,
        event.at >= now - RECENT,
        event.quantity_after < event.quantity_before,
    )
    found = connection.execute(rows.group_by(event.listing_id)) if listing_ids else ()
    return {listing_id: Fallen(int(gone), last_at, revision) for listing_id, gone, last_at, revision in found}


def _known(connection: Connection, user_id: int, ids: Sequence[str]) -> dict[str, AnyRow]:
    """Return by Amazon's id the row's id, when the item changed last, and what is known of its shipment, of those that
    have a row."""
    rows = select(_item.id, _item.order_item_id, _item.changed_at, _item.shipped_at)
    rows = rows.add_columns(_item.status, _item.cancelled_by, _item.unfulfilled)
    mine = rows.where(_item.user_id == user_id, _item.order_item_id.in_(ids))
    return {row.order_item_id: row for row in connection.execute(mine)}


def _shipped_at(item: OrderItem, row: AnyRow) -> datetime | None:
    """Return when a known item was shipped: the time that was noted first stays."""
    if row.shipped_at is not None:
        known: datetime = row.shipped_at
        return known
    return item.shipped_at(seen_open=is_open(row.status, row.cancelled_by, row.unfulfilled))


def _of_skus(connection: Connection, user_id: int, skus: Sequence[str]) -> dict[str, Listing]:
    """Lock the listings with these SKUs, and their sources before them, as whoever records a look does."""
    if not skus:
        return {}
    mine = (listings.c.user_id == user_id, listings.c.sku.in_(skus))
    ids = connection.execute(select(listings.c.source_item_id).where(*mine)).scalars().all()
    sources = select(source_items.c.id).where(source_items.c.id.in_(ids)).order_by(source_items.c.id)
    connection.execute(sources.with_for_update())
    return {listing.sku: listing for listing in store.lock_where(connection, *mine)}


def _insert(
    connection: Connection, account: Account, items: Sequence[OrderItem], sold: Mapping[str, Listing], now: datetime
) -> None:
    rows = []
    for item in items:
        listing = sold.get(item.sku or "")
        known = {"user_id": account.user_id, "seller_id": account.seller_id, "seen_at": now}
        known |= {"listing_id": listing and listing.id, "source_item_id": listing and listing.source_item_id}
        rows.append(asdict(item) | known | {"shipped_at": item.shipped_at(seen_open=False)})
    if rows:
        names = tuple(rows[0])
        insert_rows(connection, order_items, names, [tuple(row[name] for name in names) for row in rows])


def _follow(
    connection: Connection,
    items: Sequence[OrderItem],
    sold: Mapping[str, Listing],
    there: AtAmazon,
    now: datetime,
) -> None:
    """Let the listings follow their orders, and have those read at Amazon that have some pieces left."""
    changes, left = [], []
    rows, pieces = dict(sold), Counter(there.lately)
    seen = {(answer.offer.sku, answer.offer.revision): answer.seen.quantity for answer in there.shown if answer.seen}
    for item in sorted(items, key=lambda item: item.ordered_at):
        listing = rows[item.sku or ""]
        if not listing.listed:
            continue
        if not item.takes_a_piece(now):
            left.append(listing.id)
            continue
        pieces[listing.sku] += item.quantity
        left_there = left_at_amazon(listing, seen.get((listing.sku, listing.revision)), pieces[listing.sku])
        if is_counted_off(listing, there.fallen.get(listing.id), item.ordered_at, pieces[listing.sku]):
            left_there = listing.quantity
        change = ordered(listing, OrderedAtAmazon(item.order_id, item.quantity), now, left_there)
        changes.append(change)
        rows[listing.sku] = change.after
        after = change.after
        if (after.stage, after.listing_quantity) == (listing.stage, listing.listing_quantity):
            left.append(listing.id)
    store.save(connection, changes)
    store.read_soon(connection, left, now)
    store.look_first(connection, [rows[item.sku or ""].source_item_id for item in items if item.is_open])
