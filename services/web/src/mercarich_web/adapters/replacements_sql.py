"""What the updater's tables tell of one listing's search for another source."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import Connection, select

from mercarich_db import settings_store
from mercarich_db.setting_definitions import DEFINITIONS, BadSetting
from mercarich_db.tables import listings, revival_candidates, revivals, seller_settings
from mercarich_web.domain.replacements import Refusal, Replacement, ReplacementSearch

SHOWN = 20
DAYS = "REVIVAL_DAYS"


def search_of(connection: Connection, listing_id: int) -> ReplacementSearch | None:
    columns = ("user_id", "searching", "withdrawn_at", "searched_at", "update_problem", "update_not_before")
    row = connection.execute(select(*(listings.c[name] for name in columns)).where(listings.c.id == listing_id)).one()
    found = _found(connection, listing_id)
    if not (row.searching or row.searched_at or found):
        return None
    until = row.withdrawn_at and row.withdrawn_at + timedelta(days=_days(connection, row.user_id))
    refusals = _refusals(connection, listing_id)
    return ReplacementSearch(row.searched_at, row.update_problem, row.update_not_before, until, refusals, found)


def _days(connection: Connection, user_id: int) -> int:
    own = select(seller_settings.c.value).where(seller_settings.c.user_id == user_id, seller_settings.c.key == DAYS)
    text = connection.execute(own).scalar()
    if text is not None:
        try:
            return int(DEFINITIONS[DAYS].parse(text))
        except BadSetting:
            pass
    return settings_store.read(connection).integer(DAYS)


def _refusals(connection: Connection, listing_id: int) -> list[Refusal]:
    candidates = revival_candidates.c
    refused = select(candidates.refused_by).where(
        candidates.listing_id == listing_id, candidates.refused_by.is_not(None)
    )
    counted = Counter(connection.execute(refused).scalars())
    return [Refusal(by, number) for by, number in counted.most_common()]


def _found(connection: Connection, listing_id: int) -> list[Replacement]:
    columns = ("state", "marketplace", "item_id", "title", "price_jpy", "at", "decided_by")
    query = select(*(revivals.c[name] for name in columns)).where(revivals.c.listing_id == listing_id)
    rows = connection.execute(query.order_by(revivals.c.id.desc()).limit(SHOWN))
    return [Replacement(**row._mapping) for row in rows]
