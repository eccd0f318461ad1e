"""The prices that listings of a hold for prices would get, were it released now."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from mercarich_db import fee_estimates, price_rules
from mercarich_db.conditions import among
from mercarich_db.tables import listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import repricing_store
from mercarich_listings.repricing_store import Now
from mercarich_reasons.repricing import PriceFollows
from mercarich_replacements.earnings import Sale
from mercarich_replacements.repricing import Following, Rules, decide
from mercarich_web.database import reading

_offer, _source = listings.c, source_items.c


class SqlHeldPrices:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, ids: Sequence[int], now: datetime) -> Mapping[int, PriceFollows]:
        """Return them by listing's id. A listing without one keeps its price: that asks for no change any more."""
        with reading(self._engine) as connection:
            return held_prices(connection, ids, now)


def held_prices(connection: Connection, ids: Sequence[int], now: datetime) -> Mapping[int, PriceFollows]:
    """Return them by listing's id. A release goes by the prices that were seen last, and so does this, by the same
    decision."""
    if not ids:
        return {}
    columns = (_offer.id, _offer.user_id, _offer.quantity, _offer.offer_price_jpy, _offer.least_profit_jpy)
    bounds = (_offer.least_price_jpy, _offer.most_price_jpy)
    seen = (_source.state, _source.reason, _source.price_jpy, _source.postage_jpy)
    joined = fee_estimates.with_estimates(listings.join(source_items, _source.id == _offer.source_item_id))
    query = select(*columns, *bounds, *seen, *fee_estimates.COLUMNS).select_from(joined)
    rows = connection.execute(query.where(among(_offer.id, ids))).all()
    rules, states = price_rules.read(connection), repricing_store.now_of(connection, ids, now)
    found = {row.id: _asked(row, rules.of(row.user_id), states.get(row.id, Now())) for row in rows}
    return {id: asked for id, asked in found.items() if asked is not None}


def _asked(row: AnyRow, rules: Rules, state: Now) -> PriceFollows | None:
    seen = (row.state, row.reason, row.price_jpy, row.postage_jpy)
    sale = Sale(row.offer_price_jpy, *seen, fee_estimates.estimate_of(row))
    following = Following(row.least_price_jpy, row.most_price_jpy, state.asked_jpy, state.changes, state.stopped)
    decision = decide(sale, rules, row.least_profit_jpy, following, paused=row.quantity == 0)
    return decision.reason if isinstance(decision.reason, PriceFollows) else None
