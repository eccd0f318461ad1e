"""The words of listings, in English for the catalogues."""

from collections.abc import Mapping
from typing import NamedTuple

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import State
from mercarich_reasons.reason import Reason
from mercarich_reasons.sources import OtherItemLookedAt
from mercarich_replacements.earnings import Verdict
from mercarich_web.listings.actions import BulkAction
from mercarich_web.listings.views import Badge, Order, View
from mercarich_web.site.languages import N_

BADGES: Mapping[str, tuple[str, str]] = {
    Badge.ON_SALE: (N_("On sale"), "good"),
    Badge.UNSEEN: (N_("To be read at Amazon"), "info"),
    Badge.SEARCHING: (N_("Searching"), "info"),
    Badge.PAUSED: (N_("Paused"), "warn"),
    Badge.WITHDRAWN: (N_("Withdrawn"), ""),
    Badge.STOPPED: (N_("Not watched"), ""),
    Badge.HELD: (N_("Held"), "warn"),
    Badge.ORPHAN: (N_("Not at Amazon"), "bad"),
    Badge.REGISTERING: (N_("Being registered"), "info"),
    Badge.DRAFT: (N_("Draft"), ""),
}
"""A badge: its word and tone."""
VIEWS: Mapping[str, str] = {
    View.ALL: N_("All"),
    View.ON_SALE: N_("On sale"),
    View.UNSEEN: N_("To be read at Amazon"),
    View.EXPOSED: N_("Exposed"),
    View.SEARCHING: N_("Searching"),
    View.PAUSED: N_("Paused"),
    View.WITHDRAWN: N_("Withdrawn"),
    View.STOPPED: N_("Not watched"),
    View.HELD: N_("Held"),
    View.PENDING: N_("On the way to Amazon"),
    View.PROBLEM: N_("Refused by Amazon"),
    View.REGISTERING: N_("Being registered"),
    View.DRAFT: N_("Drafts"),
    View.PRICE_STOPPED: N_("Price stopped"),
    View.AT_A_LOSS: N_("At a loss"),
    View.THIN_MARGIN: N_("Thin margin"),
    View.UNKNOWN_COST: N_("Unknown cost"),
}
ORDERS: Mapping[str, str] = {
    Order.NEWEST: N_("Last changed first"),
    Order.OLDEST: N_("Longest unchanged first"),
    Order.SKU: N_("SKU, A to Z"),
    Order.SKU_DOWN: N_("SKU, Z to A"),
}
EARNS: Mapping[str, tuple[str, str]] = {
    Verdict.LOSS: (N_("At a loss"), "bad"),
    Verdict.THIN: (N_("Thin margin"), "warn"),
    Verdict.UNKNOWN: (N_("Unknown cost"), ""),
    Verdict.ENOUGH: (N_("Earns enough"), "good"),
}
"""What a sale earns: its word and tone."""
STATE_TONES: Mapping[str, str] = {
    State.AVAILABLE: "good",
    State.UNBUYABLE: "warn",
    State.SOLD: "bad",
    State.ENDED: "bad",
    State.GONE: "bad",
    State.SUSPENDED: "warn",
    State.UNKNOWN: "",
}
"""Tones of a source's states; their words are those of the reasons."""
EVENTS: Mapping[str, tuple[str, str]] = {
    EventKind.WITHDRAWN: (N_("Taken down"), "circle-stop"),
    EventKind.SEARCHING: (N_("Replacement needed, still up"), "search"),
    EventKind.PAUSED: (N_("Paused: a sale would earn too little"), "circle-stop"),
    EventKind.RECOVERED: (N_("Put up again: a sale earns enough"), "refresh-cw"),
    EventKind.PRICE_ASKED: (N_("Its price follows its source"), "send"),
    EventKind.PRICE_CHANGED: (N_("Amazon has the new price"), "check"),
    EventKind.PRICE_OVERTAKEN: (N_("The new price is not sent"), "history"),
    EventKind.PRICE_TAKEN_BACK: (N_("Its former price is wanted back"), "undo-2"),
    EventKind.FOLLOWING_STOPPED: (N_("Its price follows no more"), "hand"),
    EventKind.FOLLOWING_RESUMED: (N_("Its price follows again"), "play"),
    EventKind.HELD: (N_("Change held back"), "hand"),
    EventKind.HOLD_CLEARED: (N_("Hold cleared: it stays as it is"), "circle-check"),
    EventKind.PROPOSED: (N_("Replacement found, waiting for your approval"), "sparkles"),
    EventKind.APPROVED: (N_("Replacement approved"), "check"),
    EventKind.LAPSED: (N_("The approved replacement was gone"), "undo-2"),
    EventKind.UNDONE: (N_("Replacement undone"), "undo-2"),
    EventKind.SWAPPED: (N_("Source replaced while on sale"), "refresh-cw"),
    EventKind.RESTORED: (N_("Back on sale"), "refresh-cw"),
    EventKind.PUSH_ACCEPTED: (N_("Amazon accepted the quantity"), "send"),
    EventKind.PUSH_REJECTED: (N_("Amazon refused the quantity"), "circle-x"),
    EventKind.PUSH_ORPHAN: (N_("Amazon does not know the SKU"), "circle-help"),
    EventKind.PUSH_SUPERSEDED: (N_("Amazon accepted an older quantity"), "history"),
    EventKind.READBACK_MISMATCH: (N_("Amazon shows another quantity"), "triangle-alert"),
    EventKind.CHANGED_AT_AMAZON: (N_("Sold or changed at Amazon"), "triangle-alert"),
    EventKind.ORDERED: (N_("Ordered at Amazon"), "shopping-cart"),
    EventKind.NOT_FOR_SALE: (N_("Amazon does not sell the offer"), "triangle-alert"),
    EventKind.REGISTERING: (N_("Its offer is created at Amazon"), "send"),
    EventKind.TAKING_OVER: (N_("Its offer at Amazon is to be taken over"), "send"),
    EventKind.CREATION_SENT: (N_("Amazon accepted the new offer"), "send"),
    EventKind.GIVEN_UP: (N_("The new offer is given up"), "undo-2"),
    EventKind.NOT_REGISTERED: (N_("No offer: a draft again"), "circle-x"),
    EventKind.LISTED: (N_("Listed: its source is checked from now on"), "check"),
    EventKind.LOOK_WANTED: (N_("A look at its source was requested"), "eye"),
    EventKind.SOURCE_CHOSEN: (N_("Another source chosen"), "refresh-cw"),
    EventKind.EDITED: (N_("Edited"), "square-pen"),
    EventKind.STOPPED: (N_("No longer watched"), "eye-off"),
    EventKind.RESUMED: (N_("Watched again"), "play"),
    EventKind.LEAVING: (N_("To be deleted at Amazon"), "trash-2"),
    EventKind.LEFT_AMAZON: (N_("Deleted at Amazon"), "trash-2"),
    EventKind.DELETED: (N_("Deleted"), "trash-2"),
    "look": (N_("Source looked at"), "eye"),
    "push": (N_("On the way to Amazon"), "send"),
}
"""An event: its word and icon."""


def event_words(kind: str, reason: Reason | None = None) -> tuple[str, str]:
    """Return the word and icon of an event; of a kind of a later release, the kind itself."""
    if isinstance(reason, OtherItemLookedAt):
        return N_("A look at another item was requested"), "eye"
    return EVENTS.get(kind, (kind, ""))


class BulkWords(NamedTuple):
    title: str
    effect: str
    icon: str


BULK: Mapping[str, BulkWords] = {
    BulkAction.CHECK: BulkWords(
        N_("Check now"),
        N_(
            "A checker looks at their sources as soon as it is free, besides the checks of your plan. Those seen within"
            " the last 15 minutes are left out; 1,000 listings a day can be checked by hand."
        ),
        "eye",
    ),
    BulkAction.WITHDRAW: BulkWords(
        N_("Withdraw now"),
        N_("Amazon shows quantity 0. No replacement is searched for; you can put them up again."),
        "circle-stop",
    ),
    BulkAction.PUT_UP: BulkWords(
        N_("Offer again"),
        N_("With their present source, which must be on sale. A check withdraws them again when it is gone."),
        "play",
    ),
    BulkAction.STOP: BulkWords(
        N_("Stop watching"),
        N_(
            "Their sources are no longer checked, and no replacement is searched for. Offers that are up are "
            "withdrawn first, because nobody would notice that a source is gone."
        ),
        "eye-off",
    ),
    BulkAction.RESUME: BulkWords(
        N_("Resume watching"),
        N_(
            "They go up after one more look at their sources; where a source is gone, a replacement is searched for, "
            "and where it is too dear for your loss rule, they are paused."
        ),
        "play",
    ),
    BulkAction.CREATE: BulkWords(
        N_("Create at Amazon"),
        N_(
            "Each draft with an ASIN becomes a new offer at Amazon, in the condition of its source and at the price of"
            " your rules. It is on sale here once Amazon sells it; where Amazon refuses it, the draft tells why."
        ),
        "send",
    ),
    BulkAction.GIVE_UP: BulkWords(
        N_("Give up"),
        N_("They are drafts again. What was sent to Amazon is deleted there first."),
        "undo-2",
    ),
    BulkAction.LIST: BulkWords(
        N_("Take over from Amazon"),
        N_(
            "For drafts that you have listed at Amazon yourself: Amazon is read for their SKUs. What is there stays as"
            " you created it, and its source is checked from then on."
        ),
        "check",
    ),
    BulkAction.DELETE: BulkWords(
        N_("Delete"),
        N_(
            "Drafts are deleted at once, offers once Amazon has deleted them. Only offers that are withdrawn, and"
            " were seen to be withdrawn at Amazon, can be deleted. This cannot be undone."
        ),
        "trash-2",
    ),
}
