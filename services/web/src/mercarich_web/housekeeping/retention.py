"""Records of past work, each kept for a while only."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LOOKED_AT = 1_000
"""Old records, or those that may be, that one step looks at, and deletes at most."""


class Record(StrEnum):
    """What is kept of past work for a while only; the value names it in reports."""

    STARTS = "starts of the schedule"
    TOKEN_CHECKS = "checks of tokens"
    SESSIONS = "sessions that are over"
    LINKS = "ways to Amazon's consent page"
    DELETION_CAPS = "days of deletions"
    JOBS = "ended jobs"
    REPLACEMENTS = "replacements found"
    CANDIDATES = "candidates judged"
    EVENTS = "events of listings"
    EVIDENCE = "evidence"
    FEEDS = "feeds that ended"
    HOLDS = "holds that ended"
    RUNS = "runs"
    AUDIT = "audit log"
    SETTING_CHANGES = "changes of settings"
    INVITATIONS = "invitations"


@dataclass(frozen=True, slots=True)
class Step:
    """What one look at some records did."""

    rows: int
    """Deleted, or, in a dry run, to be deleted."""
    after: tuple[Any, ...] | None
    """The key from where to go on; None: there is no more."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """Records that were kept for long enough."""

    record: Record
    days: int
    """For so long they are kept."""
    rows: int
