"""Records of past work, each kept for a while only."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LOOKED_AT = 1_000
"""Old records that one step examines, and the most it deletes."""


class Record(StrEnum):
    """A kind of record of past work with limited retention; the value is its name in reports."""

    STARTS = "starts of the schedule"
    TOKEN_CHECKS = "checks of tokens"
    SESSIONS = "sessions that are over"
    LINKS = "ways to Amazon's consent page"
    DECISION_LINKS = "links that decide"
    CATALOG_SEARCHES = "searches of Amazon's catalogue"
    DELETION_CAPS = "days of deletions"
    JOBS = "ended jobs"
    REPLACEMENTS = "replacements found"
    CANDIDATES = "candidates judged"
    EVENTS = "events of listings"
    EVIDENCE = "evidence"
    ORDER_SEARCHES = "searches for orders"
    ORDERS = "orders at Amazon"
    ORDER_DECISIONS = "decisions on orders"
    FEEDS = "feeds that ended"
    HOLDS = "holds that ended"
    RUNS = "runs"
    AUDIT = "audit log"
    SETTING_CHANGES = "changes of settings"
    INVITATIONS = "invitations"


@dataclass(frozen=True, slots=True)
class Step:
    """The result of one step over some records."""

    rows: int
    """Deleted, or, in a dry run, to be deleted."""
    after: tuple[Any, ...] | None
    """The key after which the next step begins; None at the end."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """Records that were kept for long enough."""

    record: Record
    days: int
    """Retention in days."""
    rows: int
