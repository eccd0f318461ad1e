"""How many rows of a run are each seller's own: a source that several sellers offer is one of each of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Table, func, select

from mercarich_db.bulk import CHUNK
from mercarich_db.conditions import among
from mercarich_db.offers import LOOKED_AT
from mercarich_db.tables import listings, source_items


def plan(connection: Connection, run_id: int, ids: Collection[int], of: Table = source_items, times: int = 1) -> None:
    """Add to `planned` of each of the run's sellers how many of the rows it offers; `times` -1 takes them away.

    A seller who has only a share in sources of the run, and no row in `run_sellers`, gets none.
    """
    if not ids:
        return
    seller = listings.c.user_id
    if of is source_items:
        number, its = func.count(listings.c.source_item_id.distinct()), among(listings.c.source_item_id, ids, LOOKED_AT)
    else:
        number, its = func.count(), among(listings.c.id, ids)
    found = connection.execute(select(seller, number).select_from(listings).where(its).group_by(seller))
    more = sorted((int(user_id), times * int(count)) for user_id, count in found)
    for start in range(0, len(more), CHUNK):
        _add(connection, run_id, more[start : start + CHUNK])


def _add(connection: Connection, run_id: int, more: Sequence[tuple[int, int]]) -> None:
    # By one statement: the driver would send an `executemany` of updates one by one.
    cases = " ".join(f"WHEN {user_id:d} THEN {count:d}" for user_id, count in more)
    whose = ", ".join(f"{user_id:d}" for user_id, _ in more)
    connection.exec_driver_sql(
        f"UPDATE run_sellers SET planned = planned + CASE user_id {cases} END"
        f" WHERE run_id = {run_id:d} AND user_id IN ({whose})"
    )
