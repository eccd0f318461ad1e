"""`ports_orders.OrderSearches` over `order_searches` and `order_replacements`; each write is fenced by its claim."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, delete, func, insert, or_, select, update

from mercarich_contracts.market import Marketplace
from mercarich_db.bulk import insert_missing
from mercarich_db.engine import reading, run_tx
from mercarich_db.fee_estimates import COLUMNS, ITS_ESTIMATE, estimate_of
from mercarich_db.glimpses import note_glimpses
from mercarich_db.open_orders import wants_source
from mercarich_db.tables import (
    listing_fees,
    listing_pictures,
    listings,
    order_items,
    order_replacements,
    order_searches,
    source_items,
)
from mercarich_db.types import AnyRow
from mercarich_replacements.rules import Wanted
from mercarich_updater.adapters import observed_sql
from mercarich_updater.adapters.listings_sql import undone_items
from mercarich_updater.adapters.restores_sql import is_used
from mercarich_updater.domain.order_searches import Ended, Standing, lease_of
from mercarich_updater.ports import GoneMeanwhile, Judged, UsedMeanwhile
from mercarich_updater.ports_orders import ClaimLost, Fitting, OrderWanted

SOME = 20
"""Orders that are read to claim one of them: others may be claimed meanwhile."""
_item, _search, _found = order_items.c, order_searches.c, order_replacements.c


class SqlOrderSearches:
    def __init__(self, engine: Engine, lease: timedelta, most: int) -> None:
        """`most` is how many replacements an order has at most."""
        self._engine = engine
        self._lease = lease
        self._most = most

    def claim(self, marketplace: Marketplace, claim: str, now: datetime) -> OrderWanted | None:
        with reading(self._engine) as connection:
            ids = connection.execute(_due(marketplace, now)).scalars().all()
        for id in ids:
            order = run_tx(self._engine, partial(self._claim, id=id, claim=claim, now=now))
            if order is not None:
                return order
        return None

    def _claim(self, connection: Connection, id: int, claim: str, now: datetime) -> OrderWanted | None:
        row = connection.execute(_wanted_row(id)).one_or_none()
        if row is None:
            return None
        mine = _search.order_item_id == id
        locked = select(order_searches).where(mine).with_for_update()
        known = connection.execute(locked).one_or_none()
        if known is None:
            counts = dict.fromkeys(("unfinished", "searches", "unsure"), 0)
            first = {"order_item_id": id, "gone_at": row.observed_at, "not_before": now, **counts}
            insert_missing(connection, order_searches, [first])
            known = connection.execute(locked).one()
        if known.not_before > now:
            return None
        standing = Standing(known.searches, known.unsure, known.unfinished + 1)
        until = now + lease_of(standing, self._lease)
        taken = update(order_searches).where(mine)
        connection.execute(taken.values(claim=claim, unfinished=standing.unfinished, not_before=until))
        return OrderWanted(id, claim, _wanted(connection, row), known.gone_at, standing)

    def renew(self, order: OrderWanted, now: datetime) -> None:
        until = now + lease_of(order.standing, self._lease)
        mine = update(order_searches).where(_of(order)).values(not_before=until)
        if not run_tx(self._engine, lambda connection: connection.execute(mine).rowcount):
            raise ClaimLost

    def release(self, order: OrderWanted, again_at: datetime) -> None:
        mine = update(order_searches).where(_of(order)).values(claim=None, unfinished=0, not_before=again_at)
        run_tx(self._engine, lambda connection: connection.execute(mine))

    def keep(self, order: OrderWanted, fitting: Fitting, now: datetime) -> bool:
        item = fitting.judged.item

        def keep(connection: Connection) -> bool:
            is_first = _lock(connection, order).found_at is None and fitting.judged.refusal is None
            kept = observed_sql.keep(connection, item)
            if kept is None:
                raise GoneMeanwhile
            source_id, _ = kept
            if is_used(connection, order.wanted.user_id, source_id, item):
                raise UsedMeanwhile
            key = {"order_item_id": order.order_item_id, "source_item_id": source_id}
            this = and_(*(_found[name] == value for name, value in key.items()))
            values = _values(fitting) | {"seen_at": now}
            if not connection.execute(update(order_replacements).where(this).values(values)).rowcount:
                connection.execute(insert(order_replacements).values(**key, **values))
            _forget(connection, order, _oldest(connection, order, self._most))
            if is_first:
                connection.execute(update(order_searches).where(_of(order)).values(found_at=now))
            return is_first

        return run_tx(self._engine, keep)

    def end(self, order: OrderWanted, ended: Ended, judged: Sequence[Judged], since: datetime, now: datetime) -> None:
        after = ended.standing
        values = {
            "claim": None,
            "unfinished": after.unfinished,
            "searches": after.searches,
            "unsure": after.unsure,
            "searched_at": now,
            "result": ended.result,
            "not_before": now + ended.wait,
        }

        def end(connection: Connection) -> None:
            _lock(connection, order)
            connection.execute(update(order_searches).where(_of(order)).values(values))
            if ended.conclusive:
                old = select(_found.source_item_id).where(_found.order_item_id == order.order_item_id)
                _forget(connection, order, connection.execute(old.where(_found.seen_at < since)).scalars().all())
            note_glimpses(connection, [one.item for one in judged], now)

        run_tx(self._engine, end)


def _due(marketplace: Marketplace, now: datetime) -> Select[Any]:
    due = or_(_search.order_item_id.is_(None), _search.not_before <= now)
    return (
        select(_item.id)
        .join(source_items, source_items.c.id == _item.source_item_id)
        .outerjoin(order_searches, _search.order_item_id == _item.id)
        .where(wants_source(), source_items.c.marketplace == marketplace, due)
        .order_by(func.coalesce(_search.searches, 0), _item.ship_by, _item.id)
        .limit(SOME)
    )


def _wanted_row(id: int) -> Select[Any]:
    main = and_(listing_pictures.c.listing_id == listings.c.id, listing_pictures.c.slot == 0)
    source = source_items.c
    # SQLite gives the id of a deleted listing again: the SKU tells whether it is the same one.
    same = (listings.c.user_id == _item.user_id, listings.c.sku == _item.sku)
    its_listing = and_(listings.c.id == _item.listing_id, *same)
    return (
        select(_item.user_id, _item.source_item_id, _item.price_jpy.label("sold_for_jpy"))
        .add_columns(listings.c.id.label("listing_id"))
        .add_columns(source.marketplace, source.item_id, source.title, source.image_url, source.condition_code)
        .add_columns(source.price_jpy, source.observed_at, listings.c.first_price_jpy, listings.c.offer_price_jpy)
        .add_columns(*COLUMNS, listings.c.title.label("own_title"), listing_pictures.c.path.label("saved_picture"))
        .join(source_items, source.id == _item.source_item_id)
        .outerjoin(listings, its_listing)
        .outerjoin(listing_fees, ITS_ESTIMATE)
        .outerjoin(listing_pictures, main)
        .where(_item.id == id, wants_source())
    )


def _wanted(connection: Connection, row: AnyRow) -> Wanted:
    ids = () if row.listing_id is None else (row.listing_id,)
    undone = undone_items(connection, ids)
    return Wanted(
        listing_ids=ids,
        user_id=row.user_id,
        marketplace=Marketplace(row.marketplace),
        source_item_id=row.source_item_id,
        item_id=row.item_id,
        title=row.title or row.own_title or "",
        picture_url=row.image_url,
        condition=row.condition_code,
        first_price_jpy=row.price_jpy if row.first_price_jpy is None else row.first_price_jpy,
        withdrawn_at=None,
        offer_price_jpy=row.offer_price_jpy if row.sold_for_jpy is None else row.sold_for_jpy,
        estimate=estimate_of(row),
        saved_picture=row.saved_picture,
        undone=frozenset(undone[row.listing_id]) if row.listing_id in undone else frozenset(),
    )


def _of(order: OrderWanted) -> Any:
    """SQL condition: the order's search, while it is still this claim's."""
    return and_(_search.order_item_id == order.order_item_id, _search.claim == order.claim)


def _lock(connection: Connection, order: OrderWanted) -> AnyRow:
    row = connection.execute(select(_search.found_at).where(_of(order)).with_for_update()).one_or_none()
    if row is None:
        raise ClaimLost
    return row


def _values(fitting: Fitting) -> dict[str, Any]:
    item, refusal = fitting.judged.item, fitting.judged.refusal
    return {
        "title": item.title and item.title[:255],
        "price_jpy": item.price_jpy,
        "postage_jpy": item.postage_jpy,
        "landed_jpy": fitting.landed_jpy,
        "doubt": refusal and refusal.reason,
        "jpeg": fitting.jpeg,
    }


def _oldest(connection: Connection, order: OrderWanted, most: int) -> Sequence[int]:
    """Return all but the best `most` replacements: those that fit before others, a known postage before an unknown one,
    then what was seen last."""
    own = select(_found.source_item_id).where(_found.order_item_id == order.order_item_id)
    best = (_found.doubt.is_not(None), _found.postage_jpy.is_(None), _found.seen_at.desc(), _found.source_item_id)
    return connection.execute(own.order_by(*best)).scalars().all()[most:]


def _forget(connection: Connection, order: OrderWanted, source_ids: Sequence[int]) -> None:
    if source_ids:
        mine = and_(_found.order_item_id == order.order_item_id, _found.source_item_id.in_(source_ids))
        connection.execute(delete(order_replacements).where(mine))
