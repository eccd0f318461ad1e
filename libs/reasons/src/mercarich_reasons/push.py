"""Results of pushing a quantity to Amazon, and what happens to it there.

`text` is Amazon's own message, or a technical name such as `HTTP 503`. `issue` is Amazon's code of the first problem.
Neither contains a sentence of ours.
"""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class AmazonRefused(Reason):
    """Amazon refuses the content."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class UnknownSku(Reason):
    """Amazon does not know the SKU."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class AmazonUnreachable(Reason):
    """There was no usable answer: it is unknown what Amazon did with the quantity."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class NotShown(Reason):
    """Amazon accepted the quantity but shows another; None: no quantity at all."""

    shown: int | None = None


@dataclass(frozen=True, slots=True)
class ComesBack(NotShown):
    """As `NotShown`, of a zero that Amazon has shown in between: something puts the offer up again and again."""


@dataclass(frozen=True, slots=True)
class ChangedAtAmazon(Reason):
    """Amazon shows another quantity than before: a buyer took some, or the seller changed it there."""

    shown: int


@dataclass(frozen=True, slots=True)
class OrdersForbidden(Reason):
    """Amazon does not show the seller's orders: the application or the authorisation lacks the role."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class OrderedAtAmazon(Reason):
    """A buyer ordered some of the offer. `order_id` is Amazon's."""

    order_id: str
    quantity: int
    left: int | None = None
    """Of a paused offer: the pieces that are left. None: nothing is left, or Amazon is to show how many."""


@dataclass(frozen=True, slots=True)
class NotForSale(Reason):
    """Amazon has the quantity but does not sell the offer: an issue of severity ERROR, or a status without BUYABLE."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class CameBack(Reason):
    """Amazon shows an offer that was deleted here; it gets a zero."""

    shown: int


@dataclass(frozen=True, slots=True)
class CameBackAgain(Reason):
    """Amazon shows a deleted offer again soon after its zero, as if somebody wants it up: it is left as it is."""

    shown: int


@dataclass(frozen=True, slots=True)
class NewerQuantity(Reason):
    """The listing has changed since this feed was sent; the newer quantity is pushed after it."""


@dataclass(frozen=True, slots=True)
class FeedNotSent(Reason):
    """The feed was not submitted."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class FeedNeverArrived(Reason):
    """The submission of the feed got no answer, and Amazon does not list the feed."""


@dataclass(frozen=True, slots=True)
class FeedNotFollowed(Reason):
    """The state of the feed cannot be read, so it is no longer waited for."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class FeedStuck(Reason):
    """The feed has had the same processing status for too long, so it is no longer waited for."""

    state: str


@dataclass(frozen=True, slots=True)
class FeedForgotten(Reason):
    """Amazon no longer knows the feed."""


@dataclass(frozen=True, slots=True)
class FeedEndedAs(Reason):
    """Amazon ended the feed without processing it; `state` is its processing status."""

    state: str


@dataclass(frozen=True, slots=True)
class FeedWithoutReport(Reason):
    """The feed is done according to Amazon, but has no report."""


@dataclass(frozen=True, slots=True)
class FeedRefused(Reason):
    """The report names an error of the feed as a whole."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class FeedIncomplete(Reason):
    """The report counts fewer messages than were sent, or more invalid ones than it names (not in `processed`)."""

    processed: int
    sent: int
