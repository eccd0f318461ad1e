"""A seller's terms of earnings: the general settings, overridden by their own."""

from sqlalchemy import ColumnElement, Connection, literal, select, union_all

from mercarich_db import settings_store
from mercarich_db.tables import seller_settings, settings
from mercarich_replacements.earnings import Terms

KEYS = (
    *("REVIVAL_FEE_PERCENT", "REVIVAL_COSTS", "REVIVAL_UNKNOWN_POSTAGE_JPY"),
    *("EARNINGS_LEAST_JPY", "EARNINGS_LEAST_PERCENT"),
)


def terms_of(connection: Connection, user_id: int | ColumnElement[int]) -> Terms:
    """Return a seller's terms, by one statement."""
    own, general = seller_settings.c, settings.c
    theirs = select(own.key, own.value, literal(True).label("own")).where(own.user_id == user_id, own.key.in_(KEYS))
    of_all = select(general.key, general.value, literal(False)).where(general.key.in_(KEYS))
    texts = {(row.key, bool(row.own)): row.value for row in connection.execute(union_all(theirs, of_all))}
    values = settings_store.Values(
        {key: settings_store.value_of(key, texts.get((key, True)), texts.get((key, False))) for key in KEYS}
    )
    return Terms(
        fee_percent=values.number("REVIVAL_FEE_PERCENT"),
        costs_jpy=values.integer("REVIVAL_COSTS"),
        unknown_postage_jpy=values.integer("REVIVAL_UNKNOWN_POSTAGE_JPY"),
        least_jpy=values.integer("EARNINGS_LEAST_JPY"),
        least_percent=values.number("EARNINGS_LEAST_PERCENT"),
    )
