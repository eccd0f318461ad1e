"""End links that decide, in the transaction of what ends the trust in whoever has them."""

from datetime import datetime

from sqlalchemy import Connection, delete, update

from mercarich_db.tables import decision_links
from mercarich_web.identity.links import End

_link = decision_links.c


def end_links(connection: Connection, user_id: int, why: End, now: datetime, *, way: str | None = None) -> int:
    """End those of a user, or those that went one way; return their number."""
    these = [_link.user_id == user_id, _link.ended_at.is_(None)]
    if way is not None:
        these.append(_link.way == way)
    ended = update(decision_links).where(*these).values(ended_at=now, ended_by=why)
    return connection.execute(ended).rowcount


def forget_links(connection: Connection) -> int:
    """Delete all of them: in a restored database, those that ended after the backup would be good again."""
    return connection.execute(delete(decision_links)).rowcount
