"""Queries on exclusions, and their changes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    tuple_,
)

from mercarich_db.engine import run_tx
from mercarich_db.tables import excluded_sellers, excluded_words, users
from mercarich_db.tables.revivals import EVERYONE
from mercarich_web.database import reading
from mercarich_web.replacements.exclusions import Exclusion


class SqlExclusions:
    """Exclusions; `user_id` None stands for all sellers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def user(self, username: str) -> int | None:
        with reading(self._engine) as connection:
            found: int | None = connection.execute(select(users.c.id).where(users.c.username == username)).scalar()
            return found

    def of(self, user_id: int | None) -> Sequence[Exclusion]:
        """Return the exclusions that apply to this seller, including those for all sellers; None: every exclusion there
        is."""
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

    def page(self, user_id: int, words: str, after: Exclusion | None, limit: int) -> Sequence[Exclusion]:
        """Return exclusions after this one that contain these words, in the order of `ExclusionPage`."""
        sellers, bans = excluded_sellers.c, excluded_words.c
        of_sellers = select(sellers.user_id, sellers.marketplace, sellers.seller_id.label("value"))
        of_words = select(bans.user_id, null().label("marketplace"), bans.word.label("value"))
        if words:
            of_sellers = of_sellers.where(func.lower(sellers.seller_id).contains(words.lower(), autoescape=True))
            of_words = of_words.where(bans.word.contains(words.casefold(), autoescape=True))
        if after is not None:
            whose = EVERYONE if after.username is None else user_id
            here = tuple_(literal(whose), literal(after.marketplace), literal(after.value))
            behind = tuple_(sellers.user_id, sellers.marketplace, sellers.seller_id) > here
            of_sellers = of_sellers.where(sellers.user_id > whose if after.marketplace is None else behind)
            behind = tuple_(bans.user_id, bans.word) > tuple_(literal(whose), literal(after.value))
            of_words = of_words.where(behind if after.marketplace is None else bans.user_id >= whose)
        found = [
            of_sellers.where(sellers.user_id.in_((EVERYONE, user_id))).order_by(*excluded_sellers.primary_key),
            of_words.where(bans.user_id.in_((EVERYONE, user_id))).order_by(*excluded_words.primary_key),
        ]
        own = select(users.c.username).where(users.c.id == user_id)
        with reading(self._engine) as connection:
            username = connection.execute(own).scalar_one()
            rows = [row for query in found for row in connection.execute(query.limit(limit))]
        rows.sort(key=lambda row: (row.user_id, row.marketplace is None))  # Each kind was read in its order.
        return [
            Exclusion(None if row.user_id == EVERYONE else username, row.marketplace, row.value) for row in rows[:limit]
        ]

    def add(self, user_id: int | None, exclusion: Exclusion) -> bool:
        """Return whether this call added it."""
        table, row = _row(user_id, exclusion)

        def write(connection: Connection) -> bool:
            if _is_there(connection, table, row):
                return False
            connection.execute(insert(table).values(row))
            return True

        return run_tx(self._engine, write)

    def remove(self, user_id: int | None, exclusion: Exclusion) -> bool:
        """Return whether there was one to remove."""
        table, row = _row(user_id, exclusion)
        gone = delete(table).where(_same(table, row))
        return run_tx(self._engine, lambda connection: connection.execute(gone).rowcount == 1)


def _row(user_id: int | None, exclusion: Exclusion) -> tuple[Table, dict[str, Any]]:
    whose = {"user_id": EVERYONE if user_id is None else user_id}
    if exclusion.marketplace is None:
        return excluded_words, {**whose, "word": exclusion.value}
    return excluded_sellers, {**whose, "marketplace": exclusion.marketplace, "seller_id": exclusion.value}


def _is_there(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    return connection.execute(select(table.c.user_id).where(_same(table, row))).first() is not None


def _same(table: Table, row: dict[str, Any]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in row.items()))
