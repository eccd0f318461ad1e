"""What the pages' process last measured of the system as a whole. Written by web."""

from sqlalchemy import Column, Float, Table

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
