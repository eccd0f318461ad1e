"""The choice whether messages have links by which whoever has them decides on replacements."""

from dataclasses import dataclass

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_reasons.account_changes import DecidingByLinks
from mercarich_web.identity.people import Session
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.notices.sql.links_chosen import SqlLinksChosen


@dataclass(frozen=True, slots=True)
class ChooseLinks:
    book: SqlLinksChosen
    audit: SqlAudit
    now: Clock

    def choose(self, session: Session, *, on: bool, by: Actor) -> None:
        """Raises `Superseded` when the session is over by now."""
        told = DecidingByLinks(by.address or "")
        if self.book.choose(session, on=on, now=self.now(), told=told):
            detail = f"links that decide {'on' if on else 'off'}"
            self.audit.write(AuditAction.NOTICE_WAYS_CHANGED, by, session.account.username, detail, self.now())
