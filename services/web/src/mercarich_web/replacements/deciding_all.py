"""Decide on all replacements that match a filter: a preview of them, then the decision on what it has shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_web.identity.people import Account
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.replacements.sql.proposals import SqlProposals
from mercarich_web.replacements.sql.waiting import SqlWaiting
from mercarich_web.replacements.views import Applied, Decision, Preview, Wish

AUDITED: Mapping[Decision, AuditAction] = {
    Decision.APPROVE: AuditAction.REPLACEMENTS_APPROVED,
    Decision.REFUSE: AuditAction.REPLACEMENTS_REFUSED,
}


@dataclass(frozen=True, slots=True)
class DecideAll:
    waiting: SqlWaiting
    proposals: SqlProposals
    audit: SqlAudit
    now: Clock

    def preview(self, seller: Account, wish: Wish) -> Preview:
        return self.waiting.preview(seller.user_id, wish)

    def apply(self, seller: Account, decision: Decision, wish: Wish, ids: Sequence[int], by: Actor) -> Applied:
        """Decide on the previewed `ids` that still wait and match; the others stay as they are."""
        applied = self.proposals.decide_all(seller, decision, wish, ids)
        if applied.decided:
            self.audit.write(AUDITED[decision], by, f"{applied.decided} replacements", None, self.now())
        return applied
