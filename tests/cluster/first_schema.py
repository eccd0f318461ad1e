"""The statements that remove from a database everything that came after the first release's schema."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from sqlalchemy import create_engine, inspect

from mercarich_db import migrating

FIRST = "0001"
_VERSIONS = Path(str(files("mercarich_db"))) / "migrations" / "versions"


@dataclass
class Schema:
    """Names only: the tables' columns and indexes."""

    columns: dict[str, set[str]] = field(default_factory=dict)
    indexes: dict[str, set[str]] = field(default_factory=dict)


def statements() -> Sequence[str]:
    """For MariaDB. Changes that a later migration made in place would stay; so far there are none."""
    with tempfile.TemporaryDirectory() as folder:
        only_first = Path(folder) / "versions"
        only_first.mkdir()
        for file in _VERSIONS.glob(f"{FIRST}_*.py"):
            shutil.copy(file, only_first)
        first, newest = _made_by(only_first), _made_by(_VERSIONS)
    return [
        "SET foreign_key_checks = 0",
        *_drops(first, newest),
        f"UPDATE alembic_version SET version_num = '{FIRST}'",
    ]


def _made_by(versions: Path) -> Schema:
    schema = Schema()
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        migrating.to_head(connection, [versions])
        found = inspect(connection)
        for table in found.get_table_names():
            schema.columns[table] = {column["name"] for column in found.get_columns(table)}
            schema.indexes[table] = {str(index["name"]) for index in found.get_indexes(table)}
    engine.dispose()
    return schema


def _drops(first: Schema, newest: Schema) -> Iterator[str]:
    for table, columns in newest.columns.items():
        if table not in first.columns:
            yield f"DROP TABLE {table}"
            continue
        for index in sorted(newest.indexes[table] - first.indexes[table]):
            yield f"DROP INDEX {index} ON {table}"
        for column in sorted(columns - first.columns[table]):
            yield f"ALTER TABLE {table} DROP COLUMN {column}"
