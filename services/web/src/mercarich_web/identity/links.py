"""Links in messages by which whoever has one decides on a replacement: how long one is good, and what ends it."""

from datetime import timedelta
from enum import StrEnum

GOOD_FOR = timedelta(hours=48)
"""A message is read within two days, or not at all; the page of replacements has everything for longer."""


class End(StrEnum):
    """What ended a link. It is stored, so that nothing that is undone afterwards makes the link good again."""

    APPROVED = "approved"
    REFUSED = "refused"
    OFF = "off"
    """The seller wants no such links any more."""
    PASSWORD = "password"
    """The account has another password, or none."""
    SESSIONS = "sessions"
    """The account's other sessions were ended."""
    STOPPED = "stopped"
    """An operator has stopped the seller."""
    WAY = "way"
    """Messages go to another place by now."""


DECIDED = frozenset({End.APPROVED, End.REFUSED})
