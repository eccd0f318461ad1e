"""How a run stands for each seller: listings checked and fallen, the numbers that the brake weighs."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from mercarich_checker.domain import Tally
from mercarich_db.bulk import insert_or_add
from mercarich_db.tables import run_sellers
from mercarich_runs.adapters.marking_sql import fresh_tally


def add(connection: Connection, run_id: int, checked: Iterable[int], fallen: Iterable[int]) -> dict[int, Tally]:
    """Add listings by their sellers; answers the tally of each seller of whom something fell.

    A source may serve sellers whom the run did not plan: they are counted as everybody is.
    """
    looked, fell = Counter(checked), Counter(fallen)
    mine = run_sellers.c.run_id == run_id
    rows = [
        {**fresh_tally(run_id, user_id), "checked": looked[user_id], "fallen": fell[user_id]}
        for user_id in sorted(looked)
    ]
    insert_or_add(connection, run_sellers, rows, adding=("checked", "fallen"))
    columns = select(run_sellers.c.user_id, run_sellers.c.checked, run_sellers.c.fallen)
    found = connection.execute(columns.where(mine, run_sellers.c.user_id.in_(sorted(fell)))) if fell else ()
    return {row.user_id: Tally(row.checked, row.fallen) for row in found}


def of_marketplace(connection: Connection, run_id: int) -> Tally:
    sums = select(func.sum(run_sellers.c.checked), func.sum(run_sellers.c.fallen)).where(run_sellers.c.run_id == run_id)
    checked, fallen = connection.execute(sums).one()
    return Tally(int(checked or 0), int(fallen or 0))
