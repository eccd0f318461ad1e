"""The state of the worker pools. Written by operator, or by the scheduler of one machine."""

from sqlalchemy import Column, Integer, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, UtcDateTime, exact

pool_status = Table(
    "pool_status",
    metadata,
    Column("pool", exact(64), primary_key=True),
    Column("settings_key", exact(64), nullable=False),
    Column("mode", exact(16), nullable=False),  # auto, fixed, paused: of the last valid setting
    Column("wanted_min", Integer, nullable=False),  # the bounds in that setting
    Column("wanted_max", Integer, nullable=False),
    Column("min", Integer, nullable=False),  # the bounds of the autoscaler
    Column("max", Integer, nullable=False),
    Column("reasons", Text, nullable=False),  # why they differ, joined by "; "
    Column("current", Integer, nullable=False),  # pods that exist
    Column("desired", Integer, nullable=False),  # pods wanted now
    Column("ready", Integer, nullable=False),
    Column("backlog", Id, nullable=False),  # records and rows that wait
    Column("lag", Id, nullable=False),  # of these, records
    Column("lowest", Integer, nullable=True),  # the bounds of the chart, or of one machine
    Column("highest", Integer, nullable=True),
    Column("partitions", Integer, nullable=True),  # of its topic; NULL: unknown
    Column("affordable", Integer, nullable=True),  # pods that the connections to the database allow; NULL: any
    Column("useful", Integer, nullable=True),  # pods that the budget of calls keeps busy; NULL: any number, or unknown
    Column("per_replica", Integer, nullable=True),  # backlog per pod
    Column("revision", Id, nullable=False),  # of the settings, see settings_store.revision
    Column("seen_at", UtcDateTime, nullable=False),
)
