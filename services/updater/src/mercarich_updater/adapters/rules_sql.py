"""Each seller's rules, from a cache."""

from collections.abc import Callable

from sqlalchemy import Connection, Engine

from mercarich_db.replacement_rules import rules_of
from mercarich_db.settings_cache import settings_cache
from mercarich_platform.clock import Monotonic, monotonic
from mercarich_replacements.rules import Rules


def rules_cache(engine: Engine, now: Monotonic = monotonic) -> Callable[[int], Rules]:
    """Return a function from a seller's id to their rules. It raises `DatabaseAway`."""

    def read(connection: Connection, user_id: int) -> Rules:
        return rules_of(connection, user_id)

    return settings_cache(engine, read, now)
