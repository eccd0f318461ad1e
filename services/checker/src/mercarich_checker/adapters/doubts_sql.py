"""The routes that a run does not believe, in `runs.doubts`."""

from collections.abc import Mapping

import orjson
from sqlalchemy import Connection, bindparam, select, update

from mercarich_contracts.market import Marketplace, RouteName
from mercarich_db.tables import runs
from mercarich_runs.domain.brake import Doubt
from mercarich_runs.ports import Operation, Outcome

_OF_RUN = select(runs.c.doubts).where(runs.c.id == bindparam("run_id"))


def of_run(connection: Connection, run_id: int) -> Mapping[RouteName, Doubt]:
    text = connection.execute(_OF_RUN, {"run_id": run_id}).scalar()
    return {RouteName(route): Doubt(doubt) for route, doubt in orjson.loads(text).items()} if text else {}


def wrong_now(connection: Connection, marketplace: Marketplace) -> frozenset[RouteName]:
    """Return the routes that a check under way has seen to be wrong. The doubts of runs that have ended may be hours
    old."""
    under_way = (runs.c.operation == Operation.CHECK, runs.c.outcome == Outcome.RUNNING, runs.c.doubts.is_not(None))
    texts = select(runs.c.doubts).where(runs.c.marketplace == marketplace, *under_way)
    of_all = [orjson.loads(text) for text in connection.execute(texts).scalars()]
    return frozenset(RouteName(route) for doubts in of_all for route, doubt in doubts.items() if doubt == Doubt.WRONG)


def write(connection: Connection, run_id: int, doubts: Mapping[RouteName, Doubt]) -> None:
    text = orjson.dumps({str(route): doubt for route, doubt in doubts.items()}).decode() if doubts else None
    connection.execute(update(runs).where(runs.c.id == run_id).values(doubts=text))
