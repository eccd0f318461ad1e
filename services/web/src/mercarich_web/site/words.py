"""The words for codes of the system, in English for the catalogues; templates translate them."""

from collections.abc import Mapping
from typing import NamedTuple

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import State
from mercarich_contracts.revivals import RevivalState
from mercarich_replacements.filters import Filter
from mercarich_web.domain.actions import BulkAction
from mercarich_web.domain.keys import Scope
from mercarich_web.domain.listings import Badge, Order, View
from mercarich_web.domain.notices import Kind
from mercarich_web.domain.timeline import tone
from mercarich_web.site.languages import N_

__all__ = ["tone"]

OPERATIONS: Mapping[str, str] = {"check": N_("Stock check"), "update": N_("Replacement search")}
ROLES: Mapping[str, str] = {"seller": N_("Seller"), "operator": N_("Operator")}

BADGES: Mapping[str, tuple[str, str]] = {
    Badge.ON_SALE: (N_("On sale"), "good"),
    Badge.SEARCHING: (N_("Searching"), "info"),
    Badge.WITHDRAWN: (N_("Withdrawn"), ""),
    Badge.STOPPED: (N_("Not watched"), ""),
    Badge.HELD: (N_("Held"), "warn"),
    Badge.ORPHAN: (N_("Not at Amazon"), "bad"),
    Badge.DRAFT: (N_("Draft"), ""),
}
"""The word and the tone of a badge."""
VIEWS: Mapping[str, str] = {
    View.ALL: N_("All"),
    View.ON_SALE: N_("On sale"),
    View.EXPOSED: N_("Exposed"),
    View.SEARCHING: N_("Searching"),
    View.WITHDRAWN: N_("Withdrawn"),
    View.STOPPED: N_("Not watched"),
    View.HELD: N_("Held"),
    View.PENDING: N_("On the way to Amazon"),
    View.PROBLEM: N_("Refused by Amazon"),
    View.DRAFT: N_("Drafts"),
}
ORDERS: Mapping[str, str] = {
    Order.NEWEST: N_("Last changed first"),
    Order.OLDEST: N_("Longest unchanged first"),
    Order.SKU: N_("SKU, A to Z"),
    Order.SKU_DOWN: N_("SKU, Z to A"),
}
STATE_TONES: Mapping[str, str] = {
    State.AVAILABLE: "good",
    State.UNBUYABLE: "warn",
    State.SOLD: "bad",
    State.ENDED: "bad",
    State.GONE: "bad",
    State.SUSPENDED: "warn",
    State.UNKNOWN: "",
}
"""Of a source; its words are those of reasons."""
EVENTS: Mapping[str, tuple[str, str]] = {
    EventKind.WITHDRAWN: (N_("Taken down"), "circle-stop"),
    EventKind.SEARCHING: (N_("Replacement wanted, still up"), "search"),
    EventKind.HELD: (N_("Withdrawal held back"), "hand"),
    EventKind.HOLD_CLEARED: (N_("Hold cleared: it is on sale"), "circle-check"),
    EventKind.PROPOSED: (N_("Replacement found, your word is wanted"), "sparkles"),
    EventKind.APPROVED: (N_("Replacement approved"), "check"),
    EventKind.LAPSED: (N_("The approved replacement was gone"), "undo-2"),
    EventKind.UNDONE: (N_("Replacement taken back"), "undo-2"),
    EventKind.SWAPPED: (N_("Source replaced without a break"), "refresh-cw"),
    EventKind.RESTORED: (N_("Back on sale"), "refresh-cw"),
    EventKind.PUSH_ACCEPTED: (N_("Amazon took the quantity"), "send"),
    EventKind.PUSH_REJECTED: (N_("Amazon refused the quantity"), "circle-x"),
    EventKind.PUSH_ORPHAN: (N_("Amazon does not know the SKU"), "circle-help"),
    EventKind.PUSH_SUPERSEDED: (N_("Amazon took an older quantity"), "history"),
    EventKind.READBACK_MISMATCH: (N_("Amazon shows another quantity"), "triangle-alert"),
    EventKind.LISTED: (N_("Listed: its source is checked from now on"), "check"),
    EventKind.LOOK_WANTED: (N_("A look at its source was asked for"), "eye"),
    EventKind.STOPPED: (N_("No longer watched"), "eye-off"),
    EventKind.RESUMED: (N_("Watched again"), "play"),
    EventKind.LEAVING: (N_("To be deleted at Amazon"), "trash-2"),
    EventKind.LEFT_AMAZON: (N_("Deleted at Amazon"), "trash-2"),
    EventKind.DELETED: (N_("Deleted"), "trash-2"),
    "look": (N_("Source looked at"), "eye"),
    "push": (N_("On the way to Amazon"), "send"),
}
"""The word and the icon of what happened."""
REFUSED_BY: Mapping[str, str] = {
    Filter.UNDONE: N_("taken back before"),
    Filter.BANNED_SELLER: N_("excluded seller"),
    Filter.BANNED_WORD: N_("excluded word"),
    Filter.TITLE: N_("other goods"),
    Filter.QUICK_PICTURE: N_("other picture"),
    Filter.PICTURE: N_("other picture"),
    Filter.BUYABLE: N_("not buyable"),
    Filter.RATING: N_("seller's rating"),
    Filter.USED: N_("used already"),
    Filter.CONDITION: N_("condition"),
    Filter.PRICE: N_("price"),
    Filter.TITLE_LENGTH: N_("title length"),
    Filter.ORIGIN: N_("ships from"),
    Filter.SHIP_DAYS: N_("shipping days"),
    Filter.UNKNOWN: N_("could not be looked at"),
}
REPLACEMENTS: Mapping[str, tuple[str, str]] = {
    RevivalState.PROPOSED: (N_("waits for you"), "warn"),
    RevivalState.APPROVED: (N_("approved"), "info"),
    RevivalState.APPLIED: (N_("in use"), "good"),
    RevivalState.LAPSED: (N_("lapsed"), ""),
    RevivalState.UNDONE: (N_("refused"), ""),
}
JOB_KINDS: Mapping[str, tuple[str, str]] = {
    "import": (N_("CSV import"), "file-spreadsheet"),
    "search": (N_("Bulk search"), "search"),
}
"""The word and the icon."""
JOB_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": (N_("waits"), ""),
    "running": (N_("running"), "info"),
    "finished": (N_("finished"), "good"),
    "stopped": (N_("stopped"), ""),
    "failed": (N_("failed"), "bad"),
    "done": (N_("done"), "good"),
    "skipped": (N_("skipped"), ""),
}
"""Of a job, and of one search in it."""
JOB_PHASES: Mapping[str, str] = {
    "preparing": N_("storing the file"),
    "searching": N_("searching"),
    "reading": N_("reading the file"),
    "comparing": N_("comparing with your listings"),
    "sources": N_("making sources"),
    "applying": N_("taking over"),
    "ended": N_("ended"),
}
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "running": (N_("running"), "info"),
    "finished": (N_("finished"), "good"),
    "superseded": (N_("superseded"), ""),
    "failed": (N_("failed"), "bad"),
}
"""Of a run."""

SCOPES: Mapping[str, str] = {
    Scope.LISTINGS_READ: N_("Read listings"),
    Scope.LISTINGS_WRITE: N_("Withdraw listings, put them up, decide on replacements"),
    Scope.JOBS_READ: N_("Read imports and searches"),
    Scope.JOBS_WRITE: N_("Start and stop imports and searches"),
}
"""Of a key of the API."""

TOLD: Mapping[str, tuple[str, str, str]] = {
    Kind.TOKEN: (N_("Amazon refuses your token"), "key-round", "bad"),
    Kind.STUCK: (N_("Withdrawals that do not reach Amazon"), "triangle-alert", "bad"),
    Kind.HELD: (N_("Withdrawals held back"), "hand", "warn"),
    Kind.REJECTED: (N_("Refused by Amazon"), "circle-x", "bad"),
    Kind.PROPOSED: (N_("Replacements that wait for you"), "sparkles", "info"),
    Kind.JOB_FAILED: (N_("Failed imports and searches"), "file-spreadsheet", "bad"),
}
"""A kind of notice: its word, icon and tone."""
WAYS: Mapping[str, str] = {"mail": N_("Mail"), "webhook": N_("Webhook")}
SENDINGS: Mapping[str, str] = {
    "opened": N_("Notice"),
    "closed": N_("Settled"),
    "proof": N_("Proof of the address"),
    "trial": N_("Trial"),
}
SENDING_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": (N_("waits"), "info"),
    "sent": (N_("sent"), "good"),
    "failed": (N_("not sent"), "bad"),
}


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
        N_("With the source they have, which must be on sale. A check takes them down again when it is gone."),
        "play",
    ),
    BulkAction.STOP: BulkWords(
        N_("Stop watching"),
        N_(
            "Their sources are no longer checked, and no replacement is searched for. What is up is withdrawn first:"
            " nobody would see its source go."
        ),
        "eye-off",
    ),
    BulkAction.RESUME: BulkWords(
        N_("Resume watching"),
        N_("They go up after one more look at their sources; where a source is gone, a replacement is searched for."),
        "play",
    ),
    BulkAction.LIST: BulkWords(
        N_("Make offers of drafts"),
        N_("Their sources are checked from the next run on. At Amazon they stand as you put them there."),
        "check",
    ),
    BulkAction.DELETE: BulkWords(
        N_("Delete"),
        N_(
            "Drafts go at once, offers once Amazon has deleted them. Only what is down, and was seen to be down at"
            " Amazon, can go. This cannot be undone."
        ),
        "trash-2",
    ),
}
WEAK_PASSWORDS: Mapping[str, str] = {
    "short": N_("A password needs 12 characters at least."),
    "long": N_("A password may have 128 characters at most."),
    "common": N_("Guessers try this first: common words, keys in a row and repetitions. Add words of your own."),
    "named": N_("A password must not hold your name or the service's."),
}


def pair(words: Mapping[str, tuple[str, str]], code: str) -> tuple[str, str]:
    """A code of a later release is shown as it is."""
    return words.get(code, (code, ""))
