"""The words of troubles, in English for the catalogues; what each is called is the sentence of its reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from mercarich_web.site.languages import N_


@dataclass(frozen=True, slots=True)
class Told:
    icon: str
    meaning: str
    """Empty: sources are not checked, and `NOT_ON_A_GUESS` says what that means."""
    next: str
    """What happens next, without anybody."""
    to_do: str
    """For operators."""
    link: str
    """Where operators see more."""
    badge: str
    """Of a marketplace; empty for what is of none."""
    tone: str = "bad"


NOT_ON_A_GUESS = N_("Nothing is taken down on a guess: offers stay as they are.")
TROUBLES: Mapping[str, Told] = {
    "checks_paused": Told(
        "pause",
        "",
        N_("Checks go on where they stopped as soon as an operator resumes them."),
        N_("Resume the marketplace when its cause is over."),
        "/markets",
        N_("paused"),
        "warn",
    ),
    "calls_stopped": Told(
        "ban",
        "",
        N_("Single calls try again at growing intervals; checks go on by themselves when one succeeds."),
        N_("Do not try to get around a block: pause the marketplace, and follow the runbook."),
        "/markets",
        N_("not reachable"),
    ),
    "proxy_silent": Told(
        "ban",
        "",
        N_("Checks wait, and go on by themselves when the proxy is back."),
        N_("Start the proxy again, and look at its log."),
        "/markets",
        N_("no proxy"),
    ),
    "run_held": Told(
        "hand",
        "",
        N_("Items whose state is known are asked again and again; the check goes on by itself when they are right."),
        N_("See why it is held, and what the marketplace shows today."),
        "/runs",
        N_("held"),
    ),
    "looks_overdue": Told(
        "clock",
        "",
        N_("The next check begins with the sources that were not seen for longest."),
        N_("See whether a run goes on, and whether its workers do."),
        "/runs",
        N_("not checked"),
    ),
    "withdrawals_behind": Told(
        "send",
        N_("Amazon may still sell what is gone."),
        N_("They are sent again and again, withdrawals first."),
        N_("See whether feed's workers work, and whether Amazon does."),
        "/pools",
        "",
    ),
    "broker_unreachable": Told(
        "layers",
        N_("Checks, imports and pushes wait; nothing is lost."),
        N_("All go on by themselves when it is back."),
        N_("Start the broker again."),
        "/pools",
        "",
    ),
    "database_slow": Told(
        "gauge",
        N_("Checks, pages and pushes are late."),
        N_("Everything goes on, more slowly."),
        N_("See what else its machine does, and its slow queries."),
        "/pools",
        "",
        "warn",
    ),
    "database_unreachable": Told(
        "gauge", N_("Nothing goes on."), N_("All go on by themselves when it is back."), "", "/", ""
    ),
    "operator_silent": Told(
        "layers",
        N_("The numbers of workers stay as they are, and missed starts are not made up for."),
        N_("Checks that have started go on."),
        N_("Start the operator again; on one machine, the scheduler."),
        "/pools",
        "",
        "warn",
    ),
    "state_unknown": Told(
        "circle-alert",
        N_("This page cannot promise that anything works."),
        N_("It says so again when it has been measured."),
        N_("The process of the pages measures; look at its log."),
        "/pools",
        N_("not known"),
        "warn",
    ),
}
