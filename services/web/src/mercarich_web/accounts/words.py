"""The words of accounts and keys, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_web.identity.keys import Scope
from mercarich_web.site.languages import N_

ROLES: Mapping[str, str] = {"seller": N_("Seller"), "operator": N_("Operator")}

SCOPES: Mapping[str, str] = {
    Scope.LISTINGS_READ: N_("Read listings"),
    Scope.LISTINGS_WRITE: N_("Withdraw listings, put them up, decide on replacements"),
    Scope.JOBS_READ: N_("Read imports and searches"),
    Scope.JOBS_WRITE: N_("Start and stop imports and searches"),
}
"""The scopes of an API key."""

WEAK_PASSWORDS: Mapping[str, str] = {
    "short": N_("A password needs 12 characters at least."),
    "long": N_("A password may have 128 characters at most."),
    "common": N_("Guessers try this first: common words, keys in a row and repetitions. Add words of your own."),
    "named": N_("A password must not contain your name or the service's."),
}
