"""The routes that a run does not believe, in `runs.doubts`."""

from collections.abc import Mapping

import orjson
from sqlalchemy import Connection, bindparam, select, update

from mercarich_contracts.market import RouteName
from mercarich_db.tables import runs
from mercarich_runs.domain.brake import Doubt

_OF_RUN = select(runs.c.doubts).where(runs.c.id == bindparam("run_id"))


def of_run(connection: Connection, run_id: int) -> Mapping[RouteName, Doubt]:
    text = connection.execute(_OF_RUN, {"run_id": run_id}).scalar()
    return {RouteName(route): Doubt(doubt) for route, doubt in orjson.loads(text).items()} if text else {}


def write(connection: Connection, run_id: int, doubts: Mapping[RouteName, Doubt]) -> None:
    # `mercarich_db.routes.is_wrong` finds a route in this text.
    text = orjson.dumps({str(route): doubt for route, doubt in doubts.items()}).decode() if doubts else None
    connection.execute(update(runs).where(runs.c.id == run_id).values(doubts=text))
