"""Queries on notices, and their changes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, or_, select, tuple_, update

from mercarich_db.bulk import CHUNK
from mercarich_db.conditions import among_keys
from mercarich_db.engine import run_tx
from mercarich_db.tables import notice_sendings, notices
from mercarich_db.types import AnyRow
from mercarich_web.database import reading
from mercarich_web.notices.changes import Changes, comes_back_quietly
from mercarich_web.notices.notices import TOLD_WHEN_OVER, Cause, Name, Notice, What
from mercarich_web.notices.sql.ways import a_sending, ways_by_user

SHOWN = 200
_NAME = (notices.c.user_id, notices.c.kind, notices.c.cause)


class SqlNotices:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, names: Collection[Name]) -> Sequence[Notice]:
        """Return all open notices, and those with these names."""
        found: dict[int, Notice] = {}
        listed = sorted(names)
        with reading(self._engine) as connection:
            queries = [select(notices).where(notices.c.closed_at.is_(None))]
            for at in range(0, len(listed), CHUNK // 3):
                queries.append(select(notices).where(among_keys(_NAME, listed[at : at + CHUNK // 3])))
            for query in queries:
                found |= {row.id: notice_of(row) for row in connection.execute(query)}
        return list(found.values())

    def write(self, changes: Changes, now: datetime) -> None:
        """Write the changes, and queue what is to be sent for them. When two processes write at once, each notice is
        sent once."""

        def write(connection: Connection) -> None:
            ordered = sorted(changes.new, key=lambda cause: cause.name)
            told = [_notice(connection, cause.name) for cause in ordered if _add(connection, cause, now)]
            for notice, cause in changes.again:
                if _open_again(connection, notice, cause, now) and not comes_back_quietly(notice, now):
                    told.append(notice)
            _tell(connection, told, What.OPENED, now)
            for notice, cause in changes.other:
                this = update(notices).where(notices.c.id == notice.id)
                connection.execute(this.values(_told(cause)))
            closed = [notice for notice in changes.over if _close(connection, notice, now)]
            _tell(connection, [notice for notice in closed if notice.kind in TOLD_WHEN_OVER], What.CLOSED, now)

        run_tx(self._engine, write)

    def of(self, user_id: int, since: datetime) -> Sequence[Notice]:
        """Return open notices and those closed since then; open first, then newest first."""
        shown = or_(notices.c.closed_at.is_(None), notices.c.closed_at > since)
        query = select(notices).where(notices.c.user_id == user_id, shown)
        with reading(self._engine) as connection:
            found = [
                notice_of(row) for row in connection.execute(query.order_by(notices.c.opened_at.desc()).limit(SHOWN))
            ]
        return sorted(found, key=lambda notice: not notice.is_open)

    def read(self, user_id: int, notice_id: int | None, now: datetime) -> int:
        """Mark one notice as read, or all. Return their number."""
        which = notices.c.read_at.is_(None) if notice_id is None else notices.c.id == notice_id
        change = update(notices).where(notices.c.user_id == user_id, which).values(read_at=now)
        return run_tx(self._engine, lambda connection: connection.execute(change).rowcount)


def notice_of(row: AnyRow) -> Notice:
    name = Name(row.user_id, row.kind, row.cause)
    return Notice(row.id, name, row._mapping["count"], row.about, row.opened_at, row.closed_at, row.read_at, row.reason)


def _told(cause: Cause) -> dict[str, Any]:
    return {"count": cause.count, "about": cause.about, "reason": cause.reason}


def _add(connection: Connection, cause: Cause, now: datetime) -> bool:
    """Return False when another process added the notice first."""
    row = {**cause.name._asdict(), **_told(cause), "opened_at": now}
    quiet = insert(notices).prefix_with("OR IGNORE", dialect="sqlite").prefix_with("IGNORE", dialect="mysql")
    return connection.execute(quiet.values(row)).rowcount == 1


def _notice(connection: Connection, name: Name) -> Notice:
    return notice_of(connection.execute(select(notices).where(tuple_(*_NAME) == name)).one())


def _open_again(connection: Connection, notice: Notice, cause: Cause, now: datetime) -> bool:
    values: dict[str, Any] = {"closed_at": None, **_told(cause)}
    if not comes_back_quietly(notice, now):
        values |= {"opened_at": now, "read_at": None}
    this = update(notices).where(notices.c.id == notice.id, notices.c.closed_at.is_not(None))
    return connection.execute(this.values(values)).rowcount == 1


def _close(connection: Connection, notice: Notice, now: datetime) -> bool:
    this = update(notices).where(notices.c.id == notice.id, notices.c.closed_at.is_(None))
    return connection.execute(this.values(closed_at=now)).rowcount == 1


def _tell(connection: Connection, told: Sequence[Notice], what: What, now: datetime) -> None:
    """Queue sendings by the ways that are chosen; that a notice is over, only by those that told that it is open."""
    users = sorted({notice.name.user_id for notice in told})
    if not users:
        return
    chosen = ways_by_user(connection, users)
    heard = _heard(connection, told) if what is What.CLOSED else set()
    rows = [
        a_sending(notice.name.user_id, to.way, what, now, notice.id, to.browser_id)
        for notice in told
        for to in chosen[notice.name.user_id].of(notice.kind)
        if what is What.OPENED or (notice.id, *to) in heard
    ]
    if rows:
        connection.execute(insert(notice_sendings), rows)


def _heard(connection: Connection, told: Sequence[Notice]) -> set[tuple[int, str, int | None]]:
    """Return the ids of those notices whose last sending told that they are open, each with its way and browser.

    A notice that was opened again quietly is not among them: that it was over has been told.
    """
    sent, heard = notice_sendings.c, set[tuple[int, str, int | None]]()
    for at in range(0, len(told), CHUNK):
        some = told[at : at + CHUNK]
        users = {notice.name.user_id for notice in some}  # by the index
        these = (sent.user_id.in_(users), sent.notice_id.in_([notice.id for notice in some]))
        last = select(func.max(sent.id)).where(*these, sent.what.in_([What.OPENED, What.CLOSED]))
        opened = select(sent.notice_id, sent.way, sent.push_id).where(sent.what == What.OPENED)
        opened = opened.where(sent.id.in_(last.group_by(sent.notice_id, sent.way, sent.push_id)))
        heard |= {(row.notice_id, row.way, row.push_id) for row in connection.execute(opened)}
    return heard
