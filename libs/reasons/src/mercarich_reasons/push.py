"""What became of a quantity that was sent to Amazon.

`text` is what Amazon said in its own words, or a technical name such as `HTTP 503`, and `issue` the code that Amazon
gave the first problem it named; no sentence of ours is in them.
"""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class AmazonRefused(Reason):
    """Amazon does not take the content."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class UnknownSku(Reason):
    """Amazon does not know the SKU."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class AmazonUnreachable(Reason):
    """No usable answer came: what Amazon did with the quantity is not known."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class NotShown(Reason):
    """Amazon accepted the quantity and shows another; None: no quantity at all."""

    shown: int | None = None


@dataclass(frozen=True, slots=True)
class NewerQuantity(Reason):
    """The listing has changed since this feed was sent, and the newer quantity goes out after it."""


@dataclass(frozen=True, slots=True)
class FeedNotSent(Reason):
    """The feed was not handed in."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class FeedNeverArrived(Reason):
    """Whoever handed the feed in heard no answer, and Amazon lists no such feed."""


@dataclass(frozen=True, slots=True)
class FeedNotFollowed(Reason):
    """What becomes of the feed cannot be learnt, so nothing waits for it any more."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class FeedStuck(Reason):
    """The feed stays in one processing status for too long, so nothing waits for it any more."""

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
    """Amazon says that the feed is done, and gives no report of it."""


@dataclass(frozen=True, slots=True)
class FeedRefused(Reason):
    """The report names an error of the feed as a whole."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class FeedIncomplete(Reason):
    """The report counts fewer messages than were sent."""

    processed: int
    sent: int
