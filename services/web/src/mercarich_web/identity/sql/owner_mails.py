"""Mails to the owner of an account about what happened to it, queued in the transaction of what happened."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from mercarich_db.tables import notice_sendings, notice_ways
from mercarich_reasons.reason import Reason

WHAT = "account"
"""Such a sending's `what`."""


def tell_owner(connection: Connection, user_id: int, reason: Reason, now: datetime) -> None:
    """Queue a mail to the address that the owner has proven, whatever it is when the mail goes; nothing without one."""
    proven = (notice_ways.c.user_id == user_id, notice_ways.c.mail_proven_at.is_not(None))
    address = connection.execute(select(notice_ways.c.mail_address).where(*proven)).scalar()
    if not address:
        return
    row = {
        "user_id": user_id,
        "way": "mail",
        "what": WHAT,
        "state": "waiting",
        "attempts": 0,
        "not_before": now,
        "created_at": now,
        "reason": reason,
        "mail_address": address,
    }
    connection.execute(insert(notice_sendings).values(row))
