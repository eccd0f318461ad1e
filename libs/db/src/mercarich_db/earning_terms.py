"""A seller's terms of earnings: the general settings, overridden by their own."""

from sqlalchemy import Connection

from mercarich_db import settings_store
from mercarich_replacements.earnings import Terms

KEYS = (
    *("REVIVAL_FEE_PERCENT", "REVIVAL_COSTS", "REVIVAL_UNKNOWN_POSTAGE_JPY"),
    *("EARNINGS_LEAST_JPY", "EARNINGS_LEAST_PERCENT"),
)


def terms_of(connection: Connection, user_id: int) -> Terms:
    """Return a seller's terms, by one statement."""
    return terms(settings_store.values_of(connection, user_id, KEYS))


def terms(values: settings_store.Values) -> Terms:
    return Terms(
        fee_percent=values.number("REVIVAL_FEE_PERCENT"),
        costs_jpy=values.integer("REVIVAL_COSTS"),
        unknown_postage_jpy=values.integer("REVIVAL_UNKNOWN_POSTAGE_JPY"),
        least_jpy=values.integer("EARNINGS_LEAST_JPY"),
        least_percent=values.number("EARNINGS_LEAST_PERCENT"),
    )
