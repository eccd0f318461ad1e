"""Claims of rows by workers: a lease on the row, under a token of the claim's own.

Claims are counted, so that a row that crashes workers is found. The token tells whose a row is when a connection broke
and its worker does not know what was committed.
"""

from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, or_, true

from mercarich_db.bulk import LockedRows
from mercarich_db.conditions import GIVEN_IDS, among
from mercarich_runs.adapters.columns import PendingColumns


class Claims:
    """Claims of rows that meet the condition `which`.

    Keep the object: its statements are built once. Values that differ between calls are `bindparam`s in `which`, and
    are passed by name.
    """

    def __init__(self, columns: PendingColumns, which: ColumnElement[bool], *, planned: bool = True) -> None:
        """`planned`: a planner offers the rows, and offers again by halves those that have ended two workers."""
        self._columns = columns
        self._which = which
        self._planned = planned

    def claim(self, connection: Connection, claim: str, until: datetime, now: datetime, **given: Any) -> frozenset[int]:
        """Claim rows that no worker has; return their ids. A message that comes twice finds none.

        A message that comes again after its worker's death takes planned rows up once. After the second death only the
        planner frees them: else each repeat of the message would make the whole of the halves again, and end a worker
        by it. The caller must have locked the newest run.
        """
        taken = frozenset(id for (id,) in self._free.read(connection, now=now, **given))
        connection.execute(self._take, {"ids": sorted(taken), "until": until, "token": claim})
        return taken

    def renew(self, connection: Connection, claim: str, until: datetime, **given: Any) -> None:
        connection.execute(self._renew, {"until": until, "token": claim, **given})

    def release(self, connection: Connection, claim: str, **given: Any) -> None:
        """Give back what the claim still holds, and reset the attempts: the worker is alive, so no row crashed it.

        The rows are locked first, since the server may still be committing the claim on a connection that broke: an
        UPDATE alone judges a locked row by its last committed version, and would pass it by.
        """
        self._all.read(connection, **given)
        connection.execute(self._release, {"token": claim, **given})

    @cached_property
    def _free(self) -> LockedRows:
        ends = self._columns.not_before
        come = and_(ends <= bindparam("now"), self._columns.attempts <= 1 if self._planned else true())
        return LockedRows([self._columns.id], and_(self._which, or_(ends.is_(None), come)))

    @cached_property
    def _all(self) -> LockedRows:
        return LockedRows([self._columns.id], self._which)

    @cached_property
    def _take(self) -> Update:
        more = self._columns.attempts + 1
        taken = {"attempts": more, "claim": bindparam("token"), "not_before": bindparam("until")}
        return self._update(among(self._columns.id, GIVEN_IDS), **taken)

    @cached_property
    def _renew(self) -> Update:
        return self._update(self._own, not_before=bindparam("until"))

    @cached_property
    def _release(self) -> Update:
        return self._update(self._own, attempts=0, not_before=None)

    @property
    def _own(self) -> ColumnElement[bool]:
        """SQL condition: still held by the claim. A row with a result keeps the token, but has no attempts."""
        return and_(self._which, self._columns.attempts > 0, self._columns.claim == bindparam("token"))

    def _update(self, which: ColumnElement[bool], **values: Any) -> Update:
        return self._columns.noting(**values).where(which)
