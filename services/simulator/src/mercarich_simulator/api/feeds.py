"""The Feeds API 2021-06-30, and the document store behind its addresses below /s3/."""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.amazon.feeds import FATAL, IN_PROGRESS, Feed
from mercarich_simulator.api.trouble import amazon_error, guarded
from mercarich_simulator.catalogue import AmazonSeller
from mercarich_simulator.sites.look import utc_text
from mercarich_simulator.web import Reply, Request, json_reply
from mercarich_simulator.world import World

FEED_TYPE = "JSON_LISTINGS_FEED"


class FeedOperations:
    """Documents and feeds of the calling seller. Requests for those of other sellers get a 404."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create_document(self, seller: AmazonSeller, request: Request) -> Reply:
        content_type = _text(request, "contentType")
        if not content_type:
            return _bad_input("contentType is required.")
        document = self._world.documents.new(seller.seller_id, content_type)
        address = self._world.documents.address(_base(request), document, "put", self._world.clock.wall())
        return json_reply({"feedDocumentId": document.document_id, "url": address}, 201)

    def create_feed(self, seller: AmazonSeller, request: Request) -> Reply:
        try:
            body = request.json()
        except ValueError:
            return _bad_input("The body is not a JSON object.")
        wrong = self._wrong_with(body, seller)
        if wrong:
            return _bad_input(wrong)
        feed = self._feed(seller, body["inputFeedDocumentId"])
        self._world.feeds.add(feed)
        return json_reply({"feedId": feed.feed_id}, 202)

    def get_feed(self, seller: AmazonSeller, request: Request) -> Reply:
        feed = self._of(seller, request)
        return json_reply(_described(feed)) if feed else _not_found()

    def list_feeds(self, seller: AmazonSeller, request: Request) -> Reply:
        """Return a page of the seller's feeds, the newest first. A token stands for the whole query of its list."""
        query, last = request.query, None
        try:
            if "nextToken" in query:
                if len(query) > 1:
                    return _bad_input("nextToken is the only parameter.")
                query, last = orjson.loads(base64.urlsafe_b64decode(query["nextToken"]))
            elif "feedTypes" not in query:
                return _bad_input("Either feedTypes or nextToken is required.")
            size = int(query.get("pageSize", "10"))
            feeds = [feed for feed in self._newest(seller, query) if last is None or int(feed.feed_id) < int(last)]
        except ValueError as error:
            return _bad_input(str(error))
        if not 1 <= size <= 100:
            return _bad_input("pageSize must be between 1 and 100.")
        answer: dict[str, Any] = {"feeds": [_described(feed) for feed in feeds[:size]]}
        if len(feeds) > size:
            token = orjson.dumps([dict(query), feeds[size - 1].feed_id])
            answer["nextToken"] = base64.urlsafe_b64encode(token).decode()
        return json_reply(answer)

    def _newest(self, seller: AmazonSeller, query: Mapping[str, str]) -> Iterator[Feed]:
        states = {state for state in query.get("processingStatuses", "").split(",") if state}
        since = query.get("createdSince")
        begin = datetime.fromisoformat(since).timestamp() if since else 0.0
        if FEED_TYPE not in query["feedTypes"].split(","):
            return
        for feed in reversed(self._world.feeds.kept.values()):
            mine = feed.seller_id == seller.seller_id and feed.created_at >= begin
            if mine and (not states or feed.status in states):
                yield feed

    def cancel_feed(self, seller: AmazonSeller, request: Request) -> Reply:
        feed = self._of(seller, request)
        if feed is None:
            return _not_found()
        if not self._world.feeds.cancel(feed, self._world.clock.now()):
            return _bad_input(f"A feed that is {feed.status} cannot be cancelled.")
        return json_reply({})

    def get_document(self, seller: AmazonSeller, request: Request) -> Reply:
        document = self._world.documents.kept.get(request.path.rpartition("/")[2])
        if document is None or document.seller_id != seller.seller_id:
            return _not_found()
        address = self._world.documents.address(_base(request), document, "get", self._world.clock.wall())
        answer = {"feedDocumentId": document.document_id, "url": address}
        return json_reply(answer | ({"compressionAlgorithm": "GZIP"} if document.gzip else {}))

    def _wrong_with(self, body: dict[str, Any], seller: AmazonSeller) -> str | None:
        marketplaces = body.get("marketplaceIds")
        document = self._world.documents.kept.get(str(body.get("inputFeedDocumentId")))
        if body.get("feedType") != FEED_TYPE:
            return f"feedType must be {FEED_TYPE}."
        if isinstance(marketplaces, list) and len(marketplaces) > 1:
            return "Expected a maximum of 1 marketplaceIds."
        if marketplaces != [MARKETPLACE_ID]:
            return f"marketplaceIds must hold {MARKETPLACE_ID}."
        if document is None or document.seller_id != seller.seller_id or document.body is None:
            return "inputFeedDocumentId names no document that was uploaded."
        return None

    def _feed(self, seller: AmazonSeller, document_id: str) -> Feed:
        world = self._world
        now, (queue, process) = world.clock.now(), world.feed_delays
        feed = Feed(world.feeds.new_id(), seller.seller_id, document_id, now, now + queue, now + queue + process)
        names = (seller.seller_id, seller.username, "processFeed")
        fault = world.faults.pick("spapi", names, world.clock.wall(), inner=("stuck_feed", "fatal_feed"))
        if fault and fault.kind == "fatal_feed":
            feed.ending = FATAL
        elif fault:
            later = None if fault.seconds is None else now + queue + process + fault.seconds
            feed.ends_at = later
            if fault.state != IN_PROGRESS:
                feed.starts_at = later
        return feed

    def _of(self, seller: AmazonSeller, request: Request) -> Feed | None:
        feed = self._world.feeds.kept.get(request.path.rpartition("/")[2])
        return feed if feed and feed.seller_id == seller.seller_id else None


class Store:
    """Handle requests below /s3/: upload and download of documents at signed addresses."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Reply:
        use = {"PUT": "put", "GET": "get"}.get(request.method)
        operation = "uploadDocument" if use == "put" else "downloadDocument"
        self._world.count("spapi", operation)
        return guarded(self._world, "spapi", (operation,), lambda: self._used(use, request))

    def _used(self, use: str | None, request: Request) -> Reply:
        name = request.path.removeprefix("/s3/")
        document = use and self._world.documents.opened(name, use, request.query, self._world.clock.wall())
        if not document:
            return _store_error("AccessDenied", "Request has expired")
        if use == "get":
            return Reply(document.body or b"", content_type=document.content_type)
        if request.headers.get("content-type") != document.content_type:
            return _store_error("SignatureDoesNotMatch", "The content type is not the one that was announced.")
        document.body = request.body
        return Reply(content_type="application/xml")


def _described(feed: Feed) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "feedId": feed.feed_id,
        "feedType": FEED_TYPE,
        "marketplaceIds": [MARKETPLACE_ID],
        "createdTime": utc_text(feed.created_at),
        "processingStatus": feed.status,
    }
    if feed.status == IN_PROGRESS and feed.starts_at is not None:
        answer["processingStartTime"] = utc_text(feed.starts_at)
    if feed.ended_at is not None:
        answer["processingEndTime"] = utc_text(feed.ended_at)
    if feed.result_document_id:
        answer["resultFeedDocumentId"] = feed.result_document_id
    return answer


def _base(request: Request) -> str:
    return f"http://{request.headers.get('host', '127.0.0.1')}"


def _text(request: Request, name: str) -> str | None:
    try:
        value = request.json().get(name)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _bad_input(details: str) -> Reply:
    return amazon_error(400, "InvalidInput", "Request has missing or invalid parameters.", details)


def _not_found() -> Reply:
    return amazon_error(404, "NotFound", "Resource not found.")


def _store_error(code: str, message: str) -> Reply:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(body.encode(), 403, "application/xml")
