"""Column types that behave the same on SQLite and MariaDB."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Integer, Row, String, or_, type_coerce
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

from mercarich_reasons.reason import LONGEST, Reason, dumps
from mercarich_reasons.stored import loads

AnyRow = Row[*tuple[Any, ...]]
"""A row whose columns are accessed by name."""

Id = BigInteger().with_variant(Integer, "sqlite")
"""A big integer. On SQLite INTEGER, the only type with automatic ids there."""


def exact(length: int) -> TypeEngine[str]:
    """Return a text type that is compared byte by byte, because marketplace ids and SKUs are case-sensitive."""
    binary = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return String(length).with_variant(binary, "mysql", "mariadb")


class UtcDateTime(TypeDecorator[datetime]):
    """Takes aware times and returns aware UTC times. Both databases drop the time zone and keep microseconds."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone was to be stored: {value}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def has_code(column: ColumnElement[Any], *reasons: type[Reason]) -> ColumnElement[bool]:
    """SQL condition: the `StoredReason` is one of these. NULL if the column is NULL."""
    text = type_coerce(column, String)
    return or_(*(text.startswith(f'{{"code":"{each.code}"', autoescape=True) for each in reasons))


class StoredReason(TypeDecorator[Reason]):
    """A `Reason`, stored as JSON. A sentence of an earlier release is returned as an `OldSentence`."""

    impl = String(LONGEST)
    cache_ok = True

    def process_bind_param(self, value: Reason | None, dialect: Dialect) -> str | None:
        return None if value is None else dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Reason | None:
        return None if value is None else loads(value)
