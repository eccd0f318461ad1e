"""Feeds: queued, processed, and ended on the market's clock. A feed takes effect when its processing ends."""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mercarich_simulator.amazon.attributes import Invalid, Write, of_attributes, of_patches
from mercarich_simulator.amazon.documents import Documents
from mercarich_simulator.amazon.offers import FEED, Offers, Push

MAX_MESSAGES = 25_000
KEPT_FINISHED = 500
"""Most finished feeds kept; the oldest are dropped first."""

IN_QUEUE, IN_PROGRESS, DONE, CANCELLED, FATAL = "IN_QUEUE", "IN_PROGRESS", "DONE", "CANCELLED", "FATAL"
OPEN = frozenset({IN_QUEUE, IN_PROGRESS})


@dataclass(slots=True)
class Feed:
    """One feed. Times are of the market's clock; None = never (a stuck feed)."""

    feed_id: str
    seller_id: str
    document_id: str
    created_at: float
    starts_at: float | None
    ends_at: float | None
    ending: str = DONE
    """The feed's status from `ends_at` on."""
    status: str = IN_QUEUE
    ended_at: float | None = None
    result_document_id: str | None = None


class Unusable(Exception):
    """The feed's document cannot be processed at all: the feed ends as FATAL."""


class Feeds:
    """All feeds of one simulator."""

    def __init__(
        self,
        offers: Offers,
        documents: Documents,
        spoiled: Callable[[str, str], str | None],
        gzip_reports: bool,
    ) -> None:
        self._offers = offers
        self._documents = documents
        self._spoiled = spoiled
        self._gzip = gzip_reports
        self.kept: dict[str, Feed] = {}
        self._open: dict[str, Feed] = {}
        self.last_number = 0

    def add(self, feed: Feed) -> None:
        self.kept[feed.feed_id] = feed
        if feed.status in OPEN:
            self._open[feed.feed_id] = feed
        if len(self.kept) > KEPT_FINISHED + len(self._open):
            del self.kept[next(name for name in self.kept if name not in self._open)]

    def new_id(self) -> str:
        """Return a new feed id in Amazon's form: twelve digits and a suffix."""
        self.last_number += 1
        return f"{50_000_000_000 + self.last_number}"

    def cancel(self, feed: Feed, now: float) -> bool:
        """Cancel a feed. Return False when its processing has begun already."""
        if feed.status != IN_QUEUE:
            return False
        feed.status, feed.ended_at = CANCELLED, now
        del self._open[feed.feed_id]
        return True

    def settle(self, now: float) -> None:
        """Process every feed up to `now`, in the order in which the feeds end."""
        if not self._open:
            return
        for feed in sorted(self._open.values(), key=lambda feed: feed.ends_at or float("inf")):
            if feed.starts_at is not None and feed.starts_at <= now:
                feed.status = IN_PROGRESS
            if feed.status == IN_PROGRESS and feed.ends_at is not None and feed.ends_at <= now:
                self._finish(feed, feed.ends_at)

    def _finish(self, feed: Feed, at: float) -> None:
        feed.status, feed.ended_at = feed.ending, at
        del self._open[feed.feed_id]
        if feed.ending == FATAL:
            self._report(feed, [_issue(None, None, "5000000", "The feed was aborted by a system error.")], 0, 0)
            return
        document = self._documents.kept.get(feed.document_id)
        try:
            messages = _messages(document.body if document else None, feed.seller_id)
        except Unusable as error:
            feed.status = FATAL
            self._report(feed, [_issue(None, None, "4000003", str(error))], 0, 0)
            return
        issues, invalid = [], 0
        for message in messages:
            try:
                self._work(feed, message, at)
            except Invalid as error:
                invalid += 1
                if error.code:
                    issues.append(_issue(message.get("messageId"), message.get("sku"), error.code, str(error)))
        self._report(feed, issues, len(messages), invalid)

    def _work(self, feed: Feed, message: dict[str, Any], at: float) -> None:
        """Apply one message. Raise Invalid; without a code for a message that is counted as invalid and not named."""
        sku, writes = message.get("sku"), _writes(message)
        spoiled = self._spoiled(feed.seller_id, str(sku))
        if spoiled:
            code = "90220" if spoiled == "invalid_in_200" else ""
            raise Invalid(code, "'[condition_type]' is required but not supplied.")
        if not isinstance(sku, str):
            raise Invalid("4000001", "'sku' is required.")
        if self._offers.get(feed.seller_id, sku) is None:  # Amazon does not tell: selling-partner-api-models#4402.
            return
        if message["operationType"] == "DELETE":
            self._offers.delete(feed.seller_id, sku, at)
        elif writes:
            self._offers.accept(Push(feed.seller_id, sku, writes, FEED, feed.feed_id, feed.created_at), at)

    def _report(self, feed: Feed, issues: list[dict[str, Any]], processed: int, invalid: int) -> None:
        body = orjson.dumps(
            {
                "header": {"sellerId": feed.seller_id, "version": "2.0", "feedId": feed.feed_id},
                "issues": issues,
                "summary": {
                    "errors": len(issues),
                    "warnings": 0,
                    "messagesProcessed": processed,
                    "messagesAccepted": processed - invalid,
                    "messagesInvalid": invalid,
                },
            }
        )
        content = gzip.compress(body, mtime=0) if self._gzip else body
        document = self._documents.new(feed.seller_id, "application/json; charset=UTF-8", content, self._gzip)
        feed.result_document_id = document.document_id


def _messages(body: bytes | None, seller_id: str) -> list[dict[str, Any]]:
    try:
        feed = orjson.loads(body or b"")
    except orjson.JSONDecodeError as error:
        raise Unusable(f"The feed is not valid JSON: {error}") from error
    header = feed.get("header") if isinstance(feed, dict) else None
    if not isinstance(header, dict) or header.get("sellerId") != seller_id or header.get("version") != "2.0":
        raise Unusable("The header must hold this seller's sellerId and version 2.0.")
    messages = feed.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise Unusable("The feed must hold messages.")
    if len(messages) > MAX_MESSAGES:
        raise Unusable(f"The feed holds {len(messages)} messages; {MAX_MESSAGES} are allowed.")
    if len({message.get("messageId") for message in messages}) != len(messages):
        raise Unusable("Each messageId must be unique within the feed.")
    return messages


def _writes(message: dict[str, Any]) -> Sequence[Write]:
    kind = message.get("operationType")
    if kind == "PATCH":
        return of_patches(message.get("patches"))
    if kind in {"PARTIAL_UPDATE", "UPDATE"}:
        if kind == "UPDATE" and "productType" not in message:
            raise Invalid("4000001", "'productType' is required for UPDATE.")
        return of_attributes(message.get("attributes"), whole=kind == "UPDATE")
    if kind == "DELETE":
        return []
    raise Invalid("4000001", f"'operationType' {kind!r} is not known.")


def _issue(message_id: Any, sku: Any, code: str, text: str) -> dict[str, Any]:
    issue: dict[str, Any] = {"code": code, "severity": "ERROR", "message": text}
    if isinstance(message_id, int):
        issue["messageId"] = message_id
    if isinstance(sku, str):
        issue["sku"] = sku
    return issue
