"""How fast the sources of a seller's offers go: of those that fell, and of those on sale."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, case, func, select, true

from mercarich_contracts.events import EventKind
from mercarich_contracts.hazards import AGES, LIKES, PRICES, Page, cell, cell_of
from mercarich_contracts.market import OUT_OF_STOCK, Marketplace
from mercarich_db import settings_store
from mercarich_db.hazards import read_hazards
from mercarich_db.tables import evidence, listing_events, listings, source_items
from mercarich_web.database import reading
from mercarich_web.listings.demand import Demand, Group
from mercarich_web.listings.sql.book import VIEWS
from mercarich_web.listings.views import View

SAMPLE = 20_000
"""Offers of a larger seller that stand for all: enough for a mean within a per cent or two, read in a second."""
_SPREAD, _ALL = 2_654_435_761, 2**32
"""Multiples of the first, modulo the second, are spread evenly, whatever the order in which ids were given (D. Knuth,
"The Art of Computer Programming", volume 3, 6.4)."""
FALLS = (EventKind.HELD, EventKind.SEARCHING, EventKind.WITHDRAWN)
_event, _source = listing_events.c, source_items.c


class SqlDemands:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user_id: int, since: datetime, now: datetime, on_sale: int) -> Demand:
        """Return what the demand for a seller's offers is estimated from, with those that have fallen from `since`.

        `on_sale` is how many are on sale. Where they are more than `SAMPLE`, about so many are read, and the same share
        of what fell.
        """
        share = min(1.0, SAMPLE / max(1, on_sale))
        with reading(self._engine) as connection:
            exponent = settings_store.read(connection).number("DEMAND_EXPONENT")
            if not exponent:
                return Demand(exponent, (), ())
            fallen = Counter(
                (Marketplace(row.marketplace), cell_of(Page(row.price_jpy, row.likes, row.item_created_at), row.at))
                for row in connection.execute(_fallen(user_id, since, share))
            )
            selling = Counter(
                {
                    (Marketplace(row.marketplace), cell(row.price, row.likes, row.age)): row.offers
                    for row in connection.execute(_on_sale(user_id, now, share))
                }
            )
            return Demand(exponent, _groups(connection, fallen), _groups(connection, selling))


def _groups(connection: Connection, offers: Counter[tuple[Marketplace, str]]) -> list[Group]:
    known = {marketplace: read_hazards(connection, marketplace) for marketplace in {key[0] for key in offers}}
    return [Group(known[marketplace].of(cell), number) for (marketplace, cell), number in offers.items()]


def _fallen(user_id: int, since: datetime, share: float) -> Select[Any]:
    """Select the offers whose sources were seen to be gone, once each, with what their pages had shown.

    What a person withdrew and what was a false alarm are not among them: their sources are on sale.
    """
    shown = (_source.marketplace, _source.price_jpy, _source.likes, _source.item_created_at)
    return (
        select(_event.listing_id, _source.id, *shown, func.min(_event.at).label("at"))
        .join(evidence, evidence.c.id == _event.evidence_id)
        .join(source_items, _source.id == evidence.c.source_item_id)
        .where(_event.user_id == user_id, _event.at >= since, _event.kind.in_(FALLS))
        .where(_source.state.in_(sorted(OUT_OF_STOCK)), _sampled(_event.listing_id, share))
        .group_by(_event.listing_id, _source.id, *shown)
    )


def _on_sale(user_id: int, now: datetime, share: float) -> Select[Any]:
    """Select the number of offers on sale by marketplace and the bands of `hazards.cell`."""
    young = [_source.item_created_at > now - age for age in AGES]
    banded = (
        select(
            _source.marketplace,
            _band(_source.price_jpy, [_source.price_jpy < price for price in PRICES]).label("price"),
            _band(_source.likes, [_source.likes < likes for likes in LIKES]).label("likes"),
            _band(_source.item_created_at, young).label("age"),
        )
        .join(listings, listings.c.source_item_id == _source.id)
        .where(listings.c.user_id == user_id, VIEWS[View.ON_SALE], _sampled(listings.c.id, share))
        .subquery()
    )
    bands = (banded.c.marketplace, banded.c.price, banded.c.likes, banded.c.age)
    return select(*bands, func.count().label("offers")).group_by(*bands)


def _sampled(listing_id: ColumnElement[int], share: float) -> ColumnElement[bool]:
    """SQL condition that this share of the listings meets, always the same ones."""
    return true() if share == 1 else listing_id * _SPREAD % _ALL < int(share * _ALL)


def _band(value: ColumnElement[Any], below: Sequence[ColumnElement[bool]]) -> ColumnElement[int | None]:
    """Return the number of the first condition that is met, or that of conditions; NULL where the value is."""
    numbered = ((condition, number) for number, condition in enumerate(below))
    return case((value.is_(None), None), *numbered, else_=len(below))
