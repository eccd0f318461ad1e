"""A seller's loss rule, with their terms of earnings: the general settings, overridden by their own."""

from sqlalchemy import Connection

from mercarich_db import earning_terms, settings_store
from mercarich_db.settings_store import Values
from mercarich_replacements.earnings import Terms
from mercarich_replacements.loss_stop import LossRule

RULE_KEYS = ("LOSS_RULE", "LOSS_LEAST_JPY", "LOSS_LEAST_PERCENT", "LOSS_RECOVERY_PERCENT")
_KEYS = (*earning_terms.KEYS, *RULE_KEYS)
TAKE_DOWN = "take_down"


def of(connection: Connection, user_id: int) -> tuple[Terms, LossRule]:
    """Return a seller's terms and rule, by one statement."""
    values = settings_store.values_of(connection, user_id, _KEYS)
    return earning_terms.terms(values), rule(values)


def rule(values: Values) -> LossRule:
    return LossRule(
        takes_down=values.text("LOSS_RULE") == TAKE_DOWN,
        least_jpy=values.integer("LOSS_LEAST_JPY"),
        least_percent=values.number("LOSS_LEAST_PERCENT"),
        recovery_percent=values.number("LOSS_RECOVERY_PERCENT"),
    )
