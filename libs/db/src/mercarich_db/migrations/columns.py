"""Changes of columns that can be interrupted and applied again, since MariaDB commits each DDL statement."""

from alembic import op
from sqlalchemy import Column, String, inspect, text


def add_missing(table: str, *columns: Column) -> None:  # type: ignore[type-arg]
    there = {column["name"] for column in inspect(op.get_bind()).get_columns(table)}
    for column in columns:
        if column.name not in there:
            op.add_column(table, column)


def widen(table: str, column: str, before: int, after: int, *, nullable: bool = True) -> None:
    """A VARCHAR holds more characters from now on; the rows stay as they are.

    SQLite enforces no length and has no ALTER COLUMN: its schema is edited as https://www.sqlite.org/lang_altertable.html
    section 7 describes for changes that leave the rows as they are.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.alter_column(table, column, type_=String(after), existing_type=String(before), existing_nullable=nullable)
        return
    version = connection.execute(text("PRAGMA schema_version")).scalar_one()
    connection.execute(text("PRAGMA writable_schema = ON"))
    connection.execute(
        text("UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE type = 'table' AND name = :table"),
        {"table": table, "before": f"{column} VARCHAR({before})", "after": f"{column} VARCHAR({after})"},
    )
    connection.execute(text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(text("PRAGMA writable_schema = OFF"))
