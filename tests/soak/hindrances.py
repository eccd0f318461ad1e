"""What keeps the product from looking at a source now: faults that the week has injected, as long as they last.

A wait is judged without the time in which one of these holds: the marketplace refuses or spoils what it is asked, its
proxy does not run or still keeps away after a block (the breaker), somebody has paused the marketplace, the database
is away, or no checker of the marketplace runs. Faults of Amazon, of the broker and of commands hinder no look.
"""

from collections.abc import Iterator

from sqlalchemy import select
from tests.soak.plant import Plant, Services

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import reading
from mercarich_db.setting_definitions import PAUSE, PAUSED
from mercarich_db.tables import settings


class Hindrances:
    def __init__(self, plant: Plant, services: Services) -> None:
        self._plant = plant
        self._services = services

    def of(self, marketplace: Marketplace) -> list[str]:
        """Return what hinders looks at this marketplace now."""
        return list(self._found(marketplace))

    def _found(self, marketplace: Marketplace) -> Iterator[str]:
        plant, wall = self._plant, self._plant.market.world.clock.wall()
        kinds = {fault.kind for fault in plant.market.world.faults.active if fault.lasts(str(marketplace), wall)}
        yield from sorted(kinds)
        if marketplace in plant.proxies.away:
            yield "the proxy is away"
        elif not plant.proxies.budget(marketplace).in_force_per_second:
            yield "the breaker is open"
        if plant.database.away:
            yield "the database is away"
        if self._is_paused(marketplace):
            yield "it is paused"
        if not any(self._runs(name) for name in self._services.names if name.startswith(f"checker-{marketplace}")):
            yield "no checker runs"

    def _runs(self, name: str) -> bool:
        process = self._services.running.get(name)
        return process is not None and process.frozen_until <= self._plant.kernel.now

    def _is_paused(self, marketplace: Marketplace) -> bool:
        query = select(settings.c.value).where(settings.c.key == PAUSE + marketplace.upper())
        with reading(self._plant.database.books) as connection:
            return connection.execute(query).scalar() == PAUSED
