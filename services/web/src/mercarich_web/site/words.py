"""The words for codes of the system, in English for the catalogues; templates translate them."""

from collections.abc import Mapping
from urllib.parse import unquote

from mercarich_web.site.languages import N_

MARKETPLACES: Mapping[str, str] = {"yahoo": N_("Yahoo! Auctions"), "mercari": N_("Mercari")}

ROLES: Mapping[str, str] = {"seller": N_("Seller"), "operator": N_("Operator")}

NOTICES: Mapping[str, str] = {
    "signed_out": N_("You are signed out."),
    "password_changed": N_("Your password is changed; all other sessions are ended."),
    "sessions_ended": N_("All other sessions are ended."),
    "language_changed": N_("The language is changed."),
}
"""What a page says once after something was done; `%(about)s` is what it was done to."""


def notice(cookie: str) -> tuple[str, str]:
    """The sentence and what it is about; two empty texts for a cookie that is none of ours."""
    code, _, about = unquote(cookie).partition(" ")
    return NOTICES.get(code, ""), about[:80]


WEAK_PASSWORDS: Mapping[str, str] = {
    "short": N_("A password needs 12 characters at least."),
    "long": N_("A password may have 128 characters at most."),
    "common": N_("This password is in lists that guessers begin with."),
    "named": N_("A password must not hold your name or the service's."),
}
