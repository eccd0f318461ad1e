"""Sellers' rules that approve replacements by themselves: the general settings, overridden by their own."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from mercarich_db import earning_terms, settings_store
from mercarich_db.settings_store import Values
from mercarich_db.tables import seller_settings, users
from mercarich_replacements.approval import ApprovalRule
from mercarich_replacements.earnings import Terms

SWITCH = "REVIVAL_APPROVE"
RULE_KEYS = tuple(key for key in settings_store.DEFINITIONS if key.startswith(SWITCH))
ON = "on"
_KEYS = (*earning_terms.KEYS, *RULE_KEYS)


def of(connection: Connection, user_id: int, instead: Mapping[str, str] | None = None) -> tuple[Terms, ApprovalRule]:
    """Return a seller's terms and rule, by one statement. `instead` overrides their own values, to try out others."""
    values = settings_store.values_of(connection, user_id, _KEYS, instead)
    return earning_terms.terms(values), rule(values)


def rule(values: Values) -> ApprovalRule:
    return ApprovalRule(
        is_on=values.text(SWITCH) == ON,
        least_alike_percent=values.integer("REVIVAL_APPROVE_ALIKE_PERCENT"),
        by_earnings=values.text("REVIVAL_APPROVE_COST_BY") == "earnings",
        above_first_percent=values.integer("REVIVAL_APPROVE_ABOVE_PERCENT"),
        above_first_jpy=values.integer("REVIVAL_APPROVE_ABOVE_JPY"),
        least_profit_jpy=values.integer("REVIVAL_APPROVE_PROFIT_JPY"),
        least_margin_percent=values.integer("REVIVAL_APPROVE_MARGIN_PERCENT"),
        least_good_percent=values.integer("REVIVAL_APPROVE_GOOD_PERCENT"),
        least_ratings=values.integer("REVIVAL_APPROVE_RATINGS"),
        a_day=values.integer("REVIVAL_APPROVE_A_DAY"),
    )


def sellers(connection: Connection) -> Sequence[int]:
    """Return the ids of active sellers whose rule is on, by their own value or the general one."""
    own = seller_settings.c
    theirs = (own.user_id == users.c.id) & (own.key == SWITCH)
    rows = select(users.c.id, own.value).outerjoin(seller_settings, theirs).where(users.c.active)
    general = settings_store.stored(connection).get(SWITCH)
    found = connection.execute(rows.order_by(users.c.id)).all()
    return [row.id for row in found if settings_store.value_of(SWITCH, row.value, general) == ON]
