"""The queue of mails that invite people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, and_, delete, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import invitation_mails, invitations
from mercarich_web.database import reading
from mercarich_web.identity.people import Invitation
from mercarich_web.identity.sql.invitations import invitation_of
from mercarich_web.notices.sending import Missed
from mercarich_web.notices.sql.outbox import take_due

_mail = invitation_mails.c


@dataclass(frozen=True, slots=True)
class InvitationMail:
    id: int
    invitation_hash: str
    tries: int
    """Number of tries, including the one that begins now."""
    invitation: Invitation | None
    """None: it was accepted, revoked or replaced, or has expired."""


class SqlInvitationOutbox:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, now: datetime, limit: int) -> Sequence[InvitationMail]:
        """Return mails that are due. Each is postponed, so that no other sender takes it."""
        is_due = (_mail.state == "waiting", _mail.not_before <= now)
        due = select(_mail.id, _mail.attempts).where(*is_due).order_by(_mail.not_before, _mail.id).limit(limit)
        taken = take_due(self._engine, invitation_mails, due, now)
        usable = and_(
            invitations.c.token_hash == _mail.invitation_hash,
            invitations.c.used_at.is_(None),
            invitations.c.expires_at > now,
        )
        whole = select(_mail.id, _mail.invitation_hash, _mail.attempts, invitations).outerjoin(invitations, usable)
        with reading(self._engine) as connection:
            rows = connection.execute(whole.where(_mail.id.in_(taken)).order_by(_mail.id)).all()
        return [
            InvitationMail(
                row.id, row.invitation_hash, row.attempts, None if row.username is None else invitation_of(row)
            )
            for row in rows
        ]

    def may_join_by(self, mail_id: int, token_hash: str) -> None:
        """Let the link of this mail lead to its invitation."""
        self._set(mail_id, token_hash=token_hash)

    def sent(self, mail_id: int) -> None:
        self._set(mail_id, state="sent", problem=None, refusal=None)

    def missed(self, mail_id: int, missed: Missed) -> None:
        values: dict[str, Any] = {"problem": missed.problem[:255], "refusal": missed.refusal}
        if missed.again_at is not None:
            values["not_before"] = missed.again_at
        self._set(mail_id, state="failed" if missed.for_good else "waiting", **values)

    def sweep(self, before: datetime) -> None:
        """Delete what ended before this time."""
        old = delete(invitation_mails).where(_mail.state != "waiting", _mail.not_before < before)
        run_tx(self._engine, lambda connection: connection.execute(old))

    def _set(self, mail_id: int, **values: Any) -> None:
        change = update(invitation_mails).where(_mail.id == mail_id).values(values)
        run_tx(self._engine, lambda connection: connection.execute(change))
