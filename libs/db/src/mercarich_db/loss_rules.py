"""The loss rules of sellers, with their terms of earnings: the general settings, overridden by their own."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from mercarich_db import earning_terms, settings_store
from mercarich_db.settings_store import Values, value_of
from mercarich_db.tables import seller_settings, settings
from mercarich_replacements.earnings import Terms
from mercarich_replacements.loss_stop import LossRule

RULE_KEYS = ("LOSS_RULE", "LOSS_LEAST_JPY", "LOSS_LEAST_PERCENT", "LOSS_RECOVERY_PERCENT")
_KEYS = (*earning_terms.KEYS, *RULE_KEYS)
TAKE_DOWN = "take_down"


@dataclass(frozen=True, slots=True)
class LossRules:
    """The rules of all sellers."""

    general: tuple[Terms, LossRule]
    own: Mapping[int, tuple[Terms, LossRule]]
    """By id, of sellers with own values."""

    def of(self, user_id: int) -> tuple[Terms, LossRule]:
        return self.own.get(user_id, self.general)


def read(connection: Connection) -> LossRules:
    """Return the rules of all sellers, by two statements."""
    general = select(settings.c.key, settings.c.value).where(settings.c.key.in_(_KEYS))
    general_texts = {row.key: row.value for row in connection.execute(general)}
    mine = seller_settings.c
    theirs: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(mine.user_id, mine.key, mine.value).where(mine.key.in_(_KEYS))):
        theirs[row.user_id][row.key] = row.value
    return LossRules(
        _both({}, general_texts), {user_id: _both(texts, general_texts) for user_id, texts in theirs.items()}
    )


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


def _both(own: Mapping[str, str], general: Mapping[str, str]) -> tuple[Terms, LossRule]:
    values = Values({key: value_of(key, own.get(key), general.get(key)) for key in _KEYS})
    return earning_terms.terms(values), rule(values)
