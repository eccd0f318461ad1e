"""What became of orders beside what exposure let expect of them, by marketplace. Written by checker."""

from sqlalchemy import Column, Float, Integer, Table

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import UtcDateTime, exact

forecast_outcomes = Table(  # read by web, which calibrates its forecasts of cancellations by it
    "forecast_outcomes",
    metadata,
    Column("marketplace", exact(16), primary_key=True),  # of the orders' sources
    Column("orders", Integer, nullable=False),  # of all sellers, as a cancellation rate counts them
    Column("expected", Float, nullable=False),  # cancelled ones, had all offers been ordered alike
    Column("cancelled", Integer, nullable=False),  # by their sellers
    Column("cancelled_later", Integer, nullable=False, server_default="0"),  # of these: the source went after the order
    Column("counted_at", UtcDateTime, nullable=False),
)
