"""Write the migrated rows to our tables in one transaction, so that a failed migration leaves nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, func, insert, select

from mercarich_db import settings_store
from mercarich_db.bulk import insert_missing
from mercarich_db.conditions import among_keys
from mercarich_db.engine import run_tx
from mercarich_db.tables import excluded_sellers, excluded_words, source_items, users
from mercarich_listings import store
from mercarich_reasons.imports import DatabaseNotEmpty
from mercarich_web.pictures.sql import want_pictures
from mercarich_web.refusals import Refused

NO_SUCH = "there is no such setting here"
Result = TypeVar("Result")


class SqlNewRows:
    """The rows of a take-over in an open transaction; nobody else sees them before it commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._added: Counter[int] = Counter()

    def add_seller(self, user_id: int, row: Mapping[str, Any]) -> None:
        self._connection.execute(insert(users).values(id=user_id, **row))

    def add_listings(self, rows: Sequence[tuple[Mapping[str, Any], str, str | None]]) -> None:
        """Add listings, each with its source's id and the source's seller. Missing sources are created."""
        sources = {(row["marketplace"], source): seller for row, source, seller in rows}
        insert_missing(self._connection, source_items, [_source(*key, seller) for key, seller in sources.items()])
        ids = _ids(self._connection, list(sources))
        made = [{**row, "source_item_id": ids[row["marketplace"], source]} for row, source, _ in rows]
        store.add(self._connection, made)
        self._want_pictures(made)

    def set(self, key: str, value: str, by: str, at: datetime) -> str | None:
        """Store a setting. Return why it is not taken over, None when it is."""
        try:
            settings_store.write(self._connection, key, value, by=by, at=at)
        except settings_store.BadSetting as error:
            return str(error) if key in settings_store.DEFINITIONS else NO_SUCH
        return None

    def exclude_seller(self, user_id: int, marketplace: str, seller_id: str) -> None:
        row = {"user_id": user_id, "marketplace": marketplace, "seller_id": seller_id}
        insert_missing(self._connection, excluded_sellers, [row])

    def exclude_word(self, user_id: int, word: str) -> None:
        insert_missing(self._connection, excluded_words, [{"user_id": user_id, "word": word}])

    def _want_pictures(self, made: Sequence[Mapping[str, Any]]) -> None:
        skus: dict[int, list[str]] = defaultdict(list)
        for row in made:
            skus[row["user_id"]].append(row["sku"])
        for user_id, added in skus.items():
            want_pictures(self._connection, user_id, added, after=self._added[user_id])
            self._added[user_id] += len(added)


class SqlNewHome:
    """Our database, into which the original's rows are migrated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def filled(self, fill: Callable[[SqlNewRows], Result]) -> Result:
        """Run `fill` in a transaction: all of what it writes is kept when it returns, and nothing when it raises. On a
        conflict it is called again.

        Raises `Refused` when there are sellers already, and `DatabaseAway`.
        """

        def write(connection: Connection) -> Result:
            count = connection.execute(select(func.count()).select_from(users)).scalar_one()
            if count:
                raise Refused(DatabaseNotEmpty(count))
            return fill(SqlNewRows(connection))

        return run_tx(self._engine, write)

    def setting_problem(self, key: str, value: str) -> str | None:
        """Return why `set` would not take the setting over, as far as that can be found out without writing."""
        definition = settings_store.DEFINITIONS.get(key)
        if definition is None:
            return NO_SUCH
        try:
            definition.parse(value)
        except settings_store.BadSetting as error:
            return str(error)
        return None


def _source(marketplace: str, item_id: str, seller_id: str | None) -> dict[str, Any]:
    return {
        "marketplace": marketplace,
        "item_id": item_id,
        "seller_id": seller_id,
        "state": "unknown",
        "check_rank": 0,
        "check_attempts": 0,
        "check_unknowns": 0,
    }


def _ids(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    which = among_keys((source_items.c.marketplace, source_items.c.item_id), keys)
    query = select(source_items.c.marketplace, source_items.c.item_id, source_items.c.id).where(which)
    return {(row.marketplace, row.item_id): row.id for row in connection.execute(query)}
