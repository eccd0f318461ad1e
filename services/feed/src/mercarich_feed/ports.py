"""What the use cases need from outside, in their own words. The troubles they must expect: `domain.answers`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mercarich_contracts.linking import Outcome as Linking
from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.answers import AmazonTrouble, Answer
from mercarich_feed.domain.feeds import FeedEnd, FeedState, OpenFeed
from mercarich_feed.domain.pushes import Account, Offer, Outcome, Pushed
from mercarich_feed.domain.tokens import TokensChecked, Verdict
from mercarich_reasons.reason import Reason

Answers = Callable[[Callable[[], None]], list[Answer]]
"""Waits for the answers that are still under way, and calls what it is given every few seconds until they are there."""


class Amazon(Protocol):
    """The Selling Partner API. Every method but the first two raises `AmazonTrouble`."""

    def set_quantities(self, account: Account, offers: Sequence[Offer]) -> Answers:
        """Patch each offer to its quantity, side by side, as fast as the seller's quota allows.

        Returns when all are sent, so that the next ones can be made ready; the answers are fetched later.
        """

    def shown_quantities(self, account: Account, offers: Sequence[Offer]) -> list[Answer]:
        """Read what Amazon shows for each offer."""

    def remove(self, account: Account, offers: Sequence[Offer]) -> list[Answer]:
        """Delete each listing; `Missing` is one that is not there."""

    def authorize(self, account: Account) -> None:
        """Have an access token, from the cache if it lives."""

    def upload(self, account: Account, document: Mapping[str, Any]) -> str:
        """Store a feed document and answer its id. Has no effect on any offer."""

    def create_feed(self, account: Account, document_id: str) -> str:
        """Hand the document in and answer the feed's id. After `Transient` the feed may exist."""

    def feed(self, account: Account, feed_id: str) -> tuple[FeedState, str | None]:
        """The feed's state and its report's document id."""

    def cancel_feed(self, account: Account, feed_id: str) -> None:
        """Ask for a queued feed to be dropped; `ContentRefused` when it is too late."""

    def report(self, account: Account, document_id: str) -> Mapping[str, Any]:
        """Download a processing report."""

    def feeds_since(self, account: Account, since: datetime) -> list[str]:
        """Ids of the seller's listings feeds created since then, oldest first."""


class Accounts(Protocol):
    def pushable(self, user_id: int) -> Account | None:
        """The seller's account, unless there is none or its token was refused a short while ago."""

    def refused(self, account: Account, reason: str) -> None:
        """Store the verdict `invalid`, unless another token is stored by now."""

    def works(self, account: Account) -> None:
        """Store the verdict `valid`, unless another token is stored by now."""


class Listings(Protocol):
    def withdrawals_waiting(self, user_id: int, *, under_way: bool = False) -> int:
        """Withdrawals that could go out now: not deferred, not in an open feed; claimed ones only if `under_way`."""

    def claim_withdrawals(self, user_id: int, limit: int) -> tuple[str, list[Offer]]:
        """Take some for half a minute, each at its newest revision; the claim's name, and what was taken."""

    def restores_waiting(self, user_id: int, marketplace: Marketplace | None, *, at_most: int) -> int:
        """Restores that could go out now: neither deferred, claimed nor in an open feed, at whatever revision, their
        source just seen. Counted no further than `at_most`."""

    def claim_restores(self, user_id: int, marketplace: Marketplace | None, limit: int) -> tuple[str, list[Offer]]:
        """As `claim_withdrawals`, of those; what failed before comes last."""

    def renew(self, claims: Sequence[str]) -> None:
        """Take what is still claimed by these names for half a minute from now, if the database is there."""

    def settle(self, claim: str, pushed: Sequence[Pushed]) -> None:
        """Write the outcomes of what is still claimed by this name, in one transaction. A restore that has lost its
        claim may have gone over a newer push: that goes out again."""

    def unverified_zeros(self, user_id: int, limit: int) -> tuple[list[Offer], bool]:
        """Zeros that Amazon accepted at least a second ago and that were not read back; whether there are more."""

    def read_back(self, answers: Sequence[Answer]) -> None:
        """What is shown as it was pushed is verified; another quantity is pushed again, none is looked up again, both
        after a growing wait that only a verified push ends; an unknown SKU is an orphan. A restore that could not be
        read is left as accepted."""


class Removals(Protocol):
    """Listings that a deletion has left to us, to be deleted at Amazon."""

    def claim(self, user_id: int, limit: int) -> list[Offer]:
        """Take some for a minute; one that is listed again, or of which a push is pending, is none of them."""

    def accepted(self, answers: Sequence[Answer]) -> None:
        """Amazon has them no longer: their rows may go."""

    def put_off(self, answers: Sequence[Answer]) -> None:
        """Tried again after a growing wait."""

    def release(self, answers: Sequence[Answer]) -> None:
        """Amazon was not reached: tried again as soon as it works."""


class Submissions(Protocol):
    def is_open(self, user_id: int) -> bool:
        """A feed of the seller is open and waited for."""

    def begin(
        self, user_id: int, *, withdrawals: bool, marketplace: Marketplace | None, limit: int
    ) -> tuple[int, list[Offer]] | None:
        """Write the row and items of a new feed; None when one is open, or nothing waits."""

    def created(self, submission_id: int, document_id: str | None, feed_id: str, next_poll_at: datetime) -> None:
        """Amazon has it, whatever was thought of it in the meantime."""

    def abandon(self, submission_id: int, problem: Reason) -> None:
        """Amazon never got it: its items wait again."""

    def due(self, user_id: int) -> list[OpenFeed]:
        """Open feeds whose next look is due, and beginnings that were left alone."""

    def known_feeds(self, user_id: int) -> frozenset[str]:
        """Ids of all feeds of the seller that have a row."""

    def looked(self, submission_id: int, state: FeedState, next_poll_at: datetime) -> None: ...

    def bypass(self, submission_id: int, problem: Reason, next_poll_at: datetime) -> None:
        """Stop waiting for it: its items wait again, its end is still looked for."""

    def skus(self, submission_id: int) -> list[str]:
        """In message order."""

    def end(self, submission_id: int, end: FeedEnd) -> tuple[int, int]:
        """Apply the end to each item, in steps that can be repeated; accepted and rejected.

        What moved on since the feed was made is pushed again, because a late feed may have overwritten it.
        """

    def trusted(self, user_id: int) -> bool:
        """No feed of the seller failed in the last hour."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a seller waits for; `pushable` says whether his account can be used."""

    user_id: int
    username: str
    withdrawals: int
    restores: int
    pushable: bool


class Sellers(Protocol):
    def waiting(self, marketplace: Marketplace, usernames: Sequence[str]) -> list[Waiting]:
        """Sellers with something that could go out now; empty `usernames` means all."""

    def unknown(self, usernames: Sequence[str]) -> list[str]:
        """Those of the names that nobody has."""


class Numbers(Protocol):
    """The settings that people change while the system runs."""

    def patch_lane_listings(self) -> int: ...

    def feed_poll_seconds(self) -> int: ...

    def feed_stuck_seconds(self) -> int: ...


class Meter(Protocol):
    """Counts for the dashboards."""

    def pushed(self, lane: str, outcome: Outcome, count: int = 1) -> None: ...

    def delivered_after(self, seconds: float) -> None: ...

    def trouble(self, trouble: AmazonTrouble) -> None: ...


class UnreadableToken(Exception):
    """The stored token cannot be opened with our key; the text says why and holds no secret."""

    def __init__(self, reason: str, sealed: str) -> None:
        super().__init__(reason)
        self.sealed = sealed
        """What is stored: a verdict is about this."""


class TokenBook(Protocol):
    """What is stored of the sellers' tokens."""

    def sellers(self, usernames: Sequence[str]) -> Sequence[tuple[int, str]]:
        """Id and name of those who sell and have an account; empty `usernames` means all."""

    def account(self, user_id: int) -> Account:
        """Raises `UnreadableToken`."""

    def store(self, user_id: int, sealed: str, verdict: Verdict, reason: str | None) -> bool:
        """Of the token that is stored as `sealed`; False: another one is by now, and nothing is written."""

    def exposed(self, user_id: int) -> int:
        """Withdrawals that Amazon does not have."""

    def begin(self) -> int:
        """Take note that a check began; its id."""

    def end(self, check_id: int, checked: TokensChecked) -> None: ...


class Links(Protocol):
    """Sellers on their way to Amazon's consent page, and the accounts that they come back with."""

    def take(self, state_hash: str, session_hash: str, now: datetime) -> int | Linking:
        """The seller who was sent with this state, by this session; from then on it is used. Else why nobody was."""

    def link(self, account: Account, now: datetime) -> bool:
        """Store the account with its token sealed; not in place of another that has the seller's listings."""
