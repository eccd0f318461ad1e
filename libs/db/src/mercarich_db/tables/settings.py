"""Settings by web, the starts of the schedule by the scheduler."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, UtcDateTime, exact

settings = Table(
    "settings",
    metadata,
    Column("key", exact(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(64), nullable=False),
)

settings_history = Table(
    "settings_history",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", exact(64), nullable=False),
    Column("value_before", Text, nullable=True),
    Column("value_after", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(64), nullable=False),
    Column("note", String(255), nullable=True),  # why
    Index("ix_settings_history_key", "key", "id"),
)

schedule_runs = Table(
    "schedule_runs",
    metadata,
    Column("name", exact(64), primary_key=True),
    Column("slot", UtcDateTime, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("exit_code", Integer, nullable=True),
)
