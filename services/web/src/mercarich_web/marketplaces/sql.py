"""Queries on marketplaces: the items that canaries name, and the capacity."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine, select

from mercarich_contracts.capacity import Capacity
from mercarich_db.capacity import capacities_of
from mercarich_db.tables import source_items
from mercarich_web.database import reading
from mercarich_web.marketplaces.canaries import KnownItem


class SqlItems:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def capacities(self) -> Mapping[str, Capacity]:
        """Return the capacity of each marketplace whose sources were counted."""
        with reading(self._engine) as connection:
            return capacities_of(connection)

    def known(self, marketplace: str, item_ids: Sequence[str]) -> Sequence[KnownItem]:
        """Return those of the items that were ever looked at."""
        item = source_items.c
        query = select(item.item_id, item.state, item.observed_at)
        query = query.where(item.marketplace == marketplace, item.item_id.in_(item_ids))
        with reading(self._engine) as connection:
            return [KnownItem(*row) for row in connection.execute(query)]
