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
    PRICE_ASKED = "price_asked"
    """The offer's price follows its source: another one is asked for, and is not at Amazon yet."""
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
    PRICE_CHANGED = "price_changed"
    """Amazon has the price that was asked for."""
    PRICE_OVERTAKEN = "price_overtaken"
    """The price that was asked for is not sent: something else has changed since."""
    FOLLOWING_STOPPED = "following_stopped"
    """The price follows its source no more until the seller resumes it. Also written by web."""
    CREATION_SENT = "creation_sent"
    """Amazon accepted the new offer. That proves neither that it shows it nor that it sells it."""
    NOT_REGISTERED = "not_registered"
    """The offer was not created at Amazon, or is not there: the listing is a draft again."""

    # web
    REGISTERING = "registering"
    """The seller has the offer of a draft created at Amazon."""
    TAKING_OVER = "taking_over"
    """The seller says that the offer of a draft is at Amazon: it is read there first."""
    GIVEN_UP = "given_up"
    """The seller does not want the offer any more that is being registered."""
    PRICE_TAKEN_BACK = "price_taken_back"
    """The seller has the former price back; it follows its source no more."""
    FOLLOWING_RESUMED = "following_resumed"
    LISTED = "listed"
    """A draft or a new row becomes an offer that is checked. Also written by feed: Amazon shows the offer."""
    LOOK_WANTED = "look_wanted"
    """The seller requests a look at the source now, or at another item that may become its source."""
    SOURCE_CHOSEN = "source_chosen"
    """The seller gave the listing another source. Going up, or being paused, with it is an event of its own."""
    EDITED = "edited"
    """The seller changed its title, ASIN, quantity when listed or price by hand."""
    STOPPED = "stopped"
    """The seller stopped watching it: it is down, and is no longer changed automatically."""
    RESUMED = "resumed"
    LEAVING = "leaving"
    """Its row will be deleted when feed has deleted the listing at Amazon."""
    DELETED = "deleted"
