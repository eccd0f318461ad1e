"""What the pages' process last measured of the system as a whole. Written by web."""

from sqlalchemy import Column, Float, Integer, Table

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import StoredReason, UtcDateTime, exact

system_measures = Table(  # a row for each part of the system; see mercarich_web.troubles.measures
    "system_measures",
    metadata,
    Column("part", exact(16), primary_key=True),
    Column("marketplace", exact(16), primary_key=True),  # empty: of the whole system
    Column("state", exact(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),  # when this state began
    Column("number", Float, nullable=True),  # seconds or a count, as the part says
    Column("reason", StoredReason, nullable=True),
    Column("measured_at", UtcDateTime, nullable=False),
)

system_samples = Table(  # a row for each step of minutes, kept for days; see mercarich_web.overview.day
    "system_samples",
    metadata,
    Column("at", UtcDateTime, primary_key=True),  # the end of the step
    Column("marketplace", exact(16), primary_key=True),
    Column("looks", Integer, nullable=False),  # sources on which a look in the step found a known state
    Column("lag", Integer, nullable=True),  # records of checks that wait in Kafka; NULL: the broker was away
    Column("oldest_seconds", Float, nullable=True),  # age of the oldest look at a source on sale; NULL: not counted
    Column("push_seconds", Float, nullable=False),  # age of the oldest withdrawal that waited for Amazon; 0: none did
)
