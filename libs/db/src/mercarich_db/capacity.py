"""What checkers have last counted and heard of each marketplace, for every service that tells of it."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from mercarich_contracts.capacity import NOTHING_MEASURED, Capacity, Demand, Measured, capacity
from mercarich_contracts.market import Marketplace
from mercarich_db.tables import capacities
from mercarich_db.types import AnyRow


def measured(connection: Connection) -> Mapping[Marketplace, Measured]:
    """Return it for every marketplace: a few rows by primary key."""
    found = {row.marketplace: row for row in connection.execute(select(capacities))}
    return {name: _measured(found[name]) if name in found else NOTHING_MEASURED for name in Marketplace}


def capacities_of(connection: Connection) -> Mapping[str, Capacity]:
    """Return the capacity of each marketplace whose sources were counted."""
    found = {name.value: capacity(name.value, known) for name, known in measured(connection).items()}
    return {name: one for name, one in found.items() if one is not None}


def _measured(row: AnyRow) -> Measured:
    counted = row.counted_at is not None
    demand = Demand(row.sources, row.calls, row.often_sources, row.often_calls) if counted else None
    return Measured(demand, row.counted_at, row.allowed_per_second, row.in_force_per_second, row.heard_at)
