"""Browsers that show an account's notices: they end with what let their owner sign in there, and no ended one begins
again."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, update

from mercarich_db.tables import push_subscriptions
from mercarich_reasons.browsers import BrowserTakenOver
from mercarich_reasons.reason import Reason
from mercarich_web.identity.people import Session

push = push_subscriptions.c


def end_browsers(connection: Connection, which: ColumnElement[bool], why: Reason, now: datetime) -> int:
    """End those of these browsers that have not ended; nothing of their secrets stays. Return their number."""
    over = {"endpoint_hash": None, "sealed": None, "ended_at": now, "end_reason": why}
    return connection.execute(update(push_subscriptions).where(which, push.ended_at.is_(None)).values(over)).rowcount


def begin_session(connection: Connection, session: Session, instead_of: str, browser_hash: str | None) -> None:
    """Note that somebody signs in with the browser that had the session `instead_of`, and is known by this hash. What
    it showed of other people ends."""
    user_id, here = session.account.user_id, push.session_hash == instead_of
    if browser_hash is not None:
        here = or_(here, push.browser_hash == browser_hash)
    end_browsers(connection, and_(here, push.user_id != user_id), BrowserTakenOver(), session.created_at)
    own = update(push_subscriptions).where(here, push.user_id == user_id, push.ended_at.is_(None))
    connection.execute(own.values(session_hash=session.token_hash))
