"""A seller's listings: keyset pages, figures, export."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)

from mercarich_contracts.market import OUT_OF_STOCK, Marketplace
from mercarich_contracts.sites import item_of_address
from mercarich_db.conditions import among, walking
from mercarich_db.earning_terms import terms_of
from mercarich_db.tables import listing_pictures, listings, repricings, source_items
from mercarich_listings import earnings
from mercarich_listings.listing import DOWN, UP
from mercarich_listings.stages import REGISTERING, is_in
from mercarich_listings.transition import Stage
from mercarich_replacements.earnings import Terms
from mercarich_web.database import reading
from mercarich_web.listings.exported_listing import ExportedListing
from mercarich_web.listings.sql.earnings import BY_TERMS
from mercarich_web.listings.views import (
    ROWS,
    STAGES_OF,
    Figures,
    ListingPage,
    ListingRow,
    Order,
    Place,
    Shop,
    View,
    Wish,
)

PIECE = 1_000
_offer, _source = listings.c, source_items.c
_is_known = _offer.orphan.is_(false())
_on_offer = and_(_offer.listed.is_(true()), _is_known)
_gone = or_(_offer.quantity == 0, _source.state.in_(sorted(OUT_OF_STOCK)))
_stopped = and_(repricings.c.listing_id == _offer.id, repricings.c.stopped_at.is_not(None))
_is_read = _offer.pushed_quantity.is_not(None)
_NOT_BY_STAGE: Mapping[View, ColumnElement[bool]] = {
    View.ON_SALE: and_(is_in(STAGES_OF[View.ON_SALE]), _is_known, _is_read),
    View.UNSEEN: and_(is_in(STAGES_OF[View.UNSEEN]), _is_known, _offer.pushed_quantity.is_(None)),
    View.EXPOSED: and_(_on_offer, func.coalesce(_offer.pushed_quantity, _offer.listing_quantity) > 0, _gone),
    View.PRICE_STOPPED: and_(_offer.listed.is_(true()), exists().where(_stopped)),
    View.PENDING: and_(_offer.push_pending == 1, _on_offer),
    View.PROBLEM: and_(_offer.listed.is_(true()), or_(_offer.orphan.is_(true()), _offer.push_problem.is_not(None))),
}


def _of_stages(stages: frozenset[Stage]) -> ColumnElement[bool]:
    """Condition for listings in these stages. A listing that Amazon does not know is shown as unknown, in whatever
    stage."""
    return and_(is_in(stages), _is_known) if stages <= {*UP, *DOWN} else is_in(stages)


VIEWS: Mapping[View, ColumnElement[bool]] = {
    view: _NOT_BY_STAGE[view] if view in _NOT_BY_STAGE else _of_stages(stages)
    for view, stages in STAGES_OF.items()
    if view not in BY_TERMS
}
_NONE = Terms()
"""Of a view that asks for none."""
_picture = listing_pictures.c
_pictured = exists().where(_picture.listing_id == _offer.id, _picture.slot == 0)
"""By the primary key, for the rows of a page alone."""
_ROW = (
    _offer.id,
    _offer.sku,
    _offer.asin,
    _offer.title,
    _offer.marketplace,
    _source.item_id,
    _offer.listed,
    _offer.quantity,
    _offer.pushed_quantity,
    _offer.revision,
    _offer.pushed_revision,
    _offer.searching,
    _offer.hold_id,
    _offer.orphan,
    _offer.push_problem,
    _offer.changed_at,
    _source.state.label("source_state"),
    _source.price_jpy.label("source_price_jpy"),
    _source.checked_at,
    _offer.stopped_at,
    _offer.paused_at,
    REGISTERING.label("registering"),
    _pictured.label("pictured"),
    *earnings.COLUMNS,
)
_EXPORTED = (
    _offer.sku,
    _offer.marketplace,
    _source.item_id.label("source_id"),
    _offer.asin,
    _offer.title,
    _offer.listing_quantity.label("quantity"),
    _offer.listed,
    _offer.offer_price_jpy.label("price"),
    _offer.least_price_jpy.label("least_price"),
    _offer.most_price_jpy.label("most_price"),
    _offer.note,
    _offer.handling_days,
    case((and_(_offer.listed, _is_read), _offer.quantity)).label("amazon_quantity"),
    _offer.withdrawn_at,
    _offer.paused_at,
    _offer.least_profit_jpy.label("least_profit"),
    *earnings.COLUMNS,
)


class SqlListingBook:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, user_id: int, wish: Wish, after: Place | None) -> ListingPage:
        values: dict[str, object] = {"seller": user_id}
        if after is not None:
            values |= {"value": after.value, "listing": after.listing_id}
        with reading(self._engine) as connection:
            terms = terms_of(connection, user_id)
            statement = _page(wish, terms if wish.view in BY_TERMS else _NONE, begins=after is None)
            found = connection.execute(statement, values).all()
        rows = [ListingRow(**earnings.split(row, terms)) for row in found[:ROWS]]
        return ListingPage(rows, _place(rows[-1], wish.order) if len(found) > ROWS else None)

    def shop(self, user_id: int) -> Shop:
        counted = [
            func.count(case((condition, 1))).label(view.value)
            for view, condition in VIEWS.items()
            if view not in (View.EXPOSED, View.PRICE_STOPPED)
        ]
        # Few are: they are counted by their own index, and not asked of each listing.
        stopped = select(func.count()).select_from(repricings.join(listings, _stopped))
        stopped = stopped.where(repricings.c.user_id == user_id, _offer.listed.is_(true())).correlate(None)
        counted.append(stopped.scalar_subquery().label(View.PRICE_STOPPED.value))
        of_stage = select(*counted).where(_offer.user_id == user_id)
        with reading(self._engine) as connection:
            exposed = _exposed(connection, user_id)
            counts = connection.execute(of_stage).one()
            earned = connection.execute(earnings.numbers(user_id, terms_of(connection, user_id))).one()
        return Shop(Figures(**counts._mapping, **earned._mapping, exposed=len(exposed)), exposed)

    def matching(self, user_id: int, wish: Wish, most: int) -> int:
        """Return the number of matches, counted up to `most`."""
        ids = select(_offer.id)
        of_sources = wish.view is View.EXPOSED or wish.view in BY_TERMS
        with reading(self._engine) as connection:
            terms = terms_for(connection, user_id, wish.view)
            matching = wanted(_joined(ids) if of_sources else ids, user_id, wish, terms)
            found = matching.limit(most).subquery()
            return connection.execute(select(func.count()).select_from(found)).scalar_one()

    def export(self, user_id: int, wish: Wish) -> Iterator[Sequence[ExportedListing]]:
        """Yield listings in pieces, ordered by SKU."""
        with reading(self._engine) as connection:
            terms = terms_of(connection, user_id)
        query = wanted(_joined(select(*_EXPORTED)), user_id, wish, terms).order_by(_offer.sku).limit(PIECE)
        last = ""
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(_offer.sku > last)).all()
            if not rows:
                return
            last = rows[-1].sku
            yield [ExportedListing(**earnings.split(row, terms)) for row in rows]


@lru_cache(maxsize=256)
def _page(wish: Wish, terms: Terms, *, begins: bool) -> Select[Any]:
    """Select a page of a `seller`'s listings after the place given by the sort column's `value` and the id; the first
    page when it `begins`. The statement is cached, because building it takes longer than running it."""
    query = wanted(_joined(select(*_ROW)), bindparam("seller", type_=_offer.user_id.type), wish, terms)
    # Few listings have a problem. In the order of the page, MariaDB would read all of the seller's listings for them.
    if wish.view is View.PROBLEM:
        query = walking(query, _offer.user_id, _offer.listed)
    # A seller's SKUs are unique. With the id after them, MariaDB would sort instead of reading an index.
    by = (_offer.sku,) if wish.order.is_by_sku else (_offer.changed_at, _offer.id)
    if not begins:
        value, listing = bindparam("value", type_=by[0].type), bindparam("listing", type_=_offer.id.type)
        place, here = tuple_(*by), tuple_(*(value, listing)[: len(by)])
        # MariaDB seeks in an index by one column only, not by a pair of columns; hence the condition on the first one.
        first = by[0] <= value if wish.order.is_down else by[0] >= value
        query = query.where(first, place < here if wish.order.is_down else place > here)
    ordered = [column.desc() for column in by] if wish.order.is_down else by
    return query.order_by(*ordered).limit(ROWS + 1)


def _exposed(connection: Connection, user_id: int) -> dict[int, datetime | None]:
    """Return the exposed listings, and since when. The index alone finds them, and they are few unless nothing can be
    pushed; the times are read from their rows only."""
    # These columns are in the index.
    place = (_offer.user_id == user_id, _offer.listed == true(), _offer.orphan == false())
    found = _joined(select(_offer.id)).where(*place, VIEWS[View.EXPOSED])
    ids = connection.execute(found).scalars().all()
    at = func.coalesce(_offer.withdrawn_at, _source.suspected_at, _source.observed_at, _offer.changed_at)
    since = _joined(select(_offer.id, at.label("at"), _offer.changed_at, _source.state)).where(among(_offer.id, ids))
    rows = connection.execute(since) if ids else ()
    return {row.id: max(row.at, row.changed_at) if row.state in OUT_OF_STOCK else None for row in rows}


def terms_for(connection: Connection, user_id: int, view: View) -> Terms:
    """Return the seller's terms if the view's condition depends on them, else any."""
    return terms_of(connection, user_id) if view in BY_TERMS else _NONE


def wanted(query: Select[Any], user_id: int | BindParameter[int], wish: Wish, terms: Terms) -> Select[Any]:
    by_terms = BY_TERMS.get(wish.view)
    found = query.where(_offer.user_id == user_id, VIEWS[wish.view] if by_terms is None else by_terms(terms))
    if wish.marketplace is not None:
        found = found.where(_offer.marketplace == wish.marketplace)
    words = wish.words.strip()
    return found.where(_matches(words)) if words else found


def _joined(query: Select[Any]) -> Select[Any]:
    return query.select_from(earnings.joined())


def _matches(words: str) -> ColumnElement[bool]:
    """SKUs are compared byte by byte on MariaDB; they are usually in capitals. The address of an item's page finds what
    has this source, and a word in half-width letters also what is written in ordinary ones."""
    named = item_of_address(words)
    if named is not None:
        return _offer.source_item_id.in_(_sources([named[0]], named[1]))
    plain = unicodedata.normalize("NFKC", words)
    texts = (words,) if plain == words else (words, plain)
    return or_(
        *(_offer.sku.contains(text, autoescape=True) for text in sorted({words, words.upper(), *texts})),
        *(column.contains(text, autoescape=True) for column in (_offer.title, _offer.note) for text in texts),
        _offer.asin == plain.upper(),
        _offer.source_item_id.in_(_sources(Marketplace, plain)),
    )


def _sources(marketplaces: Iterable[Marketplace], item_id: str) -> Select[Any]:
    names = [marketplace.value for marketplace in marketplaces]
    return select(_source.id).where(_source.marketplace.in_(names), _source.item_id == item_id)


def _place(row: ListingRow, order: Order) -> Place:
    return Place(row.sku if order.is_by_sku else row.changed_at, row.id)
