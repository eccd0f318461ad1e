"""Queries on invitations that are open, and on the mails that carry them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, select

from mercarich_db.engine import run_tx
from mercarich_db.tables import invitation_mails, invitations, logins, notice_sendings, notice_ways, users
from mercarich_db.types import AnyRow
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.identity.mail_addresses import same_mailbox
from mercarich_web.identity.people import FirstWays, Invitation, Role

MOST_MAILS, WITHIN = 5, timedelta(days=1)
"""Mails of invitations to one address: whoever invites shall flood nobody."""


class TooManyMails(Exception):
    """This address has had its mails of the day."""


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that can still be accepted, with its newest mail."""

    invitation: Invitation
    state: str | None
    """waiting, sent or failed; None: nothing was mailed."""
    mailed_at: datetime | None
    problem: str | None
    refusal: Reason | None


class SqlInvitations:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, now: datetime) -> Sequence[OpenInvitation]:
        """Return those that can still be accepted, by the names of who is invited."""
        mail = invitation_mails.c
        last = select(func.max(mail.id)).group_by(mail.invitation_hash)
        newest = and_(mail.invitation_hash == invitations.c.token_hash, mail.id.in_(last))
        told = (mail.state, mail.created_at.label("mailed_at"), mail.problem, mail.refusal)
        query = select(invitations, *told).outerjoin(invitation_mails, newest).where(*_open(now))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(invitations.c.username)).all()
        return [OpenInvitation(invitation_of(row), row.state, row.mailed_at, row.problem, row.refusal) for row in rows]

    def mail_again(self, username: str, now: datetime) -> str | None:
        """Queue another mail, and return its address. None: there is no such invitation, or none with an address.
        Raises `TooManyMails`."""

        def queue(connection: Connection) -> str | None:
            its = (invitations.c.username == username, invitations.c.mail_address.is_not(None), *_open(now))
            # Two operators who invite at once leave two: the newest is mailed.
            newest = select(invitations).where(*its).order_by(invitations.c.created_at.desc()).limit(1)
            row = connection.execute(newest.with_for_update()).one_or_none()
            if row is None:
                return None
            queue_mail(connection, row.token_hash, row.mail_address, now)
            address: str = row.mail_address
            return address

        return run_tx(self._engine, queue)

    def revoke(self, username: str, now: datetime) -> bool:
        """End the invitation, with the link that was shown and those that were mailed. Return whether there was one."""
        this = delete(invitations).where(invitations.c.username == username, *_open(now))
        return run_tx(self._engine, lambda connection: connection.execute(this).rowcount > 0)


def queue_mail(connection: Connection, invitation_hash: str, address: str, now: datetime) -> None:
    """Queue a mail with a link of its own. Raises `TooManyMails`."""
    mailbox = same_mailbox(address)
    lately = (invitation_mails.c.mail_address == mailbox, invitation_mails.c.created_at > now - WITHIN)
    if len(connection.execute(select(invitation_mails.c.id).where(*lately).with_for_update()).all()) >= MOST_MAILS:
        raise TooManyMails
    row = {
        "invitation_hash": invitation_hash,
        "mail_address": mailbox,
        "state": "waiting",
        "attempts": 0,
        "not_before": now,
        "created_at": now,
    }
    connection.execute(insert(invitation_mails).values(row))


def named(connection: Connection, given_hash: str) -> tuple[str, bool]:
    """Return the key of the invitation to which a link leads, and whether the link was mailed."""
    mailed = select(invitation_mails.c.invitation_hash).where(invitation_mails.c.token_hash == given_hash)
    found: str | None = connection.execute(mailed).scalar()
    return (given_hash, False) if found is None else (found, True)


def is_new(connection: Connection, username: str) -> bool:
    """Return whether nobody has ever signed in as this user, and nothing is known of where notices go."""
    signs_in = select(logins.c.user_id).join(users, users.c.id == logins.c.user_id).where(users.c.username == username)
    ways = select(notice_ways.c.user_id).join(users, users.c.id == notice_ways.c.user_id)
    known = (signs_in, ways.where(users.c.username == username))
    return all(connection.execute(query).first() is None for query in known)


def set_first_ways(connection: Connection, user_id: int, first: FirstWays, now: datetime, *, proven: bool) -> None:
    """Store where the notices of a new user go; an address that is not proven gets a mail with a link to confirm it."""
    row = {
        "user_id": user_id,
        "mail_address": first.mail_address,
        "mail_proven_at": now if proven else None,
        "kinds_by_mail": first.kinds_by_mail,
        "kinds_by_webhook": "",
    }
    connection.execute(insert(notice_ways).values(row))
    if not proven:
        proof = {"user_id": user_id, "way": "mail", "what": "proof", "state": "waiting", "attempts": 0}
        connection.execute(insert(notice_sendings).values(**proof, not_before=now, created_at=now))


def invitation_of(row: AnyRow) -> Invitation:
    role = Role.OPERATOR if row.is_staff else Role.SELLER
    return Invitation(row.username, row.plan, role, row.created_by, row.expires_at, row.mail_address, row.language)


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (invitations.c.used_at.is_(None), invitations.c.expires_at > now)
