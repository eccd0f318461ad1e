"""The check of all sellers' tokens, spread over time. A failure of our own credentials ends it and judges no seller."""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mercarich_feed.domain.answers import AmazonTrouble, AppCredentials, TokenRevoked
from mercarich_feed.domain.pushes import Account
from mercarich_feed.domain.tokens import Judged, TokensChecked, Verdict
from mercarich_feed.ports_tokens import TokenBook, UnreadableToken
from mercarich_platform.clock import Monotonic

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CheckTokens:
    """Raises `DatabaseAway`."""

    book: TokenBook
    prove: Callable[[Account], None]
    """Use the token once. Raises `AmazonTrouble`."""
    now: Monotonic
    sleep: Callable[[float], None]
    gap_seconds: float
    """Average pause between two sellers."""

    def __call__(self, usernames: Sequence[str] = ()) -> TokensChecked:
        sellers = self.book.sellers(usernames)
        check_id = self.book.begin()
        checked, started = TokensChecked(), self.now()
        for number, (user_id, username) in enumerate(sellers):
            due = started + (number + random.random()) * self.gap_seconds
            self.sleep(max(0.0, due - self.now()))
            try:
                checked.judged.append(self._judge(user_id, username))
            except AppCredentials as trouble:
                checked.problem = str(trouble)
                checked.unreached = [name for _, name in sellers[number:]]
                log.critical("Amazon refuses the application's credentials", extra={"reason": str(trouble)})
                break
        self.book.end(check_id, checked)
        return checked

    def _judge(self, user_id: int, username: str) -> Judged:
        sealed, verdict, reason = self._ask(user_id)
        if verdict is not Verdict.UNKNOWN and not self.book.store(user_id, sealed, verdict, reason):
            verdict, reason = Verdict.UNKNOWN, "another token was stored meanwhile"
        exposed = self.book.exposed(user_id) if verdict is Verdict.INVALID else 0
        if verdict is not Verdict.VALID:
            facts = {
                "user_id": user_id,
                "username": username,
                "verdict": verdict,
                "reason": reason,
                "exposed": exposed,
            }
            log.warning("a seller's token is not valid", extra=facts)
        return Judged(username, verdict, reason, exposed)

    def _ask(self, user_id: int) -> tuple[str, Verdict, str | None]:
        """Return the token as stored (sealed), the verdict on it, and why it is not valid."""
        try:
            account = self.book.account(user_id)
        except UnreadableToken as error:
            return error.sealed, Verdict.INVALID, str(error)
        try:
            self.prove(account)
        except TokenRevoked as trouble:
            return account.sealed, Verdict.INVALID, str(trouble)
        except AppCredentials:
            raise
        except AmazonTrouble as trouble:
            return account.sealed, Verdict.UNKNOWN, f"{type(trouble).__name__}: {trouble}"
        return account.sealed, Verdict.VALID, None
