"""A feed of Amazon: its document, its states, and what its report means for each SKU."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mercarich_feed.domain.answers import said
from mercarich_feed.domain.pushes import Offer, availability_patches
from mercarich_reasons.push import AmazonRefused, FeedIncomplete, FeedRefused, UnknownSku
from mercarich_reasons.reason import Reason

FEED_MESSAGES = 25_000
"""The official feed schema's maxItems."""
UNKNOWN_SKU = "13013"
"""Issue code in a report: Amazon does not know the SKU."""


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """A submission that has not ended; `feed_id` is None while Amazon may or may not have it."""

    id: int
    feed_id: str | None
    created_at: datetime
    bypassed: bool


class FeedState(StrEnum):
    """The processing status of a feed."""

    IN_QUEUE = "in_queue"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"
    FATAL = "fatal"

    @property
    def ended(self) -> bool:
        return self in (FeedState.DONE, FeedState.CANCELLED, FeedState.FATAL)


@dataclass(frozen=True, slots=True)
class FeedEnd:
    """How a feed ended. `problems` maps refused SKUs to the reason; if it was processed, all others were accepted."""

    state: FeedState
    problems: Mapping[str, Reason]
    note: Reason | None = None
    """Why the feed as a whole was not processed."""

    @property
    def processed(self) -> bool:
        return self.state is FeedState.DONE and self.note is None


def feed_document(seller_id: str, offers: Sequence[Offer]) -> dict[str, Any]:
    """Return a JSON_LISTINGS_FEED (listings-feed-schema-v2) in which message N is `offers[N - 1]`."""
    messages = [
        {
            "messageId": number,
            "sku": offer.sku,
            "operationType": "PATCH",
            "productType": "PRODUCT",
            "patches": availability_patches(offer.quantity, offer.lead_time_days),
        }
        for number, offer in enumerate(offers, start=1)
    ]
    return {"header": {"sellerId": seller_id, "version": "2.0", "issueLocale": "ja_JP"}, "messages": messages}


def read_report(report: Mapping[str, Any], skus: Sequence[str]) -> FeedEnd:
    """Return the end of a feed from its processing report. `skus` are in message order.

    DONE alone is no success: issues of severity ERROR name the refused messages. An error without a message id, or a
    summary that counts fewer messages than were sent, or more invalid ones than issues name, means that the feed as a
    whole was not processed: nothing is known of the others.
    """
    problems: dict[str, Reason] = {}
    for issue in _errors(report):
        number = _number(issue.get("messageId"))
        sku = issue.get("sku") or (skus[number - 1] if 1 <= number <= len(skus) else None)
        words = said([issue])
        if sku is None:
            return FeedEnd(FeedState.DONE, {}, FeedRefused(words.text, words.issue))
        refusal = UnknownSku if words.issue == UNKNOWN_SKU else AmazonRefused
        problems.setdefault(str(sku), refusal(words.text, words.issue))
    summary = report.get("summary") or {}
    unnamed = max(summary.get("messagesInvalid", 0) - len(problems), 0)
    processed = summary.get("messagesProcessed", len(skus)) - unnamed
    if processed < len(skus):
        return FeedEnd(FeedState.DONE, {}, FeedIncomplete(processed, len(skus)))
    return FeedEnd(FeedState.DONE, problems)


def _number(message_id: object) -> int:
    """Return the number of a message, also when it comes as a text; 0 when there is none."""
    text = str(message_id)
    return int(text) if text.isdecimal() else 0


def _errors(report: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return [issue for issue in report.get("issues") or () if issue.get("severity") == "ERROR"]
