"""What became of a quantity that was sent to Amazon."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class AmazonRefused(Reason):
    """Amazon answered with an error; `text` is Amazon's own, with its code."""

    text: str


@dataclass(frozen=True, slots=True)
class AmazonUnreachable(Reason):
    """No usable answer came: what Amazon did with the quantity is not known. `text` is what happened instead."""

    text: str


@dataclass(frozen=True, slots=True)
class NotShown(Reason):
    """Amazon accepted the quantity and shows another; None: no quantity at all."""

    shown: int | None = None


@dataclass(frozen=True, slots=True)
class NewerQuantity(Reason):
    """The listing has changed since this feed was sent, and the newer quantity goes out after it."""


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
    """The report names an error of the feed as a whole; `text` is Amazon's own."""

    text: str


@dataclass(frozen=True, slots=True)
class FeedIncomplete(Reason):
    """The report counts fewer messages than were sent."""

    processed: int
    sent: int
