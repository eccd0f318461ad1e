"""The files of a seller's imports: how much they take, and which of them go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, delete, func, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import job_files, jobs
from mercarich_reasons.jobs import FileToMendGone
from mercarich_web.database import reading
from mercarich_web.jobs.jobs import FILE_GONE, State
from mercarich_web.jobs.room import MOST_KEPT, KeptFile
from mercarich_web.jobs.sql.claims import to_be_mended

PIECE = 49_152
"""Bytes of each stored piece of a file but its last."""


class SqlJobFiles:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def kept(self, user_id: int, now: datetime) -> Sequence[KeptFile]:
        """Return the stored files of a seller, oldest first."""
        size = func.max(job_files.c.place) + PIECE
        query = (
            select(jobs.c.id, size.label("size"), func.max(to_be_mended(now)).label("is_to_mend"))
            .join(job_files, job_files.c.job_id == jobs.c.id)
            .where(jobs.c.user_id == user_id)
            .group_by(jobs.c.id)
            .order_by(jobs.c.id)
        )
        with reading(self._engine) as connection:
            return [KeptFile(row.id, row.size, bool(row.is_to_mend)) for row in connection.execute(query)]

    def drop(self, job_id: int, now: datetime) -> None:
        """Delete a file to mend; its job tells why. Safe to repeat."""

        def write(connection: Connection) -> None:
            of = (jobs.c.wrong, jobs.c.state, jobs.c.cursor)
            mine = select(*of).where(jobs.c.id == job_id, to_be_mended(now)).with_for_update()
            found = connection.execute(mine).one_or_none()
            if found is not None:
                told: dict[str, Any] = {
                    "cursor": orjson.dumps({**orjson.loads(found.cursor), FILE_GONE: True}).decode()
                }
                if found.state == State.FAILED:  # The message of a finished one tells what it has imported.
                    told["message"] = FileToMendGone(found.wrong, MOST_KEPT // 1_000_000)
                connection.execute(update(jobs).where(jobs.c.id == job_id).values(told))
                connection.execute(delete(job_files).where(job_files.c.job_id == job_id))

        run_tx(self._engine, write)
