"""What a sale earns, as SQL: the same decisions as `mercarich_replacements.earnings`, for offers that are up."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, null, or_, select

from mercarich_contracts.market import OUT_OF_STOCK, State
from mercarich_db.tables import listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings.listing import UP
from mercarich_listings.stages import is_in
from mercarich_replacements.earnings import Sale, Terms, earnings
from mercarich_replacements.loss_stop import LossRule

_offer, _source = listings.c, source_items.c
COLUMNS = (
    _offer.offer_price_jpy.label("sale_offer_price_jpy"),
    _source.state.label("sale_state"),
    _source.reason.label("sale_why"),
    _source.price_jpy.label("sale_price_jpy"),
    _source.postage_jpy.label("sale_postage_jpy"),
)
"""What `split` makes earnings of."""
_NAMES = [column.name for column in COLUMNS]
_is_up = and_(is_in(UP), _offer.orphan.is_(false()))
_can_be_bought = _source.state == State.AVAILABLE


def split(row: AnyRow, terms: Terms) -> dict[str, Any]:
    """Return the other values of the row, with its earnings as `earned`."""
    values = dict(row._mapping)
    sale = Sale(**{name.removeprefix("sale_"): values.pop(name) for name in _NAMES})
    return {**values, "earned": earnings(sale, terms)}


def _profit(terms: Terms) -> ColumnElement[int]:
    """What a sale earns at most; NULL where a price is not known."""
    kept = _offer.offer_price_jpy * terms.kept_per_mille // 1000 - terms.costs_jpy
    return kept - _source.price_jpy - func.coalesce(_source.postage_jpy, terms.unknown_postage_jpy)


def _is_little(terms: Terms) -> ColumnElement[bool]:
    profit = _profit(terms)
    return or_(profit < terms.least_jpy, profit * 1000 < _offer.offer_price_jpy * terms.least_per_mille)


def at_a_loss(terms: Terms) -> ColumnElement[bool]:
    return and_(_is_up, _can_be_bought, _profit(terms) < 0)


def thin_margin(terms: Terms) -> ColumnElement[bool]:
    return and_(_is_up, _can_be_bought, _profit(terms) >= 0, _is_little(terms))


def unknown_cost(terms: Terms) -> ColumnElement[bool]:
    """SQL condition: the offer is up, and it is not known what a sale earns. Of a source that is gone, that is no
    question."""
    unknown = [~_can_be_bought, _offer.offer_price_jpy.is_(None), _source.price_jpy.is_(None)]
    if terms.unknown_postage_jpy == 0:
        unknown.append(and_(_source.postage_jpy.is_(None), _profit(terms) >= 0, ~_is_little(terms)))
    return and_(_is_up, _source.state.not_in(sorted(OUT_OF_STOCK)), or_(*unknown))


def below_limit(terms: Terms, rule: LossRule) -> ColumnElement[bool]:
    """SQL condition: the loss stop would take the offer down, were it up (`mercarich_replacements.loss_stop`)."""
    offered = _offer.offer_price_jpy
    share = (offered * round(rule.least_percent * 10) + 999) // 1000
    by_rule = case((share > rule.least_jpy, share), else_=rule.least_jpy) if rule.takes_down else null()
    most = offered * terms.kept_per_mille // 1000 - terms.costs_jpy - _source.price_jpy
    least = func.coalesce(_offer.least_profit_jpy, by_rule)
    below = and_(_can_be_bought, most - func.coalesce(_source.postage_jpy, 0) < least)
    return func.coalesce(below, false())


def numbers(user_id: int, terms: Terms) -> Select[int, int, int]:
    """Select how many of the seller's offers meet each of these conditions, under the conditions' names.

    Only the sources' rows are read, besides the index of figures.
    """
    counted = select(
        func.count(case((at_a_loss(terms), 1))).label("at_a_loss"),
        func.count(case((thin_margin(terms), 1))).label("thin_margin"),
        func.count(case((unknown_cost(terms), 1))).label("unknown_cost"),
    )
    offers = listings.join(source_items, _source.id == _offer.source_item_id)
    return counted.select_from(offers).where(_offer.user_id == user_id, _is_up)
