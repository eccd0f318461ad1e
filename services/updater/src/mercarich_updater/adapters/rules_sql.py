"""Each seller's rules, read as seldom as can be."""

from sqlalchemy import Engine

from mercarich_db.engine import reading
from mercarich_db.replacement_rules import rules_of
from mercarich_platform.clock import Monotonic, monotonic
from mercarich_replacements.rules import Rules

FRESH_SECONDS = 5.0


class SqlRules:
    """Each seller's rules are read at most every `FRESH_SECONDS`. Raises `DatabaseAway`."""

    def __init__(self, engine: Engine, now: Monotonic = monotonic) -> None:
        self._engine = engine
        self._now = now
        self._known: dict[int, tuple[float, Rules]] = {}

    def __call__(self, user_id: int) -> Rules:
        known = self._known.get(user_id)
        if known is None or self._now() - known[0] > FRESH_SECONDS:
            with reading(self._engine) as connection:
                known = (self._now(), rules_of(connection, user_id))
            self._known[user_id] = known
        return known[1]
