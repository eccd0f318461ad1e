"""The coverage that checkers have last counted, for every service that tells of it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from sqlalchemy import ColumnElement, Connection, select

from mercarich_contracts.coverage import Coverage
from mercarich_db.tables import coverages

ALL_SELLERS = 0
"""The `user_id` of the rows that count all sellers together."""
_COLUMNS = [coverages.c[field.name] for field in fields(Coverage)]


def coverages_of(connection: Connection) -> Mapping[str, Coverage]:
    """Return the coverage of each marketplace whose sources were counted."""
    return {one.marketplace: one for one in _read(connection, coverages.c.user_id == ALL_SELLERS)}


def coverages_of_seller(connection: Connection, user_id: int) -> Sequence[Coverage]:
    """Return the coverage of a seller's sources on sale, by marketplace; those where the seller offers nothing are
    left out."""
    return sorted(_read(connection, coverages.c.user_id == user_id), key=lambda one: one.marketplace)


def _read(connection: Connection, which: ColumnElement[bool]) -> list[Coverage]:
    return [Coverage(**row._mapping) for row in connection.execute(select(*_COLUMNS).where(which))]
