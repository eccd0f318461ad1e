"""The hazards of a marketplace's sources, from what looks have shown (`hazard_cells`)."""

from sqlalchemy import Connection, select

from mercarich_contracts.hazards import PRIOR, Hazards, Learnt, hazards
from mercarich_contracts.market import Marketplace
from mercarich_db.tables import hazard_cells


def read_hazards(connection: Connection, marketplace: Marketplace) -> Hazards:
    """Return what was learnt of a marketplace's sources; its prior hazard where nothing was learnt yet."""
    cells = select(hazard_cells.c.cell, hazard_cells.c.alive_seconds, hazard_cells.c.gone)
    rows = connection.execute(cells.where(hazard_cells.c.marketplace == marketplace))
    return hazards(PRIOR[marketplace], {row.cell: Learnt(row.alive_seconds, row.gone) for row in rows})
