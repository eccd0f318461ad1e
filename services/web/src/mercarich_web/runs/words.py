"""The words of runs and holds, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_web.site.languages import N_

HOLD_ENDS: Mapping[str, str] = {
    "falls": N_("A second look that confirms it releases it; so can you."),
    "losses": N_("A second look that finds a sale too dear as well releases it; so can you."),
    "recoveries": N_("A second look that finds the same price releases it; so can you."),
    "prices": N_(
        "A page that is read wrongly gives the same wrong price time and again: no second look releases this hold. "
        "Look at some of the prices, then decide."
    ),
    "absences": N_(
        "The marketplace says of all of them that there is no such item. A fault may say so time and again: no second "
        "look releases this hold. Look at some of the items, then decide."
    ),
    "canaries": N_(
        "What is held waits until the canaries give the expected results; then a second look decides. You may decide "
        "before."
    ),
    "unvouched": N_(
        "The marketplace says of these that there is no such item, and no item that is known to be on sale shows that "
        "it can be trusted. A second look decides once there is one; name one as a canary, or look at the items and "
        "decide."
    ),
    "unreadable": N_(
        "The page parser may be out of date. No second look releases this hold: look at some of the items, then decide."
    ),
}
"""How a hold ends, by its kind; why it was opened is its reason."""
RELEASES: Mapping[str, str] = {
    "recoveries": N_("%(n)s listings will be put up. Release hold %(id)s?"),
    "prices": N_("%(n)s prices will change. Release hold %(id)s?"),
}
"""What a release does, by the hold's kind; of all others it withdraws."""
WITHDRAWS = N_("%(n)s listings will be withdrawn. Release hold %(id)s?")
RELEASES_TICKED: Mapping[str, str] = {
    "recoveries": N_("The ticked listings will be put up; the others wait on. Release them?"),
    "prices": N_("The prices of the ticked listings will change; the others wait on. Release them?"),
}
"""What a release of single listings does, by the hold's kind; of all others it withdraws."""
WITHDRAWS_TICKED = N_("The ticked listings will be withdrawn; the others wait on. Release them?")
DOUBTS: Mapping[str, str] = {"wrong": N_("canaries are wrong"), "unvouched": N_("no canary on sale")}
"""Why a run does not believe a route."""
LEFT_OUT: Mapping[str, str] = {
    "inactive": N_("stopped"),
    "staff": N_("operators"),
    "no_amazon_account": N_("no Amazon account is linked"),
}
"""Why a run leaves a seller out."""
PHASES: Mapping[str, str] = {
    "marking": N_("marks its items"),
    "canaries": N_("asks the canaries"),
    "checking": N_("at work"),
    "held": N_("held"),
    "confirming": N_("second looks"),
    "ended": N_("ended"),
}
"""Phases of a run."""
OPERATIONS: Mapping[str, str] = {
    "check": N_("Stock check"),
    "update": N_("Replacement search"),
    "watch": N_("Looks all day, beside the runs"),
}

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "running": (N_("running"), "info"),
    "finished": (N_("finished"), "good"),
    "superseded": (N_("superseded"), ""),
    "failed": (N_("failed"), "bad"),
}
"""Outcomes of a run."""
