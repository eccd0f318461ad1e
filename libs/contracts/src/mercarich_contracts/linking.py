"""How a seller's Amazon account is linked: web sends the browser to Amazon's consent page, feed takes it back.

SP-API, "Website authorization workflow": the consent page is asked with `application_id` and `state`, and sends the
browser to our redirect URI with `state`, `selling_partner_id` and `spapi_oauth_code`, which lives for five minutes.
"""

import hashlib
from datetime import timedelta
from enum import StrEnum

CALLBACK_PATH = "/amazon/linked"
"""Of feed's, below the pages' host: where Amazon sends the browser."""
PAGE_PATH = "/amazon"
"""Of web's: where feed sends it on to, with the outcome in the query."""
OUTCOME = "outcome"
VALID_FOR = timedelta(minutes=10)
"""From our page over the sign-in at Amazon and back."""


class Outcome(StrEnum):
    LINKED = "linked"
    DENIED = "denied"
    """The seller did not consent."""
    STRANGE = "strange"
    """Nothing of ours: the state was never given out, or to another session."""
    USED = "used"
    """The state came a second time."""
    EXPIRED = "expired"
    REFUSED = "refused"
    """Amazon does not take the code."""
    OTHER_SELLER = "other_seller"
    """Another Amazon account than the one that has the seller's listings."""
    AWAY = "away"
    """Amazon, or the application's registration there, does not work now."""


def hashed(secret: str) -> str:
    """As the database holds a state, and the token of a session."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def session_cookie(*, https: bool) -> str:
    """The name of the pages' session cookie, which comes to feed, too, since both have one host."""
    return "__Host-mercarich" if https else "mercarich"
