"""Whether a seller's messages have links that decide."""

from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import notice_ways
from mercarich_reasons.reason import Reason
from mercarich_web.identity.links import End
from mercarich_web.identity.people import Session
from mercarich_web.identity.sql.links import end_links
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.sessions import hold
from mercarich_web.notices.notices import ON_BY_DEFAULT
from mercarich_web.notices.sql.kinds import words_of


class SqlLinksChosen:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def choose(self, session: Session, *, on: bool, now: datetime, told: Reason) -> bool:
        """Store the choice, and return whether it was another one before. Without links, those that were sent end.

        `told`: what the owner hears by mail when there are links from now on. Raises `Superseded` when the session was
        ended.
        """
        user_id = session.account.user_id
        mine = notice_ways.c.user_id == user_id
        kinds = {name: words_of(ON_BY_DEFAULT) for name in ("kinds_by_mail", "kinds_by_webhook")}

        def write(connection: Connection) -> bool:
            hold(connection, session)
            known = select(notice_ways.c.deciding_links).where(mine)
            row = connection.execute(known.with_for_update()).one_or_none()
            if row is None:
                connection.execute(insert(notice_ways).values(user_id=user_id, deciding_links=on, **kinds))
            else:
                connection.execute(update(notice_ways).where(mine).values(deciding_links=on))
            before = row is not None and bool(row.deciding_links)
            if on and not before:
                tell_owner(connection, user_id, told, now)
            if not on:
                end_links(connection, user_id, End.OFF, now)
            return on != before

        return run_tx(self._engine, write)
