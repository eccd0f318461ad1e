"""Queries on browsers that show notices."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, or_, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import notice_sendings, push_subscriptions
from mercarich_db.types import AnyRow
from mercarich_reasons.browsers import BrowserRemoved, BrowserRenewed, BrowserTakenOver
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.identity.people import Session
from mercarich_web.identity.sql.browsers import end_browsers, push
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.sessions import hold
from mercarich_web.notices.browser import Browser
from mercarich_web.notices.notices import Kind
from mercarich_web.notices.sending import SentLine
from mercarich_web.notices.sql.kinds import kinds_of, words_of
from mercarich_web.notices.sql.lines import line_of

_sending = notice_sendings.c


class NewBrowserRow(NamedTuple):
    """What is stored of a browser."""

    endpoint_hash: str
    sealed: str
    host: str
    agent: str
    browser_hash: str


class SqlBrowsers:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user_id: int, browser_hash: str | None, ended_since: datetime) -> Sequence[Browser]:
        """Return those that show notices, in their order, and then those that ended since, newest first."""
        shown = or_(push.ended_at.is_(None), push.ended_at > ended_since)
        query = select(push_subscriptions).where(push.user_id == user_id, shown).order_by(push.id)
        with reading(self._engine) as connection:
            found = [browser_of(row, browser_hash) for row in connection.execute(query)]
        ended = [(one.ended_at, one) for one in found if one.ended_at is not None]
        newest = sorted(ended, key=lambda pair: pair[0], reverse=True)
        return [*(one for one in found if one.ended_at is None), *(one for _, one in newest)]

    def add(
        self, session: Session, new: NewBrowserRow, before: str | None, most: int, now: datetime, told: Reason
    ) -> bool:
        """Store a browser, with the kinds that it had before if it was known by the hash `before`. Return False, and
        change nothing, when there are `most` others. `told`: what the owner of the account hears of it by mail. Raises
        `Superseded` when the session was ended."""
        user_id = session.account.user_id
        here = or_(push.endpoint_hash == new.endpoint_hash, push.browser_hash == (before or ""))
        mine = and_(push.user_id == user_id, push.ended_at.is_(None))

        def write(connection: Connection) -> bool:
            hold(connection, session)
            others = select(func.count()).where(mine, ~here)
            if connection.execute(others).scalar_one() >= most:
                return False
            kinds = connection.execute(select(push.kinds).where(mine, here).limit(1)).scalar()
            end_browsers(connection, and_(here, push.user_id == user_id), BrowserRenewed(), now)
            end_browsers(connection, here, BrowserTakenOver(), now)
            values = {"user_id": user_id, "session_hash": session.token_hash, "kinds": kinds or "", "created_at": now}
            connection.execute(insert(push_subscriptions).values(new._asdict() | values))
            tell_owner(connection, user_id, told, now)
            return True

        return run_tx(self._engine, write)

    def set_kinds(self, session: Session, browser_id: int, kinds: Collection[Kind]) -> bool:
        """Return whether it shows notices. Raises `Superseded` when the session was ended."""
        this = update(push_subscriptions).where(*_mine(session, browser_id))
        there = select(push.id).where(*_mine(session, browser_id))

        def write(connection: Connection) -> bool:
            hold(connection, session)
            connection.execute(this.values(kinds=words_of(kinds)))
            return connection.execute(there).first() is not None

        return run_tx(self._engine, write)

    def remove(self, session: Session, browser_id: int, now: datetime) -> str | None:
        """End it. Return its agent; None: it shows no notices. Raises `Superseded` when the session was ended."""
        this = and_(*_mine(session, browser_id))

        def write(connection: Connection) -> str | None:
            hold(connection, session)
            agent: str | None = connection.execute(select(push.agent).where(this).with_for_update()).scalar()
            end_browsers(connection, this, BrowserRemoved(), now)
            return agent

        return run_tx(self._engine, write)

    def shows(self, user_id: int, browser_id: int) -> bool:
        this = select(push.id).where(push.id == browser_id, push.user_id == user_id, push.ended_at.is_(None))
        with reading(self._engine) as connection:
            return connection.execute(this).first() is not None

    def last_ended(self, user_id: int) -> Mapping[int, SentLine]:
        """Return the last sending to each browser that was tried, by the browser's id."""
        tried = or_(_sending.state != "waiting", _sending.problem.is_not(None))
        these = (_sending.user_id == user_id, _sending.push_id.is_not(None), tried)
        last = select(func.max(_sending.id)).where(*these).group_by(_sending.push_id)
        with reading(self._engine) as connection:
            rows = connection.execute(select(notice_sendings).where(_sending.id.in_(last))).all()
        return {row.push_id: line_of(row) for row in rows}


def kinds_by_browser(connection: Connection, users: Collection[int]) -> Mapping[int, Mapping[int, frozenset[Kind]]]:
    """Return the kinds of each browser that shows notices, by its user's id and its own."""
    found: defaultdict[int, dict[int, frozenset[Kind]]] = defaultdict(dict)
    shown = select(push.user_id, push.id, push.kinds).where(push.user_id.in_(users), push.ended_at.is_(None))
    for row in connection.execute(shown.order_by(push.id)):
        found[row.user_id][row.id] = kinds_of(row.kinds)
    return found


def browser_of(row: AnyRow, browser_hash: str | None = None, prefix: str = "") -> Browser:
    """`browser_hash`: of the browser that asks. `prefix`: of the columns' names."""
    told = {name.removeprefix(prefix): value for name, value in row._mapping.items() if name.startswith(prefix)}
    return Browser(
        told["id"],
        told["agent"],
        told["host"],
        told["endpoint_hash"],
        told["sealed"],
        kinds_of(told["kinds"]),
        told["created_at"],
        told["sent_at"],
        told["ended_at"],
        told["end_reason"],
        is_here=told["ended_at"] is None and told["browser_hash"] == browser_hash,
    )


def _mine(session: Session, browser_id: int) -> tuple[ColumnElement[bool], ...]:
    return push.id == browser_id, push.user_id == session.account.user_id, push.ended_at.is_(None)
