"""Have a seller's offers read at Amazon."""

from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_reasons.accounts import AmazonUnreadable
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.refusals import Refused
from mercarich_web.taking_over.sql.matches import SqlMatches
from mercarich_web.taking_over.sql.offers import SqlFoundOffers

MOST_READS, WITHIN = 6, timedelta(days=1)
"""Reads that a seller may ask for: each is a report at Amazon, of which it makes one a minute (createReport)."""


@dataclass(frozen=True, slots=True)
class AskToRead:
    book: SqlFoundOffers
    matches: SqlMatches
    audit: SqlAudit
    now: Clock

    def __call__(self, user_id: int, by: Actor) -> None:
        """Raises `Refused`: no account is linked, a read is under way, or there were as many as a day allows."""
        if not self.book.is_linked(user_id):
            raise Refused(AmazonUnreadable())
        self.matches.ask(user_id, self.now(), MOST_READS, WITHIN)
        self.audit.write(AuditAction.AMAZON_ASKED, by, by.name, "all offers", self.now())
