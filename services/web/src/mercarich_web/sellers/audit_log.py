"""The audit log by pages."""

from dataclasses import dataclass

from mercarich_web.paging import Paged
from mercarich_web.sellers.audit import AuditEntry
from mercarich_web.sellers.sql.audit_log import SqlAuditLog

SHOWN = 50


@dataclass(frozen=True, slots=True)
class BrowseAudit:
    log: SqlAuditLog

    def __call__(self, actor: str | None, action: str | None, below: int | None) -> Paged[AuditEntry]:
        """Newest first."""
        return self.log.page(actor, action, below, SHOWN)
