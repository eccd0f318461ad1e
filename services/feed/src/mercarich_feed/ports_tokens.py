"""The interfaces to sellers' accounts at Amazon: their stored tokens, and the way by which one is linked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mercarich_contracts.linking import Outcome as Linking
from mercarich_feed.domain.pushes import Account
from mercarich_feed.domain.tokens import TokensChecked, Verdict


class UnreadableToken(Exception):
    """The stored token cannot be decrypted with our key. The text says why and holds no secret."""

    def __init__(self, reason: str, sealed: str) -> None:
        super().__init__(reason)
        self.sealed = sealed
        """The token as stored, for a verdict on exactly this one."""


class TokenBook(Protocol):
    """The sellers' stored tokens and the verdicts on them."""

    def sellers(self, usernames: Sequence[str]) -> Sequence[tuple[int, str]]:
        """Return id and name of sellers who have an account; empty `usernames` means all."""

    def account(self, user_id: int) -> Account:
        """Return the account with its token. Raises `UnreadableToken`."""

    def store(self, user_id: int, sealed: str, verdict: Verdict, reason: str | None) -> bool:
        """Store the verdict on the token stored as `sealed`; return False if it was replaced, and store nothing."""

    def exposed(self, user_id: int) -> int:
        """Count the seller's withdrawals that Amazon does not have yet."""

    def begin(self) -> int:
        """Record that a check began; return its id."""

    def end(self, check_id: int, checked: TokensChecked) -> None: ...


class Links(Protocol):
    """Sellers on their way to Amazon's consent page, and the accounts that they come back with."""

    def take(self, state_hash: str, session_hash: str, now: datetime) -> int | Linking:
        """Use up the state and return the seller whom this session sent with it, else the reason to refuse."""

    def link(self, account: Account, now: datetime, address: str, agent: str) -> bool:
        """Store the account with its token sealed; return False if another account has the seller's listings.

        `address` and `agent` (User-Agent) are those of the seller's browser, for the audit log.
        """
