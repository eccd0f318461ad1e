"""Linking a seller's Amazon account: web sends the browser to Amazon's consent page, feed handles the callback.

SP-API, "Website authorization workflow": the consent page gets `application_id` and `state`, and redirects the browser
to our redirect URI with `state`, `selling_partner_id` and `spapi_oauth_code`, which is valid for five minutes.
"""

import hashlib
from datetime import timedelta
from enum import StrEnum

CALLBACK_PATH = "/amazon/linked"
"""Path of feed's callback, on the pages' host: Amazon redirects the browser to it."""
PAGE_PATH = "/amazon"
"""Path of web's page that feed redirects to, with the outcome in the query."""
OUTCOME = "outcome"
VALID_FOR = timedelta(minutes=10)
"""Time limit from our page through the sign-in at Amazon and back."""


class Outcome(StrEnum):
    LINKED = "linked"
    DENIED = "denied"
    """The seller did not consent."""
    STRANGE = "strange"
    """The state was never issued by us, or was issued to another session."""
    USED = "used"
    """The state was used before."""
    EXPIRED = "expired"
    REFUSED = "refused"
    """Amazon refuses the code."""
    OTHER_SELLER = "other_seller"
    """A different Amazon account than the one with the seller's listings."""
    AWAY = "away"
    """Amazon is away, or the application's registration there does not work now."""


def hashed(secret: str) -> str:
    """Return the hash under which the database stores a state or a session's token."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def session_cookie(*, https: bool) -> str:
    """Return the name of the pages' session cookie. Feed gets it, too, since both are on one host."""
    return "__Host-mercarich" if https else "mercarich"
