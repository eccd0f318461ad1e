"""How fresh the looks at the sources on sale are, by marketplace and seller. Written by checker."""

from sqlalchemy import Column, Integer, Table

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, UtcDateTime, exact

coverages = Table(  # read by `mercarich_db.coverage`; see mercarich_contracts.coverage
    "coverages",
    metadata,
    Column("marketplace", exact(16), primary_key=True),
    Column("user_id", Id, primary_key=True, autoincrement=False),  # 0: of all sellers together
    Column("sources", Integer, nullable=False),
    Column("covered", Integer, nullable=False),
    Column("unseen", Integer, nullable=False),
    Column("half_since", UtcDateTime, nullable=True),
    Column("most_since", UtcDateTime, nullable=True),
    Column("oldest_at", UtcDateTime, nullable=True),
    Column("counted_at", UtcDateTime, nullable=False),
)
