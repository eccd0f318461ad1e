"""`ports.ExclusionBook` over the tables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, insert, select

from mercarich_db.tables import excluded_sellers, excluded_words, users
from mercarich_db.tables.revivals import EVERYONE
from mercarich_web.adapters.database import reading, writing
from mercarich_web.domain.exclusions import Exclusion


class SqlExclusions:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def user(self, username: str) -> int | None:
        with reading(self._engine) as connection:
            found: int | None = connection.execute(select(users.c.id).where(users.c.username == username)).scalar()
            return found

    def of(self, user_id: int | None) -> Sequence[Exclusion]:
        sellers, words = excluded_sellers.c, excluded_words.c
        of_sellers = select(sellers.user_id, users.c.username, sellers.marketplace, sellers.seller_id.label("value"))
        of_words = select(words.user_id, users.c.username, words.word.label("value"))
        found = [
            of_sellers.outerjoin(users, users.c.id == sellers.user_id).order_by(sellers.marketplace, sellers.seller_id),
            of_words.outerjoin(users, users.c.id == words.user_id).order_by(words.word),
        ]
        if user_id is not None:
            found = [
                query.where(column.in_((EVERYONE, user_id)))
                for query, column in zip(found, (sellers.user_id, words.user_id), strict=True)
            ]
        with reading(self._engine) as connection:
            rows = [row for query in found for row in connection.execute(query)]
        rows.sort(key=lambda row: (row.user_id != EVERYONE, row.username or ""))
        return [Exclusion(row.username, getattr(row, "marketplace", None), row.value) for row in rows]

    def add(self, user_id: int | None, exclusion: Exclusion) -> bool:
        table, row = _row(user_id, exclusion)

        def write(connection: Connection) -> bool:
            if _is_there(connection, table, row):
                return False
            connection.execute(insert(table).values(row))
            return True

        return writing(self._engine, write)

    def remove(self, user_id: int | None, exclusion: Exclusion) -> bool:
        table, row = _row(user_id, exclusion)
        gone = delete(table).where(_same(table, row))
        return writing(self._engine, lambda connection: connection.execute(gone).rowcount == 1)


def _row(user_id: int | None, exclusion: Exclusion) -> tuple[Table, dict[str, Any]]:
    whose = {"user_id": EVERYONE if user_id is None else user_id}
    if exclusion.marketplace is None:
        return excluded_words, {**whose, "word": exclusion.value}
    return excluded_sellers, {**whose, "marketplace": exclusion.marketplace, "seller_id": exclusion.value}


def _is_there(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    return connection.execute(select(table.c.user_id).where(_same(table, row))).first() is not None


def _same(table: Table, row: dict[str, Any]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in row.items()))
