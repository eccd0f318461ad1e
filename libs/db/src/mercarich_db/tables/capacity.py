"""What the sources of each marketplace need, and what its proxy's budget gives. Written by checker."""

from sqlalchemy import Column, Float, Table

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, UtcDateTime, exact

capacities = Table(  # read by `mercarich_db.capacity`; see mercarich_contracts.capacity
    "capacities",
    metadata,
    Column("marketplace", exact(16), primary_key=True),
    # NULL before the first count
    Column("sources", Id, nullable=True, autoincrement=False),
    Column("calls", Id, nullable=True, autoincrement=False),
    Column("often_sources", Id, nullable=True, autoincrement=False),
    Column("often_calls", Id, nullable=True, autoincrement=False),
    Column("counted_at", UtcDateTime, nullable=True),
    # as the proxy has told; NULL before that
    Column("allowed_per_second", Float, nullable=True),
    Column("in_force_per_second", Float, nullable=True),
    Column("heard_at", UtcDateTime, nullable=True),
)
