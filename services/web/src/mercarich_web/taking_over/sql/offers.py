"""The offers of a seller with their standing, whose rule is here alone."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, case, exists, func, or_, select

from mercarich_db.tables import (
    amazon_accounts,
    amazon_offer_reads,
    amazon_offers_found,
    listing_creations,
    listing_removals,
    listings,
    removed_offers,
    source_items,
    users,
)
from mercarich_db.types import AnyRow
from mercarich_listings.matching import Channel
from mercarich_web.database import reading
from mercarich_web.listings.csv_rows import MOST_PIECES
from mercarich_web.refusals import NotFound
from mercarich_web.taking_over.offers import SHOWN, Counts, Offer, OfferPage, Reading, Standing

PIECE = 1_000
_found, _read = amazon_offers_found.c, amazon_offer_reads.c
_other = amazon_offers_found.alias("other")
_own = listings.alias("own")
_holder = listings.alias("holder")
_other_own = listings.alias("other_own")


def _sells(table: Any) -> ColumnElement[bool]:
    """The seller sends it, and Amazon shows a quantity that an import takes."""
    by_seller = or_(table.c.channel.is_(None), table.c.channel != Channel.AMAZON)
    return and_(by_seller, table.c.quantity.between(1, MOST_PIECES))


def _shared() -> ColumnElement[bool]:
    """Another offer that could be taken over has the same source, or a listing of the seller with another SKU has."""
    is_watched = exists(select(1).where(_other_own.c.user_id == _other.c.user_id, _other_own.c.sku == _other.c.sku))
    offer = exists(
        select(1).where(
            _other.c.user_id == _found.user_id,
            _other.c.marketplace == _found.marketplace,
            _other.c.item_id == _found.item_id,
            _other.c.sku != _found.sku,
            _sells(_other),
            ~is_watched,
        )
    )
    source = source_items.c
    holder = exists(
        select(1)
        .select_from(source_items)
        .join(_holder, _holder.c.source_item_id == source.id)
        .where(
            source.marketplace == _found.marketplace,
            source.item_id == _found.item_id,
            _holder.c.user_id == _found.user_id,
            _holder.c.sku != _found.sku,
        )
    )
    return or_(offer, holder)


def _leaving() -> ColumnElement[bool]:
    """Its listing is being deleted at Amazon."""
    return exists(select(1).where(listing_removals.c.listing_id == _own.c.id))


def _registering() -> ColumnElement[bool]:
    """Its listing is being created at Amazon, or taken over already: no import may change it."""
    creation = listing_creations.c
    return exists(select(1).where(creation.listing_id == _own.c.id, creation.ended_at.is_(None)))


def _deleted() -> ColumnElement[bool]:
    """Its listing was deleted after the report was made."""
    removed = removed_offers.c
    gone = (removed.user_id == _found.user_id, removed.sku == _found.sku, removed.removed_at >= _found.seen_at)
    return exists(select(1).where(*gone))


STANDING = case(
    (or_(_own.c.listed.is_(True), _registering(), _leaving()), Standing.WATCHED),
    (_deleted(), Standing.NOT_SELLING),
    (_found.channel == Channel.AMAZON, Standing.SENT_BY_AMAZON),
    (_found.quantity.is_(None), Standing.NOT_SELLING),
    (~_found.quantity.between(1, MOST_PIECES), Standing.NOT_SELLING),
    (_found.item_id.is_(None), Standing.UNMATCHED),
    (_shared(), Standing.SHARED),
    else_=Standing.MATCHED,
).label("standing")
_ROW = (
    *(_found.sku, _found.asin, _found.title, _found.price_jpy, _found.quantity),
    *(_found.item_condition.label("condition"), _found.status, _found.seen_at),
    *(_found.marketplace, _found.item_id, _found.matched_by, STANDING, _own.c.id.label("listing_id")),
)
_WITH_OWN = amazon_offers_found.outerjoin(_own, and_(_own.c.user_id == _found.user_id, _own.c.sku == _found.sku))


def unmatched(user_id: int, at_most: int) -> Select[Any]:
    """Return the query of how many offers have no known source, up to `at_most`."""
    wanted = (_found.user_id == user_id, _found.item_id.is_(None), _sells(amazon_offers_found))
    not_watched = or_(_own.c.id.is_(None), and_(~_own.c.listed, ~_registering()))
    some = select(_found.id).select_from(_WITH_OWN).where(*wanted, not_watched).limit(at_most).subquery()
    return select(func.count()).select_from(some)


class SqlFoundOffers:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reading(self, user_id: int) -> Reading | None:
        """Return the newest read; None: none was asked for."""
        columns = (_read.asked_at, _read.begun_at, _read.state, _read.found, _read.unreadable, _read.read_at)
        query = select(*columns, _read.problem).where(_read.user_id == user_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        is_asked = row.begun_at is None or row.asked_at > row.begun_at
        is_open = is_asked or row.state not in ("done", "failed")
        found, state = (0, "waiting") if is_asked else (row.found, row.state)
        return Reading(row.asked_at, is_open, state, found, row.unreadable, row.read_at, row.problem)

    def is_linked(self, user_id: int) -> bool:
        with reading(self._engine) as connection:
            linked = select(amazon_accounts.c.user_id).where(amazon_accounts.c.user_id == user_id)
            return connection.execute(linked).first() is not None

    def counts(self, user_id: int) -> Counts:
        query = select(STANDING, func.count()).select_from(_WITH_OWN).where(_found.user_id == user_id)
        with reading(self._engine) as connection:
            counted = {Standing(name): number for name, number in connection.execute(query.group_by(STANDING))}
        return {standing: counted.get(standing, 0) for standing in Standing}

    def page(self, user_id: int, standing: Standing | None, search: str, after: str, limit: int = SHOWN) -> OfferPage:
        """Return offers in the order of their SKUs; `search` is in the SKU, the ASIN or the title."""
        query = select(*_ROW).select_from(_WITH_OWN).where(_found.user_id == user_id)
        if standing is not None:
            query = query.where(STANDING.element == standing)
        if search:
            named = (_found.sku, _found.asin, _found.title)
            query = query.where(or_(*(column.icontains(search, autoescape=True) for column in named)))
        if after:
            query = query.where(_found.sku > after)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_found.sku).limit(limit + 1)).all()
        offers = [_offer(row) for row in rows[:limit]]
        return OfferPage(offers, offers[-1].sku if len(rows) > limit else None)

    def all_of(self, user_id: int, standing: Standing) -> Iterator[Sequence[Offer]]:
        """Yield all offers of that standing, in pages."""
        after: str | None = ""
        while after is not None:
            page = self.page(user_id, standing, "", after, PIECE)
            yield page.offers
            after = page.next

    def standings(self, user_id: int, skus: Sequence[str]) -> dict[str, Standing]:
        """Return the standing of those of the SKUs that are offers."""
        query = select(_found.sku, STANDING).select_from(_WITH_OWN)
        query = query.where(_found.user_id == user_id, _found.sku.in_(skus))
        with reading(self._engine) as connection:
            return {row.sku: Standing(row.standing) for row in connection.execute(query)}

    def sellers(self, username: str | None) -> Sequence[tuple[int, str]]:
        """Return id and name of one seller, or of all whose offers were asked for. Raises `NotFound`."""
        query = select(users.c.id, users.c.username).order_by(users.c.username)
        if username is None:
            query = query.join(amazon_offer_reads, _read.user_id == users.c.id)
        else:
            query = query.where(users.c.username == username)
        with reading(self._engine) as connection:
            rows = [(row.id, row.username) for row in connection.execute(query)]
        if username is not None and not rows:
            raise NotFound(f"there is no seller {username!r}")
        return rows


def _offer(row: AnyRow) -> Offer:
    return Offer(**{**row._mapping, "standing": Standing(row.standing)})
