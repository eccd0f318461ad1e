"""`ports.NewHome` over the tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, tuple_

from mercarich_db import settings_store
from mercarich_db.bulk import insert_missing
from mercarich_db.tables import excluded_sellers, excluded_words, listings, source_items, users
from mercarich_web.adapters.database import reading, writing
from mercarich_web.ports import Refused


class SqlNewHome:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def must_be_empty(self) -> None:
        with reading(self._engine) as connection:
            count = connection.execute(select(func.count()).select_from(users)).scalar_one()
        if count:
            raise Refused(f"this database has {count} sellers; the original is taken over into an empty one only")

    def add_seller(self, user_id: int, row: Mapping[str, Any]) -> None:
        writing(self._engine, lambda connection: connection.execute(insert(users).values(id=user_id, **row)))

    def add_listings(self, rows: Sequence[tuple[Mapping[str, Any], str, str | None]]) -> None:
        def write(connection: Connection) -> None:
            sources = {(row["marketplace"], source): seller for row, source, seller in rows}
            insert_missing(connection, source_items, [_source(*key, seller) for key, seller in sources.items()])
            ids = _ids(connection, list(sources))
            made = [{**row, "source_item_id": ids[row["marketplace"], source]} for row, source, _ in rows]
            connection.execute(insert(listings), made)

        writing(self._engine, write)

    def setting(self, key: str, value: str, by: str, at: datetime, *, dry_run: bool) -> str | None:
        try:
            if dry_run:
                definition = settings_store.DEFINITIONS.get(key)
                if definition is None:
                    return "there is no such setting here"
                definition.parse(value)
            else:
                writing(self._engine, lambda connection: settings_store.write(connection, key, value, by=by, at=at))
        except settings_store.BadSetting as error:
            return "there is no such setting here" if key not in settings_store.DEFINITIONS else str(error)
        return None

    def exclude_seller(self, user_id: int, marketplace: str, seller_id: str) -> None:
        row = {"user_id": user_id, "marketplace": marketplace, "seller_id": seller_id}
        writing(self._engine, lambda connection: insert_missing(connection, excluded_sellers, [row]))

    def exclude_word(self, user_id: int, word: str) -> None:
        row = {"user_id": user_id, "word": word}
        writing(self._engine, lambda connection: insert_missing(connection, excluded_words, [row]))


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
    which = tuple_(source_items.c.marketplace, source_items.c.item_id).in_(keys)
    query = select(source_items.c.marketplace, source_items.c.item_id, source_items.c.id).where(which)
    return {(row.marketplace, row.item_id): row.id for row in connection.execute(query)}
