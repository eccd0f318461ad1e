"""End all that an account trusts, in the transaction of what ends the trust: sessions, links that decide, and browsers
that show notices."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, not_, update

from mercarich_db.tables import amazon_links, push_subscriptions, sessions
from mercarich_reasons.browsers import BrowserOfStopped, BrowserShutOut
from mercarich_web.identity.links import End
from mercarich_web.identity.people import Kept
from mercarich_web.identity.sql.browsers import end_browsers, push
from mercarich_web.identity.sql.links import end_links


class Shut(NamedTuple):
    """How many there were."""

    sessions: int
    browsers: int


def end_trust(connection: Connection, user_id: int, why: End, now: datetime, but: Kept | None = None) -> Shut:
    """End all of it but the session `but`, and what that session's own browser shows.

    A session is no proof of a browser: whoever copies its cookie can let another browser show notices. What stays is
    known by the browser's own cookie besides, which only the browser that was switched on has.
    """
    others, shown = sessions.c.user_id == user_id, push.user_id == user_id
    if but is not None:
        others = and_(others, sessions.c.token_hash != but.token_hash)
        if but.browser_hash is not None:
            own = and_(push.session_hash == but.token_hash, push.browser_hash == but.browser_hash)
            shown = and_(shown, not_(own))
    ended = connection.execute(delete(sessions).where(others)).rowcount
    end_links(connection, user_id, why, now)
    told = BrowserOfStopped() if why is End.STOPPED else BrowserShutOut()
    return Shut(ended, end_browsers(connection, shown, told, now))


def move_session(connection: Connection, token_hash: str, another: str, now: datetime, *, confirmed: bool) -> bool:
    """Give the session another token hash, with all that is known by it. Return False when no session has this hash any
    more. `confirmed`: the password was given now."""
    this = update(sessions).where(sessions.c.token_hash == token_hash).values(token_hash=another, seen_at=now)
    moved = connection.execute(this.values(confirmed_at=now) if confirmed else this).rowcount
    at_amazon = update(amazon_links).where(amazon_links.c.session_hash == token_hash)
    connection.execute(at_amazon.values(session_hash=another))  # This browser comes back with the new token.
    shows = update(push_subscriptions).where(push.session_hash == token_hash, push.ended_at.is_(None))
    connection.execute(shows.values(session_hash=another))
    return moved == 1
