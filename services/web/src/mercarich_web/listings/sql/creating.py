"""Drafts whose offers are created at Amazon, or taken over: read with their sources, and asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from mercarich_db import loss_rules, price_rules, settings_store
from mercarich_db.conditions import among
from mercarich_db.replacement_rules import banned_words
from mercarich_db.tables import listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import creation_requests
from mercarich_listings.creation import Terms as OfferTerms
from mercarich_listings.listing import Listing
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Sale
from mercarich_web.listings.creating import BY_RULES, Draft, Given, Rules, offer_terms
from mercarich_web.pictures.sql import want_pictures

_KEYS = (*price_rules.FORMULA_KEYS, "CREATE_HANDLING_DAYS", "CREATE_NOTE")
_offer, _source = listings.c, source_items.c
_COLUMNS = (
    *(
        _offer.id,
        _offer.title,
        _offer.asin,
        _offer.offer_price_jpy,
        _offer.least_profit_jpy,
        _offer.handling_days,
        _source.title.label("source_title"),
    ),
    *(_source.state, _source.reason, _source.price_jpy, _source.postage_jpy, _source.condition_code),
)


def rules_of(connection: Connection, user_id: int) -> Rules:
    values = settings_store.values_of(connection, user_id, _KEYS)
    terms, loss_rule = loss_rules.of(connection, user_id)
    return Rules(
        terms=terms,
        loss_rule=loss_rule,
        formula=price_rules.formula(values),
        note=values.text("CREATE_NOTE"),
        handling_days=values.integer("CREATE_HANDLING_DAYS"),
        excluded_words=banned_words(connection, user_id),
    )


def drafts_of(connection: Connection, ids: Sequence[int]) -> Mapping[int, Draft]:
    """Return drafts with their sources by id."""
    joined = select(*_COLUMNS).join(source_items, _source.id == _offer.source_item_id)
    return {row.id: _draft(row) for row in connection.execute(joined.where(among(_offer.id, ids)))}


def create(
    connection: Connection,
    rows: Sequence[Listing],
    by: str,
    now: datetime,
    *,
    given: Given = BY_RULES,
    after: int = 0,
) -> Mapping[int, Reason]:
    """Have the offers of locked drafts, one or more of one seller, created. Return by id why some cannot be.

    That is noted, too. `after`: the position of their pictures in the queue, behind those of the same action.
    """
    user_id = rows[0].user_id
    rules, drafts = rules_of(connection, user_id), drafts_of(connection, [row.id for row in rows])
    made = {row.id: offer_terms(drafts[row.id], rules, given) for row in rows}
    terms = {id: one for id, one in made.items() if isinstance(one, OfferTerms)}
    refused = {id: one for id, one in made.items() if isinstance(one, Reason)}
    creation_requests.refuse(connection, [row for row in rows if row.id in refused], refused, now)
    creation_requests.ask(connection, [row for row in rows if row.id in terms], terms, by, now)
    want_pictures(connection, user_id, [row.sku for row in rows if row.id in terms], after=after, drafts=True)
    return refused


def take_over(connection: Connection, rows: Sequence[Listing], by: str, now: datetime, *, after: int = 0) -> None:
    """Have locked drafts, one or more of one seller, taken over once Amazon was seen to have their offers."""
    creation_requests.ask(connection, rows, {}, by, now)
    want_pictures(connection, rows[0].user_id, [row.sku for row in rows], after=after, drafts=True)


def _draft(row: AnyRow) -> Draft:
    sale = Sale(row.offer_price_jpy, row.state, row.reason, row.price_jpy, row.postage_jpy)
    return Draft(
        row.title or row.source_title, row.asin, row.condition_code, sale, row.least_profit_jpy, row.handling_days
    )
