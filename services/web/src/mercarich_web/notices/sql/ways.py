"""The ways in which sellers receive notices, and the queue of sendings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, or_, select, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db.audit import Deed, note_down
from mercarich_db.engine import run_tx
from mercarich_db.tables import (
    notice_sendings,
    notice_ways,
)
from mercarich_db.types import AnyRow
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.identity.links import End
from mercarich_web.identity.people import Session
from mercarich_web.identity.sql.links import end_links
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.sessions import hold
from mercarich_web.notices.notices import Way, Ways, What
from mercarich_web.notices.sending import SentLine, SentProof
from mercarich_web.notices.sql.browsers import kinds_by_browser
from mercarich_web.notices.sql.chats import chats_of
from mercarich_web.notices.sql.kinds import kinds_of, words_of
from mercarich_web.notices.sql.lines import line_of

_sending = notice_sendings.c


class SqlWays:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ways(self, user_id: int) -> Ways:
        with reading(self._engine) as connection:
            return ways_by_user(connection, [user_id])[user_id]

    def set_ways(self, session: Session, ways: Ways, now: datetime, told: Reason | None = None) -> None:
        """Store the ways. `told`: what the address of before hears of it by mail. Raises `Superseded` when the session
        was ended."""
        user_id = session.account.user_id
        values = {
            "mail_address": ways.mail_address,
            "mail_proven_at": ways.mail_proven_at,
            "webhook_url": ways.webhook_url,
            "webhook_salt": ways.webhook_salt,
            "kinds_by_mail": words_of(ways.by_mail),
            "kinds_by_webhook": words_of(ways.by_webhook),
        }

        def write(connection: Connection) -> None:
            hold(connection, session)
            _end_links_elsewhere(connection, user_id, ways, now)
            if told is not None:
                tell_owner(connection, user_id, told, now)
            change = update(notice_ways).where(notice_ways.c.user_id == user_id).values(values)
            if connection.execute(change).rowcount == 0:
                connection.execute(insert(notice_ways).values(user_id=user_id, **values))

        run_tx(self._engine, write)

    def prove(self, session: Session, address: str, by: Actor, now: datetime) -> bool:
        """Note that the address is its owner's, once, and in the audit log. Return False when it is not the address any
        more. Raises `Superseded` when the session was ended."""
        this = (notice_ways.c.user_id == session.account.user_id, notice_ways.c.mail_address == address)
        proven_at = select(notice_ways.c.mail_proven_at).where(*this).with_for_update()
        name = session.account.username
        proven = Deed(AuditAction.NOTICE_WAYS_CHANGED, by, name, now, f"mail {address} proven", session.account.user_id)

        def write(connection: Connection) -> bool:
            hold(connection, session)
            if (found := connection.execute(proven_at).one_or_none()) is None:
                return False
            if found.mail_proven_at is None:
                connection.execute(update(notice_ways).where(*this).values(mail_proven_at=now))
                note_down(connection, proven)
            return True

        return run_tx(self._engine, write)

    def send(self, user_id: int, way: Way, what: What, now: datetime, browser_id: int | None = None) -> None:
        """Add sendings to the queue."""
        row = a_sending(user_id, way, what, now, None, browser_id)
        run_tx(self._engine, lambda connection: connection.execute(insert(notice_sendings).values(row)))

    def lines(self, user_id: int, limit: int) -> Sequence[SentLine]:
        """Newest first."""
        query = select(notice_sendings).where(_sending.user_id == user_id).order_by(_sending.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [line_of(row) for row in connection.execute(query)]

    def last_ended(self, user_id: int) -> Mapping[str, SentLine]:
        """Return the last sending by each way that was tried."""
        these = (_sending.user_id == user_id, or_(_sending.state != "waiting", _sending.problem.is_not(None)))
        last = select(func.max(_sending.id)).where(*these).group_by(_sending.way)
        with reading(self._engine) as connection:
            rows = connection.execute(select(notice_sendings).where(_sending.id.in_(last))).all()
        return {row.way: line_of(row) for row in rows}

    def last_proof(self, user_id: int) -> SentProof | None:
        """Return the last mail with a link that confirms an address; None: there was none lately."""
        these = (_sending.user_id == user_id, _sending.what == What.PROOF)
        last = select(_sending.id, _sending.created_at).where(*these).order_by(_sending.id.desc()).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(last).one_or_none()
        return None if row is None else SentProof(row.id, row.created_at)

    def queued(self, user_id: int, what: Collection[What], since: datetime) -> int:
        """Return the number of sendings of these kinds that were queued since then."""
        these = (_sending.user_id == user_id, _sending.what.in_(list(what)), _sending.created_at > since)
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(notice_sendings).where(*these)).scalar_one()


def ways_by_user(connection: Connection, users: Collection[int]) -> Mapping[int, Ways]:
    """Return the ways of each of these users."""
    found = connection.execute(select(notice_ways).where(notice_ways.c.user_id.in_(users)))
    ways = {row.user_id: ways_of(row) for row in found}
    chats, browsers = chats_of(connection, users), kinds_by_browser(connection, users)
    return {
        user: replace(ways.get(user, Ways()), chats=chats.get(user, {}), browsers=browsers.get(user, {}))
        for user in users
    }


def _end_links_elsewhere(connection: Connection, user_id: int, ways: Ways, now: datetime) -> None:
    """End the links that went to an address that is another one now."""
    known = select(notice_ways.c.mail_address, notice_ways.c.webhook_url).where(notice_ways.c.user_id == user_id)
    before = connection.execute(known.with_for_update()).one_or_none()
    if before is not None and before.mail_address != ways.mail_address:
        end_links(connection, user_id, End.WAY, now, way=Way.MAIL)
    if before is not None and before.webhook_url != ways.webhook_url:
        end_links(connection, user_id, End.WAY, now, way=Way.WEBHOOK)


def ways_of(row: AnyRow) -> Ways:
    return Ways(
        mail_address=row.mail_address,
        mail_proven_at=row.mail_proven_at,
        webhook_url=row.webhook_url,
        webhook_salt=row.webhook_salt,
        by_mail=kinds_of(row.kinds_by_mail),
        by_webhook=kinds_of(row.kinds_by_webhook),
        links=bool(row.deciding_links),
    )


def a_sending(
    user_id: int, way: Way, what: What, now: datetime, notice_id: int | None, browser_id: int | None = None
) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "notice_id": notice_id,
        "way": way,
        "what": what,
        "state": "waiting",
        "attempts": 0,
        "not_before": now,
        "created_at": now,
        "push_id": browser_id,
    }
