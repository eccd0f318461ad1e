"""What sellers want of prices: terms of earnings, loss rule and price rule; the general settings, overridden by own
ones."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, select

from mercarich_db import earning_terms, loss_rules, settings_store
from mercarich_db.settings_store import Values, value_of
from mercarich_db.tables import seller_settings, settings
from mercarich_replacements.asking_price import Formula
from mercarich_replacements.repricing import PriceRule, Rules

FORMULA_KEYS = ("CREATE_PROFIT_JPY", "CREATE_PROFIT_PERCENT")
RULE_KEYS = ("REPRICING", "REPRICING_STEP_JPY", "REPRICING_LEAST_CHANGE_PERCENT", "REPRICING_CHANGES_A_DAY")
FOLLOW = "follow"
_KEYS = (*earning_terms.KEYS, *loss_rules.RULE_KEYS, *FORMULA_KEYS, *RULE_KEYS)


@dataclass(frozen=True, slots=True)
class PriceRules:
    """The rules of all sellers."""

    general: Rules
    own: Mapping[int, Rules]
    """By id, of sellers with own values."""

    def of(self, user_id: int) -> Rules:
        return self.own.get(user_id, self.general)


def read(connection: Connection) -> PriceRules:
    """Return the rules of all sellers, by two statements."""
    general = select(settings.c.key, settings.c.value).where(settings.c.key.in_(_KEYS))
    general_texts = {row.key: row.value for row in connection.execute(general)}
    mine = seller_settings.c
    theirs: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(mine.user_id, mine.key, mine.value).where(mine.key.in_(_KEYS))):
        theirs[row.user_id][row.key] = row.value
    return PriceRules(
        _all({}, general_texts), {user_id: _all(texts, general_texts) for user_id, texts in theirs.items()}
    )


def of(connection: Connection, user_id: int) -> Rules:
    """Return a seller's rules, by one statement."""
    return rules(settings_store.values_of(connection, user_id, _KEYS))


def formula(values: Values) -> Formula:
    """Return what a price is made by: that of a new offer, and that of one which follows its source."""
    return Formula(values.integer("CREATE_PROFIT_JPY"), values.number("CREATE_PROFIT_PERCENT"))


def rules(values: Values) -> Rules:
    price = PriceRule(
        follows=values.text("REPRICING") == FOLLOW,
        formula=formula(values),
        step_jpy=values.integer("REPRICING_STEP_JPY"),
        least_change_percent=values.number("REPRICING_LEAST_CHANGE_PERCENT"),
        changes_a_day=values.integer("REPRICING_CHANGES_A_DAY"),
    )
    return Rules(earning_terms.terms(values), loss_rules.rule(values), price)


def _all(own: Mapping[str, str], general: Mapping[str, str]) -> Rules:
    return _parsed(frozenset(own.items()), frozenset(general.items()))


@lru_cache(maxsize=1_024)  # a check reads the rules of all sellers every few seconds, and they seldom change
def _parsed(own_texts: frozenset[tuple[str, str]], general_texts: frozenset[tuple[str, str]]) -> Rules:
    own, general = dict(own_texts), dict(general_texts)
    return rules(Values({key: value_of(key, own.get(key), general.get(key)) for key in _KEYS}))
