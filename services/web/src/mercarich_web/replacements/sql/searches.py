"""Read the search for another source of one listing from the updater's tables."""

from collections import Counter
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, select

from mercarich_db import settings_store
from mercarich_db.tables import listings, revival_candidates, revivals, seller_settings, settings
from mercarich_web.replacements.searches import Refusal, Replacement, ReplacementSearch

SHOWN = 20
DAYS = "REVIVAL_DAYS"
LISTING: BindParameter[int] = bindparam("listing", type_=listings.c.id.type)
"""The statements of a listing's page are cached, because building them takes longer than running them."""


def search_of(connection: Connection, listing_id: int) -> ReplacementSearch | None:
    row = connection.execute(_listing(), {"listing": listing_id}).one()
    found = _found(connection, listing_id)
    if not (row.searching or row.searched_at or found):
        return None
    days = int(settings_store.value_of(DAYS, row.own_days, row.general_days))
    until = row.withdrawn_at and row.withdrawn_at + timedelta(days=days)
    refusals = _refusals(connection, listing_id)
    return ReplacementSearch(row.searched_at, row.update_problem, row.update_not_before, until, refusals, found)


@cache
def _listing() -> Select[Any]:
    """Select the listing, with its seller's own time limit for searches and the general one."""
    names = ("searching", "withdrawn_at", "searched_at", "update_problem", "update_not_before")
    mine = and_(seller_settings.c.user_id == listings.c.user_id, seller_settings.c.key == DAYS)
    general = select(settings.c.value).where(settings.c.key == DAYS).scalar_subquery()
    return (
        select(*(listings.c[name] for name in names))
        .add_columns(seller_settings.c.value.label("own_days"), general.label("general_days"))
        .outerjoin(seller_settings, mine)
        .where(listings.c.id == LISTING)
    )


def _refusals(connection: Connection, listing_id: int) -> list[Refusal]:
    counted = Counter(connection.execute(_refused(), {"listing": listing_id}).scalars())
    return [Refusal(by, number) for by, number in counted.most_common()]


@cache
def _refused() -> Select[Any]:
    candidates = revival_candidates.c
    return select(candidates.refused_by).where(candidates.listing_id == LISTING, candidates.refused_by.is_not(None))


def _found(connection: Connection, listing_id: int) -> list[Replacement]:
    return [Replacement(**row._mapping) for row in connection.execute(_replacements(), {"listing": listing_id})]


@cache
def _replacements() -> Select[Any]:
    columns = ("state", "marketplace", "item_id", "title", "price_jpy", "at", "decided_by")
    query = select(*(revivals.c[name] for name in columns)).where(revivals.c.listing_id == LISTING)
    return query.order_by(revivals.c.id.desc()).limit(SHOWN)
