"""Link a seller's Amazon account: use the state once, exchange the code for a token, store the token sealed."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from mercarich_contracts.linking import Outcome, hashed
from mercarich_feed.domain.answers import AmazonTrouble, TokenRevoked
from mercarich_feed.domain.linking import Callback
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports_tokens import Links
from mercarich_platform.clock import Clock

log = logging.getLogger(__name__)

_SELLER_ID = re.compile(r"[A-Z0-9]{5,32}")


@dataclass(frozen=True, slots=True)
class LinkAccount:
    """Raises `DatabaseAway`."""

    links: Links
    exchange: Callable[[str], str]
    """Exchange a code for a refresh token. Raises `AmazonTrouble`."""
    marketplace_id: str
    now: Clock

    def __call__(self, came: Callback) -> Outcome:
        taken = self.links.take(hashed(came.state), hashed(came.session), self.now())
        if isinstance(taken, Outcome):
            log.warning("a return from Amazon links no account", extra={"outcome": taken})
            return taken
        outcome = self._link(taken, came)
        log.info("a seller came back from Amazon", extra={"user_id": taken, "outcome": outcome})
        return outcome

    def _link(self, user_id: int, came: Callback) -> Outcome:
        if came.denied:
            return Outcome.DENIED
        if not came.code or not _SELLER_ID.fullmatch(came.seller_id):
            return Outcome.REFUSED
        try:
            token = self.exchange(came.code)
        except TokenRevoked as trouble:
            log.warning("Amazon refused an authorisation code", extra={"user_id": user_id, "reason": str(trouble)})
            return Outcome.REFUSED
        except AmazonTrouble as trouble:
            log.warning("a code could not be exchanged", extra={"user_id": user_id, "reason": str(trouble)})
            return Outcome.AWAY
        account = Account(user_id, came.seller_id, self.marketplace_id, token, trusted=True)
        linked = self.links.link(account, self.now(), came.address, came.agent)
        return Outcome.LINKED if linked else Outcome.OTHER_SELLER
