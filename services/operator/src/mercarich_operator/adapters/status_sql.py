"""`ports.StatusStore` over the table pool_status."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from mercarich_contracts.pools import Mode, Wish
from mercarich_db.tables import pool_status
from mercarich_operator.adapters.database import reading, writing
from mercarich_operator.ports import Status


class SqlStatuses:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def wishes(self) -> Mapping[str, Wish]:
        columns = (pool_status.c.pool, pool_status.c.mode, pool_status.c.wanted_min, pool_status.c.wanted_max)
        with reading(self._engine) as connection:
            return {row[0]: Wish(Mode(row[1]), row[2], row[3]) for row in connection.execute(select(*columns))}

    def save(self, statuses: Sequence[Status]) -> None:
        rows = {status.pool.name: _row(status) for status in statuses}

        def replace(connection: Connection) -> None:
            there = set(connection.execute(select(pool_status.c.pool)).scalars())
            for name, row in sorted(rows.items()):
                if name in there:
                    connection.execute(update(pool_status).where(pool_status.c.pool == name).values(**row))
                else:
                    connection.execute(insert(pool_status).values(pool=name, **row))
            for name in sorted(there - rows.keys()):
                connection.execute(delete(pool_status).where(pool_status.c.pool == name))

        writing(self._engine, replace)


def _row(status: Status) -> Mapping[str, Any]:
    deployment = status.pool.deployment
    return {
        "settings_key": status.pool.contract.settings_key,
        "mode": status.wish.mode.value,
        "wanted_min": status.wish.low,
        "wanted_max": status.wish.high,
        "min": status.plan.min,
        "max": status.plan.max,
        "reasons": "; ".join(reason.text for reason in status.reasons),
        "current": deployment.current,
        "desired": deployment.wanted,
        "ready": deployment.ready,
        "backlog": status.backlog.units,
        "lag": status.backlog.records,
        "lowest": status.pool.contract.low,
        "highest": status.pool.contract.high,
        "partitions": status.caps.partitions,
        "affordable": status.caps.connections,
        "useful": status.caps.useful,
        "per_replica": status.pool.contract.per_replica_target,
        "revision": status.revision,
        "seen_at": status.seen_at,
    }
