"""The words of a seller's page about Amazon, in English for the catalogues; templates translate them."""

from collections.abc import Mapping

from mercarich_contracts.linking import Outcome as Linking
from mercarich_web.site.languages import N_

LINKING: Mapping[str, tuple[str, str]] = {
    Linking.LINKED: (N_("Your Amazon account is linked. Waiting changes are sent now."), "good"),
    Linking.DENIED: (N_("You did not confirm at Amazon, so nothing was changed."), "warn"),
    Linking.STRANGE: (
        N_("Amazon's confirmation does not belong to this session, so nothing was changed."),
        "bad",
    ),
    Linking.USED: (N_("Amazon's confirmation was used before, so nothing was changed again."), "warn"),
    Linking.EXPIRED: (N_("That took too long. Link again."), "warn"),
    Linking.REFUSED: (N_("Amazon did not accept the confirmation. Link again."), "bad"),
    Linking.OTHER_SELLER: (
        N_(
            "At Amazon you were signed in with another account than the one that holds your listings. Nothing was"
            " changed; sign out there and link again."
        ),
        "bad",
    ),
    Linking.AWAY: (N_("Amazon or this service cannot link at the moment. Try again in a few minutes."), "warn"),
}
"""Results of linking an account: the sentence and its tone."""
HEALTH: Mapping[str, tuple[str, str, str]] = {
    "valid": (
        N_("Amazon accepts your authorisation"),
        N_("Nothing to do. It is tried with every push, and every four hours."),
        "good",
    ),
    "invalid": (
        N_("Amazon refuses your authorisation"),
        N_(
            "Withdrawals cannot reach Amazon. Link the same Amazon account again; waiting withdrawals are then sent"
            " automatically."
        ),
        "bad",
    ),
    "unknown": (
        N_("Not known yet whether Amazon accepts your authorisation"),
        N_("Nothing to do. The next push tries it, or the next check of all tokens, every four hours."),
        "warn",
    ),
}
"""Verdicts on a token: what it means, what to do, and the tone."""
FEED_STATES: Mapping[str, tuple[str, str]] = {
    "creating": (N_("being sent"), "info"),
    "in_queue": (N_("in Amazon's queue"), "info"),
    "in_progress": (N_("at work"), "info"),
    "done": (N_("done"), "good"),
    "cancelled": (N_("cancelled"), "warn"),
    "fatal": (N_("failed"), "bad"),
    "bypassed": (N_("no longer waiting"), "warn"),
}
