"""Columns that a migration adds. MariaDB commits each by itself: a migration that was cut off goes on where it was."""

from alembic import op
from sqlalchemy import Column, inspect


def add_missing(table: str, *columns: Column) -> None:  # type: ignore[type-arg]
    there = {column["name"] for column in inspect(op.get_bind()).get_columns(table)}
    for column in columns:
        if column.name not in there:
            op.add_column(table, column)
