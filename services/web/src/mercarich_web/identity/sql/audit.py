"""Write the audit log."""

from datetime import datetime

from sqlalchemy import Engine

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db.audit import Deed, note_down
from mercarich_db.engine import run_tx


class SqlAudit:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, action: AuditAction, by: Actor, subject: str, detail: str | None, now: datetime) -> None:
        deed = Deed(action, by, subject, now, detail, by.user_id)
        run_tx(self._engine, lambda connection: note_down(connection, deed))
