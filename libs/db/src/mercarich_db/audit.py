"""The audit log. An entry is written in the transaction of the action that it records."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db.tables import audit_log

LONGEST_AGENT = 200
"""Characters of a User-Agent that are kept; those of browsers have fewer than 150."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry of the audit log: who did what to which subject."""

    action: AuditAction
    by: Actor
    subject: str
    at: datetime
    detail: str | None = None
    of: int | None = None
    """Id of the seller concerned; None: the system."""


def note_down(connection: Connection, deed: Deed) -> None:
    row = {
        "at": deed.at,
        "user_id": deed.of,
        "actor": deed.by.name[:64],
        "action": deed.action,
        "subject": deed.subject[:255],
        "detail": deed.detail,
        "address": deed.by.address and deed.by.address[:64],
        "agent": _seen(deed.by.agent or "") or None,
    }
    connection.execute(insert(audit_log).values(row))


def _seen(text: str) -> str:
    """Return the beginning of a text that a browser chose, without what steers a screen."""
    return "".join(mark for mark in text if mark.isprintable())[:LONGEST_AGENT].strip()
