"""The interfaces that the use cases need from outside. The troubles they must expect are in `domain.answers`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.answers import AmazonTrouble, Answer
from mercarich_feed.domain.feeds import FeedEnd, FeedState, OpenFeed
from mercarich_feed.domain.fees import FeeResult, Priced
from mercarich_feed.domain.orders import OrderItem, OrderPage, Period
from mercarich_feed.domain.pushes import Account, Offer, Outcome, Pushed
from mercarich_listings.removed import Found
from mercarich_reasons.reason import Reason

Answers = Callable[[Callable[[], None]], list[Answer]]
"""Wait for the pending responses and return them; call the given function every few seconds until all are there."""


class Amazon(Protocol):
    """The Selling Partner API. Every method but the first three raises `AmazonTrouble`.

    In what the first three return, a 403 that concerns a single SKU is `ContentRefused`.
    """

    def set_quantities(self, account: Account, offers: Sequence[Offer]) -> Answers:
        """Patch each offer to its quantity, concurrently, as fast as the seller's quota allows.

        Before a quantity above 0, look at what Amazon shows (`pushes.to_send`, `PerhapsSold`).

        Return once all are sent, so that the caller can prepare the next ones; the result collects the responses later.
        """

    def shown(self, account: Account, offers: Sequence[Offer], *, deleted: bool = False) -> list[Answer]:
        """Read what Amazon shows for each offer.

        Those that a search does not find are asked for singly, unless they are `deleted`: most of these do not exist,
        and get the trouble `Missing` at once.
        """

    def remove(self, account: Account, offers: Sequence[Offer]) -> list[Answer]:
        """Delete each listing. A listing that does not exist gets the trouble `Missing`."""

    def authorize(self, account: Account) -> None:
        """Get an access token, from the cache while it is valid."""

    def upload(self, account: Account, document: Mapping[str, Any]) -> str:
        """Store a feed document and return its id. Has no effect on any offer."""

    def create_feed(self, account: Account, document_id: str) -> str:
        """Submit the document and return the feed's id. After `Transient` the feed may exist."""

    def feed(self, account: Account, feed_id: str) -> tuple[FeedState, str | None]:
        """Return the feed's state and the document id of its report, if there is one."""

    def cancel_feed(self, account: Account, feed_id: str) -> None:
        """Ask Amazon to drop a queued feed. Raises `ContentRefused` when it is too late."""

    def report(self, account: Account, document_id: str) -> Mapping[str, Any]:
        """Download a processing report."""

    def orders(self, account: Account, period: Period, token: str | None = None) -> OrderPage:
        """Return a page of the orders that were made or changed in the period; `token` is of the page before."""

    def order(self, account: Account, order_id: str) -> Sequence[OrderItem]:
        """Return the items of an order that the seller is to ship in this marketplace; of any other order none."""

    def fees(self, account: Account, offers: Sequence[Priced]) -> Sequence[FeeResult]:
        """Ask what Amazon would keep of a sale of each offer at its price; at most `fees.BATCH` of them.

        Raises `ContentRefused` where an offer spoils the request, which may be any of them.
        """

    def feeds_since(self, account: Account, since: datetime) -> list[str]:
        """Return ids of the seller's listings feeds created since then, oldest first."""


class Accounts(Protocol):
    def pushable(self, user_id: int) -> Account | None:
        """Return the seller's account; None when there is none or its token was refused a short while ago."""

    def refused(self, account: Account, reason: str) -> None:
        """Store the verdict `invalid`, unless the token was replaced meanwhile."""

    def works(self, account: Account) -> None:
        """Store the verdict `valid`, unless the token was replaced meanwhile."""


class Listings(Protocol):
    def withdrawals_waiting(self, user_id: int, *, under_way: bool = False) -> int:
        """Count withdrawals that could go out now: not deferred, not in an open feed; claimed ones if `under_way`."""

    def claim_withdrawals(self, user_id: int, limit: int) -> tuple[str, list[Offer]]:
        """Claim some for half a minute, each at its newest revision; return the claim's name and the offers."""

    def restores_waiting(
        self, user_id: int, marketplace: Marketplace | None, *, at_most: int, by_feed: bool | None = None
    ) -> int:
        """Count restores that could go out now, up to `at_most`; with `by_feed`, those that may or may not go by feed.

        They are neither deferred, claimed nor in an open feed, and their source was seen available just now. By feed go
        those that Amazon cannot show yet: a feed looks at nothing first.
        """

    def restores_held_up(self, user_id: int, marketplace: Marketplace | None) -> bool:
        """Return whether a restore waits for the end of what was sent of it before: a PATCH, or an open feed."""

    def claim_restores(self, user_id: int, marketplace: Marketplace | None, limit: int) -> tuple[str, list[Offer]]:
        """Claim restores as `claim_withdrawals` does; those that failed before come last."""

    def renew(self, claims: Sequence[str]) -> None:
        """Extend these claims to half a minute from now; do nothing while the database is away."""

    def settle(self, claim: str, pushed: Sequence[Pushed]) -> None:
        """Store the outcomes of the offers still under this claim, in one transaction.

        A restore that lost its claim may have overwritten a newer push, which is then pushed again.
        """

    def to_read(self, user_id: int, limit: int) -> tuple[list[Offer], float | None]:
        """Return offers whose read is due, or none and the seconds until one is (None: there is none)."""

    def read_back(self, answers: Sequence[Answer]) -> None:
        """Store what Amazon shows (`mercarich_listings.read_back`): a listing follows, or is pushed again; an unknown
        SKU is an orphan.
        """


class Reads(Protocol):
    """Reads of many offers that a person asks for, deleted ones included. Empty `usernames` or `skus` mean all."""

    def ask(self, usernames: Sequence[str], skus: Sequence[str], at: datetime) -> int:
        """Have the offers read by that time, zeros first; return how many there are."""

    def left(self, usernames: Sequence[str], skus: Sequence[str], at: datetime) -> int:
        """Count the offers that were to be read by then and were not."""

    def events(self, usernames: Sequence[str], since: datetime, kinds: Sequence[EventKind]) -> Mapping[EventKind, int]:
        """Count the sellers' events of these kinds since then; a kind without any is left out."""

    def came_back(self, usernames: Sequence[str], since: datetime) -> int:
        """Count the sellers' deleted offers that Amazon was found to show again since then."""


class Removals(Protocol):
    """Listings that were deleted here and are still to be deleted at Amazon."""

    def claim(self, user_id: int, limit: int) -> list[Offer]:
        """Claim some for a minute, except those that are listed again or have a pending push."""

    def accepted(self, answers: Sequence[Answer]) -> None:
        """Mark them as deleted at Amazon, so that their rows may be deleted."""

    def asked(self, answers: Sequence[Answer]) -> None:
        """Have Amazon asked soon, after a wait that grows, whether it still has them."""

    def put_off(self, answers: Sequence[Answer]) -> None:
        """Have them tried again after a growing wait."""

    def release(self, answers: Sequence[Answer]) -> None:
        """Have them tried again as soon as Amazon can be reached."""


class Watch(Protocol):
    """Offers that were deleted here and that Amazon may show again."""

    def due(self, account: Account, limit: int) -> list[Offer]:
        """Return offers whose read is due, of an active seller's store. Rows of another store wait until it is linked
        again."""

    def read(self, account: Account, answers: Sequence[Answer]) -> Mapping[str, Found]:
        """Store what Amazon shows; return by SKU what becomes of it, without those that are in the books again.

        The caller sends the zeros; one that is never sent is found missing by the next read.
        """

    def settle(self, account: Account, answers: Sequence[Answer], found: Mapping[str, Found]) -> None:
        """Store which zeros Amazon refused, and which never left; `found` is what `read` returned.

        What became an offer in the books meanwhile is pushed again.
        """


class Orders(Protocol):
    """The orders of sellers, and how far each store's are read."""

    def claim(self, account: Account) -> Period | None:
        """Return the period to be read now, which no other process reads; None: nothing is to be read yet."""

    def last_pieces(self, account: Account, items: Sequence[OrderItem]) -> list[Offer]:
        """Return the offers of which orders that are not known yet take the last piece, and that are at rest."""

    def save(self, account: Account, items: Sequence[OrderItem], shown: Sequence[Answer]) -> Sequence[timedelta]:
        """Store the orders and let their listings follow (`mercarich_listings.orders`), each order once.

        `shown`: what Amazon shows of `last_pieces`; it counts of those that have not changed since. Return how long ago
        each was placed that was not known, of those placed since orders are read.
        """

    def done(self, account: Account, until: datetime, *, more: bool) -> None:
        """Record that all orders up to then are stored; `more`: later ones are to be read at once."""

    def failed(self, account: Account, problem: Reason, again_after: timedelta) -> None:
        """Record why the orders could not be read; they are read again after that time."""


class Submissions(Protocol):
    def is_open(self, user_id: int) -> bool:
        """Return whether a feed of the seller is open and not bypassed."""

    def begin(
        self, user_id: int, *, withdrawals: bool, marketplace: Marketplace | None, limit: int
    ) -> tuple[int, list[Offer]] | None:
        """Insert a new feed and its items; return its id and offers, or None when one is open or nothing waits."""

    def created(self, submission_id: int, document_id: str | None, feed_id: str, next_poll_at: datetime) -> None:
        """Record that Amazon has the feed, even if it was abandoned or bypassed meanwhile."""

    def abandon(self, submission_id: int, problem: Reason) -> None:
        """Record that Amazon never got the feed; its items wait to be pushed again."""

    def due(self, user_id: int) -> list[OpenFeed]:
        """Return open feeds whose next poll is due, and feeds whose submission was interrupted."""

    def known_feeds(self, user_id: int) -> frozenset[str]:
        """Return the ids of all the seller's feeds that have a row."""

    def looked(self, submission_id: int, state: FeedState, next_poll_at: datetime) -> None: ...

    def bypass(self, submission_id: int, problem: Reason, next_poll_at: datetime) -> None:
        """Stop waiting for the feed: its items wait to be pushed again. It is still polled until it ends."""

    def skus(self, submission_id: int) -> list[str]:
        """Return the feed's SKUs in message order."""

    def end(self, submission_id: int, end: FeedEnd) -> tuple[int, int]:
        """Apply the end to each item, in repeatable steps; return the numbers accepted and rejected.

        Items that changed after the feed was made are pushed again, because a late feed may have overwritten them.
        """

    def trusted(self, user_id: int) -> bool:
        """Return whether no feed of the seller failed in the last hour."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a seller has waiting; `pushable` is whether their account can be used."""

    user_id: int
    username: str
    withdrawals: int
    restores: int
    pushable: bool


class Sellers(Protocol):
    def waiting(self, marketplace: Marketplace, usernames: Sequence[str]) -> list[Waiting]:
        """Return sellers with something that could go out now; empty `usernames` means all."""

    def unknown(self, usernames: Sequence[str]) -> list[str]:
        """Return the names that no seller has."""


class Numbers(Protocol):
    """The settings that people change while the system runs."""

    def patch_lane_listings(self) -> int: ...

    def create_daily_listings(self) -> int: ...

    def feed_poll_seconds(self) -> int: ...

    def feed_stuck_seconds(self) -> int: ...


class Meter(Protocol):
    """Counts for the dashboards."""

    def pushed(self, lane: str, outcome: Outcome, count: int = 1) -> None: ...

    def delivered_after(self, seconds: float) -> None: ...

    def trouble(self, trouble: AmazonTrouble) -> None: ...

    def ordered(self, waits: Sequence[timedelta]) -> None:
        """Orders were read for the first time, so long after they were placed."""

    def came_back(self, *, zeroed: bool) -> None:
        """A deleted offer came back; `zeroed`: it gets a zero, else it is left as it is."""
