"""Ask Amazon now what it shows: the same as `mercarich reconcile` for one seller, or for one listing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.events import EventKind
from mercarich_platform.clock import Clock
from mercarich_reasons.accounts import AmazonUnreadable, ReadsWait
from mercarich_web.differences.sql.asks import SqlAsks
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.refusals import Refused

MOST_WAITING = 1_000
"""Reads of a seller that may wait when all are asked for once more: the reads share the seller's quota at Amazon."""
SILENT = timedelta(minutes=2)
"""Longest time until the first read, when feed works."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asked Amazon for."""

    user_id: int
    listing_id: int | None
    """None: all offers of the seller."""
    at: datetime
    of: int
    """Offers to be read."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What has come of an `Ask`."""

    ask: Ask
    left: int
    """Offers that were not read yet."""
    found: Mapping[EventKind, int]
    """Events since then of listings that differ."""
    differing: int
    """Listings that differ now, whenever that was found."""
    came_back: int
    """Deleted offers of the seller that Amazon shows now; 0 for an `Ask` of one listing."""
    is_silent: bool
    """Nothing was read for too long: feed does not run, or rests after trouble."""

    @property
    def read(self) -> int:
        return max(0, self.ask.of - self.left)


@dataclass(frozen=True, slots=True)
class AskAmazon:
    book: SqlAsks
    audit: SqlAudit
    now: Clock

    def __call__(self, user_id: int, listing_id: int | None, by: Actor) -> Ask:
        """Raises `NotFound` for a seller or a listing that there is not, and `Refused`."""
        subject = self.book.subject(user_id, listing_id)
        if not self.book.is_served(user_id):
            raise Refused(AmazonUnreadable())
        now = self.now()
        waiting = self.book.left(user_id, None, now) if listing_id is None else 0
        if waiting >= MOST_WAITING:
            raise Refused(ReadsWait(waiting))
        asked = self.book.ask(user_id, listing_id, now)
        self.audit.write(AuditAction.AMAZON_ASKED, by, subject, f"{asked} offers", now)
        return Ask(user_id, listing_id, now, asked)

    def heard(self, ask: Ask) -> Heard:
        left = min(self.book.left(ask.user_id, ask.listing_id, ask.at), ask.of)
        silent = left >= ask.of and self.now() - ask.at > SILENT
        found = self.book.found(ask.user_id, ask.listing_id, ask.at)
        differing = self.book.differing(ask.user_id, ask.listing_id)
        came_back = self.book.came_back(ask.user_id) if ask.listing_id is None else 0
        return Heard(ask, left, found, differing, came_back, silent)
