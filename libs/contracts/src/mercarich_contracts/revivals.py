"""The states of a replacement that was found: `revivals.state`."""

from enum import StrEnum


class RevivalState(StrEnum):
    PROPOSED = "proposed"
    """Waits for a person's decision."""
    APPROVED = "approved"
    """Approved by a person; it is looked at once more before it is applied."""
    APPLIED = "applied"
    """It is the listing's source now."""
    LAPSED = "lapsed"
    """It had sold before it was applied, or another one was applied meanwhile."""
    UNDONE = "undone"
    """Refused or taken back by a person; it is never used for this listing again."""
