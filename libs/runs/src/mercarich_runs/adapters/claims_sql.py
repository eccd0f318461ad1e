"""Claims of rows by workers: a lease on the row. Claims are counted, so that a row that crashes workers is found."""

from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, or_

from mercarich_db.bulk import GIVEN_IDS, LockedRows, among
from mercarich_runs.adapters.columns import PendingColumns


class Claims:
    """Claims of rows that meet the condition `which`.

    Keep the object: its statements are built once. Values that differ between calls are `bindparam`s in `which`, and
    are passed by name.
    """

    def __init__(self, columns: PendingColumns, which: ColumnElement[bool]) -> None:
        self._columns = columns
        self._which = which

    def claim(self, connection: Connection, until: datetime, now: datetime, **given: Any) -> frozenset[int]:
        """Claim rows that no worker has; return their ids. A message that comes twice finds none.

        The caller must have locked the newest run.
        """
        taken = frozenset(id for (id,) in self._free.read(connection, now=now, **given))
        connection.execute(self._take, {"ids": sorted(taken), "until": until})
        return taken

    def renew(self, connection: Connection, until: datetime, **given: Any) -> None:
        connection.execute(self._renew, {"until": until, **given})

    def release(self, connection: Connection, **given: Any) -> None:
        """Give rows back and reset their attempts: the worker is alive, so they did not crash it."""
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
