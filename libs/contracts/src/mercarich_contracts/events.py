"""What can happen to a listing: the kinds of rows in its history, `listing_events.kind`.

Every kind that is written is listed here, and `mercarich explain` has words for each. An older reader shows a kind
that it does not know as it is stored.
"""

from enum import StrEnum


class EventKind(StrEnum):
    # checker
    WITHDRAWN = "withdrawn"
    """Also written by updater: no replacement was found, or its source sold before the push."""
    SEARCHING = "searching"
    """Marked, by a run that withdraws nothing."""
    PAUSED = "paused"
    """Down because a sale would earn less than the loss rule allows. Also written by updater, before a push."""
    RECOVERED = "recovered"
    """Put up again, since a sale earns enough."""
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
    """Amazon shows another quantity than it accepted; it is pushed again."""
    CHANGED_AT_AMAZON = "changed_at_amazon"
    """Amazon shows another quantity than before: it was sold or changed there. The listing follows."""
    ORDERED = "ordered"
    """A buyer ordered some at Amazon. With the last piece the listing is down, and nothing puts it up by itself."""
    NOT_FOR_SALE = "not_for_sale"
    """Amazon has the quantity, and does not sell the offer."""
    LEFT_AMAZON = "left_amazon"

    # web
    LISTED = "listed"
    """A draft or a new row becomes an offer that is checked."""
    LOOK_WANTED = "look_wanted"
    """The seller requests a look at the source now."""
    STOPPED = "stopped"
    """The seller stopped watching it: it is down, and is no longer changed automatically."""
    RESUMED = "resumed"
    LEAVING = "leaving"
    """Its row will be deleted when feed has deleted the listing at Amazon."""
    DELETED = "deleted"
