"""The audit log by pages."""

from dataclasses import dataclass

from mercarich_web.domain.audit import AuditEntry
from mercarich_web.domain.paging import Paged
from mercarich_web.ports_operating import AuditLog

SHOWN = 50


@dataclass(frozen=True, slots=True)
class BrowseAudit:
    log: AuditLog

    def __call__(self, actor: str | None, action: str | None, below: int | None) -> Paged[AuditEntry]:
        """Newest first."""
        return self.log.page(actor, action, below, SHOWN)
