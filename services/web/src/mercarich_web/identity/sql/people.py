"""Queries on people and invitations."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, delete, insert, select, true, update

from mercarich_db.cadence import checks_a_day
from mercarich_db.engine import run_tx
from mercarich_db.tables import api_keys, invitations, logins, notice_chats, notice_ways, users
from mercarich_db.types import AnyRow
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.identity.links import End
from mercarich_web.identity.people import (
    NO_PASSWORD,
    Account,
    Ended,
    FirstWays,
    Invitation,
    Kept,
    Login,
    Proven,
    Role,
    Superseded,
    Taken,
    Welcome,
)
from mercarich_web.identity.sql.invitations import invitation_of, is_new, named, queue_mail, set_first_ways
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.trust import end_trust, move_session


class SqlPeople:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def login(self, username: str) -> Login | None:
        """Return the login of an active user who may sign in."""
        found = accounts(logins.c.password_hash).where(users.c.username == username, users.c.active.is_(true()))
        with reading(self._engine) as connection:
            row = connection.execute(found).one_or_none()
        return None if row is None else Login(account_of(row), row.password_hash)

    def set_password(self, user_id: int, password_hash: str, now: datetime, *, instead_of: str) -> None:
        """Change the hash of a password. Nothing happens when the hash is not `instead_of` any more."""
        change = update(logins).where(logins.c.user_id == user_id, logins.c.password_hash == instead_of)
        run_tx(
            self._engine,
            lambda connection: connection.execute(change.values(password_hash=password_hash, password_at=now)),
        )

    def replace_password(
        self, user_id: int, password_hash: str, now: datetime, told: Reason, *, proven: Proven | None, programs: bool
    ) -> Ended:
        """Change the password, and end all sessions except that of `proven`, the links that decide, and the notices of
        all browsers that are not known as this session's own. That session gets its other token hash with it, so that
        a copy of its cookie does nothing in between. The account's owner is `told`.

        `programs` ends the API keys and the webhook, too, and no browser is known any more. `proven` is None when an
        operator changes it. Raises `Superseded` when the hash is not the proven one any more.
        """

        def change(connection: Connection) -> Ended:
            known = select(logins.c.password_hash).where(logins.c.user_id == user_id).with_for_update()
            if proven is not None and connection.execute(known).scalar() != proven.password_hash:
                raise Superseded
            ended = _replace(connection, user_id, password_hash, now, proven.kept if proven is not None else None)
            if proven is not None:
                move_session(connection, proven.kept.token_hash, proven.another, now, confirmed=True)
            tell_owner(connection, user_id, told, now)
            return _with_programs(connection, user_id, ended) if programs else ended

        return run_tx(self._engine, change)

    def set_language(self, user_id: int, language: str | None) -> None:
        change = update(logins).where(logins.c.user_id == user_id).values(language=language)
        run_tx(self._engine, lambda connection: connection.execute(change))

    def invite(self, token_hash: str, invitation: Invitation, now: datetime, *, mails: bool = False) -> None:
        """Store an invitation and make earlier ones for this name void. `mails`: its address gets a mail with a link.
        Raises `Taken` when the user has a password, and `TooManyMails`."""

        def add(connection: Connection) -> None:
            there = accounts().where(users.c.username == invitation.username, logins.c.password_hash != NO_PASSWORD)
            if connection.execute(there).first() is not None:
                raise Taken(invitation.username)
            older = and_(invitations.c.username == invitation.username, invitations.c.used_at.is_(None))
            connection.execute(delete(invitations).where(older))
            row = {
                "token_hash": token_hash,
                "username": invitation.username,
                "plan": invitation.plan,
                "is_staff": invitation.role is Role.OPERATOR,
                "created_at": now,
                "created_by": invitation.created_by,
                "expires_at": invitation.expires_at,
                "mail_address": invitation.mail_address,
                "language": invitation.language,
            }
            connection.execute(insert(invitations).values(row))
            if mails and invitation.mail_address:
                queue_mail(connection, token_hash, invitation.mail_address, now)

        run_tx(self._engine, add)

    def invitation(self, given_hash: str, now: datetime) -> Welcome | None:
        """Return an invitation that can still be accepted, by the link that was shown or one that was mailed."""
        with reading(self._engine) as connection:
            token_hash, by_mail = named(connection, given_hash)
            row = connection.execute(_usable(token_hash, now)).one_or_none()
            return None if row is None else Welcome(invitation_of(row), by_mail, is_new(connection, row.username))

    def accept(
        self, given_hash: str, password_hash: str, now: datetime, first: FirstWays | None = None
    ) -> Login | None:
        """Set the password of a user, who is created when there is none, and return the login. None when the invitation
        can no longer be accepted, or the user has a password. `first` is stored for a new user; its address is proven
        where it is the one to which this link was mailed."""

        def accept(connection: Connection) -> Login | None:
            token_hash, by_mail = named(connection, given_hash)
            row = connection.execute(_usable(token_hash, now).with_for_update()).one_or_none()
            if row is None:
                return None
            new_here = is_new(connection, row.username)
            user_id = _user(connection, row, now)
            mine = logins.c.user_id == user_id
            known = connection.execute(select(logins.c.password_hash).where(mine).with_for_update()).scalar()
            if known not in (None, NO_PASSWORD):
                return None
            used = update(invitations).where(invitations.c.token_hash == token_hash)
            connection.execute(used.values(used_at=now))
            login = {"password_hash": password_hash, "password_at": now}
            new = insert(logins).values(user_id=user_id, **login) if known is None else None
            connection.execute(update(logins).where(mine).values(login) if new is None else new)
            if new_here and first is not None:
                set_first_ways(
                    connection, user_id, first, now, proven=by_mail and first.mail_address == row.mail_address
                )
            user = account_of(connection.execute(accounts().where(users.c.id == user_id)).one())
            return Login(user, password_hash)

        return run_tx(self._engine, accept)


def _replace(connection: Connection, user_id: int, password_hash: str, now: datetime, but: Kept | None) -> Ended:
    change = update(logins).where(logins.c.user_id == user_id)
    connection.execute(change.values(password_hash=password_hash, password_at=now))
    ended = end_trust(connection, user_id, End.PASSWORD, now, but)
    name = select(users.c.username).where(users.c.id == user_id).scalar_subquery()
    connection.execute(delete(invitations).where(invitations.c.username == name, invitations.c.used_at.is_(None)))
    return Ended(ended.sessions, browsers=ended.browsers)


def _with_programs(connection: Connection, user_id: int, ended: Ended) -> Ended:
    this = update(logins).where(logins.c.user_id == user_id)
    connection.execute(this.values(devices_salt=secrets.token_hex(16)))
    mine, ways = api_keys.c.user_id == user_id, notice_ways.c.user_id == user_id
    names = select(api_keys.c.name).where(mine).order_by(api_keys.c.id).with_for_update()
    keys = tuple(connection.execute(names).scalars())
    connection.execute(delete(api_keys).where(mine))
    webhook = connection.execute(select(notice_ways.c.webhook_url).where(ways).with_for_update()).scalar()
    ended_ways = {"webhook_url": None, "webhook_salt": None, "deciding_links": False}
    connection.execute(update(notice_ways).where(ways).values(ended_ways))
    theirs = notice_chats.c.user_id == user_id
    chats = tuple(connection.execute(select(notice_chats.c.way).where(theirs).with_for_update()).scalars())
    connection.execute(delete(notice_chats).where(theirs))
    return replace(ended, keys=keys, webhook=webhook, chats=chats)


def accounts(*more: Any) -> Select[Any]:
    """Select users who may sign in."""
    checks = checks_a_day().label("checks_a_day")
    columns = (users.c.id, users.c.username, users.c.is_staff, users.c.plan, checks, logins.c.language)
    return select(*columns, logins.c.codes_since, logins.c.devices_salt, *more).join(
        logins, logins.c.user_id == users.c.id
    )


def account_of(row: AnyRow) -> Account:
    role = Role.OPERATOR if row.is_staff else Role.SELLER
    return Account(
        row.id,
        row.username,
        role,
        row.plan,
        row.checks_a_day,
        row.language,
        asks_for_code=row.codes_since is not None,
        devices_salt=row.devices_salt or "",
    )


def _usable(token_hash: str, now: datetime) -> Select[Any]:
    return select(invitations).where(
        invitations.c.token_hash == token_hash, invitations.c.used_at.is_(None), invitations.c.expires_at > now
    )


def _user(connection: Connection, row: AnyRow, now: datetime) -> int:
    """Return the id of the user of this name, who is created when there is none; an existing user is not changed."""
    found: int | None = connection.execute(select(users.c.id).where(users.c.username == row.username)).scalar()
    if found is not None:
        return found
    user = {"username": row.username, "plan": row.plan, "active": True, "is_staff": row.is_staff, "created_at": now}
    made = connection.execute(insert(users).values(user)).inserted_primary_key
    assert made is not None
    number: int = made[0]
    return number
