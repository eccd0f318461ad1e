"""Invitations and lost passwords or second steps, for commands and for the pages of sellers."""

from sqlalchemy import Engine

from mercarich_platform.clock import Clock, utc_now
from mercarich_web.accounts.invitations import InvitationDesk, Invitations, LostPassword
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.second_step import LostStep
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.invitations import SqlInvitations
from mercarich_web.identity.sql.passkeys import SqlPasskeys
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.identity.sql.second_steps import SqlSecondSteps


def invitations(engine: Engine, now: Clock = utc_now, passwords: Argon2Passwords | None = None) -> Invitations:
    """Build `Invitations` for the commands, and for the logins that a local run creates."""
    return Invitations(SqlPeople(engine), passwords or Argon2Passwords(), SqlAudit(engine), now)


def invitation_desk(engine: Engine, now: Clock = utc_now) -> InvitationDesk:
    """Build `InvitationDesk` for the pages of operators."""
    return InvitationDesk(SqlInvitations(engine), SqlAudit(engine), now)


def lost_password(engine: Engine, now: Clock = utc_now) -> LostPassword:
    """Build `LostPassword` for the commands."""
    return LostPassword(SqlPeople(engine), invitations(engine, now), SqlAudit(engine), now)


def lost_step(engine: Engine, now: Clock = utc_now) -> LostStep:
    """Build `LostStep` for the commands."""
    return LostStep(SqlPeople(engine), SqlSecondSteps(engine), SqlPasskeys(engine), SqlAudit(engine), now)
