"""English: what keeps the system from doing its work."""

from collections.abc import Mapping

TROUBLES: Mapping[str, str] = {
    "run_held": "Checks of {marketplace} are held: what it shows cannot be believed at present",
    "calls_stopped": "{marketplace} cannot be checked: it blocks our calls or does not serve them",
    "proxy_silent": "{marketplace} cannot be checked: its proxy does not respond",
    "checks_paused": "Checks of {marketplace} are paused by an operator",
    "looks_overdue": "No source at {marketplace} was seen for too long",
    "withdrawals_behind": "Withdrawals reach Amazon too late[ ({withdrawals} are waiting)]",
    "broker_unreachable": "The message broker cannot be reached: no work gets to the workers",
    "database_slow": "The database is slow: {took_seconds} s for a short query",
    "database_unreachable": "The database cannot be reached",
    "operator_silent": "Nobody looks after the worker pools",
    "state_unknown": "It is not known whether the system works: nobody has measured it",
}
