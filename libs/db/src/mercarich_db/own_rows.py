"""How many rows of a run are each seller's own: a source that several sellers offer is one of each of them."""

from collections.abc import Collection

from sqlalchemy import Connection, Table, and_, bindparam, func, select, update

from mercarich_db.bulk import among
from mercarich_db.tables import listings, run_sellers, source_items

_ON_SALE = and_(listings.c.listed, ~listings.c.searching, listings.c.quantity > 0)
_ADD = (
    update(run_sellers)
    .where(run_sellers.c.run_id == bindparam("of_run"), run_sellers.c.user_id == bindparam("of_user"))
    .values(planned=run_sellers.c.planned + bindparam("more"))
)


def plan(connection: Connection, run_id: int, ids: Collection[int], of: Table = source_items, times: int = 1) -> None:
    """Add to `planned` of each of the run's sellers how many of the rows it offers; `times` -1 takes them away.

    A seller who has only a share in sources of the run, and no row in `run_sellers`, gets none.
    """
    if not ids:
        return
    seller = listings.c.user_id
    if of is source_items:
        number, its = func.count(listings.c.source_item_id.distinct()), among(listings.c.source_item_id, ids, _ON_SALE)
    else:
        number, its = func.count(), among(listings.c.id, ids)
    found = connection.execute(select(seller, number).select_from(listings).where(its).group_by(seller))
    rows = [
        {"of_run": run_id, "of_user": user_id, "more": times * count} for user_id, count in sorted(map(tuple, found))
    ]
    if rows:
        connection.execute(_ADD, rows)
