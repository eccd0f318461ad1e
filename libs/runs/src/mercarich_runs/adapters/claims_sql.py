"""Which worker has which row: a lease on the row, counted at the claim so that a killer is found."""

from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, or_

from mercarich_db.bulk import GIVEN_IDS, LockedRows, among
from mercarich_runs.adapters.columns import PendingColumns


class Claims:
    """On the rows for which `which` holds. Whoever claims all the time keeps it, for each statement is built once: what
    differs from call to call is a `bindparam` in it, and is given by its name."""

    def __init__(self, columns: PendingColumns, which: ColumnElement[bool]) -> None:
        self._columns = columns
        self._which = which

    def claim(self, connection: Connection, until: datetime, now: datetime, **given: Any) -> frozenset[int]:
        """Take those that nobody has; a message that came twice finds none. Lock the newest run before."""
        taken = frozenset(id for (id,) in self._free.read(connection, now=now, **given))
        connection.execute(self._take, {"ids": sorted(taken), "until": until})
        return taken

    def renew(self, connection: Connection, until: datetime, **given: Any) -> None:
        connection.execute(self._renew, {"until": until, **given})

    def release(self, connection: Connection, **given: Any) -> None:
        """The worker speaks, so these did not kill it: their attempts are forgotten."""
        connection.execute(self._release, given)

    @cached_property
    def _free(self) -> LockedRows:
        ends = self._columns.not_before
        return LockedRows([self._columns.id], and_(self._which, or_(ends.is_(None), ends <= bindparam("now"))))

    @cached_property
    def _take(self) -> Update:
        more = self._columns.attempts + 1
        return self._update(among(self._columns.id, GIVEN_IDS), attempts=more, not_before=bindparam("until"))

    @cached_property
    def _renew(self) -> Update:
        return self._update(and_(self._which, self._columns.attempts > 0), not_before=bindparam("until"))

    @cached_property
    def _release(self) -> Update:
        return self._update(self._which, attempts=0, not_before=None)

    def _update(self, which: ColumnElement[bool], **values: Any) -> Update:
        return self._columns.noting(**values).where(which)
