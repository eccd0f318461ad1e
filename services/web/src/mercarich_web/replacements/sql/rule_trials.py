"""The rules with other values, and the last searches with what they saw."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Engine, and_, select

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_db.fee_estimates import COLUMNS, estimate_of, with_estimates
from mercarich_db.replacement_rules import rules_of
from mercarich_db.setting_definitions import DEFINITIONS, SELLERS_OWN, BadSetting
from mercarich_db.tables import listings, revival_candidates, source_items
from mercarich_db.types import AnyRow
from mercarich_reasons.stored import OldSentence
from mercarich_replacements.filters import Filter, Refusal
from mercarich_replacements.matching import Likeness
from mercarich_replacements.rules import OfferPrice, Rules, Wanted
from mercarich_replacements.trying import Seen
from mercarich_web.database import reading
from mercarich_web.replacements.rule_trials import Searched
from mercarich_web.replacements.rules import BadRule

CANDIDATES = 10_000
"""Most candidates of all tried searches together."""
_offer, _source, _seen = listings.c, source_items.c, revival_candidates.c


class SqlTrials:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rules(self, user_id: int, instead: Mapping[str, str]) -> Rules:
        """Return the seller's current rules with other values instead. Raises `BadRule`."""
        typed = {key: value for key, value in instead.items() if key in SELLERS_OWN}
        for key, value in sorted(typed.items()):
            try:
                DEFINITIONS[key].parse(value)
            except BadSetting as error:
                raise BadRule(key, error.reason) from error
        with reading(self._engine) as connection:
            return rules_of(connection, user_id, typed)

    def searches(self, user_id: int, limit: int) -> Sequence[Searched]:
        """Return the last searches of listings that still need a replacement, the last changed first."""
        with reading(self._engine) as connection:
            rows = connection.execute(_searched(user_id).limit(limit)).all()
            seen = _candidates(connection, [row.id for row in rows])
        return [Searched(row.id, row.sku, row.title, _wanted(row), seen.get(row.id, ())) for row in rows]


def _searched(user_id: int) -> Any:
    columns = (
        *(
            _offer.id,
            _offer.user_id,
            _offer.sku,
            _offer.title,
            _offer.first_price_jpy,
            _offer.source_item_id,
            _offer.offer_price_jpy,
            _offer.least_profit_jpy,
        ),
        *(_source.marketplace, _source.item_id, _source.title.label("source_title"), _source.price_jpy),
        *(_source.condition_code, _offer.withdrawn_at),
    )
    joined = and_(_source.id == _offer.source_item_id, _offer.user_id == user_id)
    offers = with_estimates(listings.join(source_items, joined))
    searched = select(*columns, *COLUMNS).select_from(offers).where(_offer.searching)
    return searched.where(_offer.searched_at.is_not(None)).order_by(_offer.changed_at.desc(), _offer.id.desc())


def _candidates(connection: Connection, ids: Sequence[int]) -> Mapping[int, Sequence[Seen]]:
    """Return the candidates by listing. Those judged by a release that did not store `page_seen` are left out."""
    kept = select(revival_candidates).where(_seen.listing_id.in_(ids), _seen.page_seen.is_not(None))
    found: dict[int, list[Seen]] = defaultdict(list)
    for row in connection.execute(kept.order_by(_seen.id).limit(CANDIDATES)):
        found[row.listing_id].append(_of(row))
    return found


def _of(row: AnyRow) -> Seen:
    numbers = {one.name: row._mapping[one.name] for one in fields(Likeness)}
    likeness = None if any(value is None for value in numbers.values()) else Likeness(**numbers)
    item = Item(
        marketplace=Marketplace(row.marketplace),
        item_id=row.item_id,
        state=State.AVAILABLE,
        evidence=Evidence(
            url=row.url,
            http_status=None,
            body_sha256=None,
            parser_version="",
            extract="",
            fetched_at=row.searched_at,
        ),
        title=row.title,
        price_jpy=row.price_jpy,
        seller_id=row.seller_id,
        seller_rating_good=row.rating_good,
        seller_rating_bad=row.rating_bad,
        condition_code=row.condition_code,
        shipping_payer=row.shipping_payer,
        shipping_cost_jpy=row.shipping_cost_jpy,
        ships_from=row.ships_from,
        ship_days_max=row.ship_days_max,
    )
    return Seen(item, row.page_seen, row.quick_correlation, likeness, _refusal(row))


def _refusal(row: AnyRow) -> Refusal | None:
    """Return the refusal of the time. A filter of a later release is treated as one that no rule contains."""
    if row.refused_by is None:
        return None
    name = Filter(row.refused_by) if row.refused_by in set(Filter) else Filter.NOT_SEEN
    return Refusal(name, row.reason or OldSentence(""))


def _wanted(row: AnyRow) -> Wanted:
    """Return the search's request, as far as it is known without a look at the old source's page."""
    return Wanted(
        listing_ids=(row.id,),
        user_id=row.user_id,
        marketplace=Marketplace(row.marketplace),
        source_item_id=row.source_item_id,
        item_id=row.item_id,
        title=row.source_title or row.title or "",
        picture_url=None,
        condition=row.condition_code,
        first_price_jpy=row.price_jpy if row.first_price_jpy is None else row.first_price_jpy,
        withdrawn_at=row.withdrawn_at,
        offer_price_jpy=row.offer_price_jpy,
        estimate=estimate_of(row),
        offers=(OfferPrice(row.offer_price_jpy, row.least_profit_jpy, estimate_of(row)),),
    )
