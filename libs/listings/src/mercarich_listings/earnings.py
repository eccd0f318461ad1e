"""What a sale earns, as SQL: the same decisions as `mercarich_replacements.earnings`, for offers that are up."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, false, func, literal, null, or_, select

from mercarich_contracts.market import OUT_OF_STOCK, State
from mercarich_db import fee_estimates
from mercarich_db.tables import listing_fees, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings.listing import UP
from mercarich_listings.stages import is_in
from mercarich_replacements.earnings import Sale, Terms, earnings
from mercarich_replacements.fees import LEAST_JPY
from mercarich_replacements.loss_stop import LossRule

_offer, _source, _estimate = listings.c, source_items.c, listing_fees.c
_SALE = (
    _offer.offer_price_jpy.label("sale_offer_price_jpy"),
    _source.state.label("sale_state"),
    _source.reason.label("sale_why"),
    _source.price_jpy.label("sale_price_jpy"),
    _source.postage_jpy.label("sale_postage_jpy"),
)
_FEE = (*fee_estimates.COLUMNS, fee_estimates.PROBLEM)
COLUMNS = (*_SALE, *_FEE)
"""What `split` makes earnings of. They are of `joined`."""
_is_up = and_(is_in(UP), _offer.orphan.is_(false()))
_can_be_bought = _source.state == State.AVAILABLE


def split(row: AnyRow, terms: Terms) -> dict[str, Any]:
    """Return the other values of the row, with its earnings as `earned`."""
    values = dict(row._mapping)
    for column in COLUMNS:
        del values[column.name]
    return {**values, "earned": earnings(sale_of(row), terms)}


def sale_of(row: AnyRow) -> Sale:
    """Return the sale of a row with `COLUMNS`."""
    told = {column.name.removeprefix("sale_"): row._mapping[column.name] for column in _SALE}
    return Sale(**told, estimate=fee_estimates.estimate_of(row), fee_problem=row.estimate_problem)


def joined() -> FromClause:
    """Return listings with their sources, and with Amazon's estimates of their fees as far as there are any."""
    return fee_estimates.with_estimates(listings.join(source_items, _source.id == _offer.source_item_id))


def fee_of(terms: Terms, price: ColumnElement[int], pieces: ColumnElement[int]) -> ColumnElement[int]:
    """SQL expression on rows of `joined`: Amazon's fee as in `Terms.kept`; NULL where the price of a piece is."""
    of_price = _estimate.of_price_jpy
    share = _estimate.fee_jpy - _estimate.fixed_jpy
    up = share * price + of_price - 1
    # MariaDB rounds quotients to a few decimals: only what is a multiple of the divisor is divided.
    scaled = (up - up % of_price) // of_price
    least = case((share < LEAST_JPY, share), else_=LEAST_JPY)
    by_estimate = _estimate.fixed_jpy + case((scaled < least, least), else_=scaled)
    whole = price * pieces
    by_setting = whole - whole * terms.kept_per_mille // 1000
    return case((_estimate.fee_jpy.is_not(None), by_estimate * pieces), else_=by_setting)


def _fee(terms: Terms) -> ColumnElement[int]:
    """Amazon's fee, as `Terms.fee`; NULL where the offer's price is not known."""
    return fee_of(terms, _offer.offer_price_jpy, literal(1))


def _profit(terms: Terms) -> ColumnElement[int]:
    """What a sale earns at most; NULL where a price is not known."""
    kept = _offer.offer_price_jpy - _fee(terms) - terms.costs_jpy
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
    """SQL condition on rows of `joined`: the loss stop would take the offer down, were it up
    (`mercarich_replacements.loss_stop`)."""
    offered = _offer.offer_price_jpy
    share = (offered * round(rule.least_percent * 10) + 999) // 1000
    by_rule = case((share > rule.least_jpy, share), else_=rule.least_jpy) if rule.takes_down else null()
    most = offered - _fee(terms) - terms.costs_jpy - _source.price_jpy
    least = func.coalesce(_offer.least_profit_jpy, by_rule)
    below = and_(_can_be_bought, most - func.coalesce(_source.postage_jpy, 0) < least)
    return func.coalesce(below, false())


def numbers(user_id: int, terms: Terms) -> Select[int, int, int]:
    """Select how many of the seller's offers meet each of these conditions, under the conditions' names.

    Only the rows of sources and of estimates are read, besides the index of figures.
    """
    counted = select(
        func.count(case((at_a_loss(terms), 1))).label("at_a_loss"),
        func.count(case((thin_margin(terms), 1))).label("thin_margin"),
        func.count(case((unknown_cost(terms), 1))).label("unknown_cost"),
    )
    return counted.select_from(joined()).where(_offer.user_id == user_id, _is_up)
