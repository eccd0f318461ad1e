"""What can happen to a listing: the kinds of rows in its history, `listing_events.kind`.

Whoever writes a row takes its kind from here, and `mercarich explain` has words for each; an older reader shows a
kind that it does not know as it is.
"""

from enum import StrEnum


class EventKind(StrEnum):
    # checker
    WITHDRAWN = "withdrawn"
    """Also by updater, where no replacement was found, or it went before its push."""
    SEARCHING = "searching"
    """Marked by a run that only marks."""
    HELD = "held"
    HOLD_CLEARED = "hold_cleared"

    # updater
    PROPOSED = "proposed"
    APPROVED = "approved"
    LAPSED = "lapsed"
    UNDONE = "undone"
    SWAPPED = "swapped"
    RESTORED = "restored"

    # feed
    PUSH_ACCEPTED = "push_accepted"
    PUSH_REJECTED = "push_rejected"
    PUSH_ORPHAN = "push_orphan"
    PUSH_SUPERSEDED = "push_superseded"
    READBACK_MISMATCH = "readback_mismatch"
    LEFT_AMAZON = "left_amazon"

    # web
    LISTED = "listed"
    """A draft, or a new row, becomes an offer that is checked."""
    LOOK_WANTED = "look_wanted"
    """Its seller wants its source looked at now."""
    STOPPED = "stopped"
    """Its seller stopped watching it: it is down, and nothing happens to it by itself."""
    RESUMED = "resumed"
    LEAVING = "leaving"
    """Its row goes when feed has taken the listing away at Amazon."""
    DELETED = "deleted"
