"""Make the links of a message by which whoever has one decides."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from mercarich_db.engine import run_tx
from mercarich_db.tables import decision_links, listings, logins, notice_chats, notice_ways, revivals, users
from mercarich_listings.replacements import AWAITED
from mercarich_platform.clock import Clock
from mercarich_web.identity.links import GOOD_FOR
from mercarich_web.identity.people import NO_PASSWORD
from mercarich_web.identity.sign_in import hashed
from mercarich_web.notices.notices import Way
from mercarich_web.notices.offering import Offered
from mercarich_web.notices.sending import Sending
from mercarich_web.notices.sql.chats import chat_of

_found, _offer = revivals.c, listings.c


class SqlLinks:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def offer(self, sending: Sending, most: int) -> Sequence[Offered]:
        """Make links as `offering.Offer` says. Each try of a sending has links of its own: an earlier one may have
        arrived."""
        now = self._now()

        def make(connection: Connection) -> Sequence[Offered]:
            if not _is_wanted(connection, sending):
                return ()
            made = _waiting(connection, sending.user_id, most, now)
            if made:
                connection.execute(insert(decision_links), [_row(sending, one, id, now) for id, one in made])
            return [one for _, one in made]

        return run_tx(self._engine, make)


def _is_wanted(connection: Connection, sending: Sending) -> bool:
    """Return whether links may go there. Whatever ends links waits for this transaction, and ends these, too: its
    locks are taken first, the login's before the others as everywhere."""
    user_id = sending.user_id
    login = select(logins.c.password_hash).where(logins.c.user_id == user_id)
    active = select(users.c.active).where(users.c.id == user_id)
    ways = select(notice_ways).where(notice_ways.c.user_id == user_id)
    if connection.execute(login.with_for_update()).scalar() in (None, NO_PASSWORD):
        return False
    if not connection.execute(active.with_for_update()).scalar():
        return False
    row = connection.execute(ways.with_for_update()).one_or_none()
    if row is None or not row.deciding_links:
        return False
    if sending.way is Way.MAIL:
        return row.mail_proven_at is not None and row.mail_address == sending.mail_address
    if sending.way is Way.WEBHOOK:
        return bool(row.webhook_url == sending.ways.webhook_url)
    chat = notice_chats.c
    place = select(notice_chats).where(chat.user_id == user_id, chat.way == sending.way)
    found = connection.execute(place.with_for_update()).one_or_none()
    return found is not None and chat_of(found) == sending.chat


def _waiting(connection: Connection, user_id: int, most: int, now: datetime) -> list[tuple[int, Offered]]:
    """Return the oldest replacements that wait, by their ids, each with a token."""
    query = (
        select(_found.id, _found.listing_id, _offer.sku, _offer.title, _found.marketplace, _found.item_id)
        .add_columns(_found.price_jpy)
        .select_from(revivals)
        .join(listings, AWAITED)
        .where(_found.user_id == user_id, _offer.user_id == user_id)
        .order_by(_found.id)
        .limit(most)
    )
    return [
        (
            row.id,
            Offered(
                row.listing_id,
                row.sku,
                row.title,
                row.marketplace,
                row.item_id,
                row.price_jpy,
                secrets.token_urlsafe(32),
                now + GOOD_FOR,
            ),
        )
        for row in connection.execute(query)
    ]


def _row(sending: Sending, one: Offered, revival_id: int, now: datetime) -> dict[str, object]:
    return {
        "token_hash": hashed(one.token),
        "user_id": sending.user_id,
        "listing_id": one.listing_id,
        "revival_id": revival_id,
        "way": sending.way,
        "shown": f"{one.marketplace} {one.item_id}",
        "created_at": now,
        "expires_at": one.expires_at,
    }
