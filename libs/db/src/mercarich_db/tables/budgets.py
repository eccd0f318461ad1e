"""The budgets of calls to the marketplaces, where replicas of a proxy share them. Written by the proxies."""

from sqlalchemy import Column, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, exact

egress_budgets = Table(
    "egress_budgets",
    metadata,
    Column("name", exact(64), primary_key=True),  # the marketplace, or its pictures
    Column("revision", Id, nullable=False),  # of the state: the fence of each write
    Column("state", Text, nullable=True),  # JSON of mercarich_marketplace.budget; NULL: no replica has asked yet
)
