"""How far a seller's orders are read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_reasons.reason import Reason

SILENT = timedelta(minutes=30)
"""Longest time between two reads, when feed works: orders are read every few minutes."""


@dataclass(frozen=True, slots=True)
class Reads:
    is_served: bool
    """An account is linked, and Amazon takes its token."""
    read_at: datetime | None
    """None: orders were not read yet."""
    problem: Reason | None
    """Of the last read; None: it went well."""

    def is_late(self, now: datetime) -> bool:
        return self.read_at is None or now - self.read_at > SILENT
