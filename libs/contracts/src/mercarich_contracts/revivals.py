"""What became of a replacement that was found: `revivals.state`."""

from enum import StrEnum


class RevivalState(StrEnum):
    PROPOSED = "proposed"
    """A person is to decide."""
    APPROVED = "approved"
    """A person has; it is looked at once more before it is taken."""
    APPLIED = "applied"
    """The listing has it as its source."""
    LAPSED = "lapsed"
    """It was gone when it was to be taken, or another was taken meanwhile."""
    UNDONE = "undone"
    """A person has refused it or taken it back; it is not taken for this listing again."""
