"""The SP-API client over a fake transport: its requests, and the meaning of each response."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from tests.unit.feed.amazon_fake import ACCEPTED, ACCOUNT, TOKEN, FakeAmazon

from mercarich_feed.domain.answers import ContentRefused, Forbidden, Missing, RateLimited, Transient
from mercarich_feed.domain.feeds import FeedState
from mercarich_listings.read_back import Seen
from mercarich_reasons.push import NotForSale

ERRORS = Path(os.environ.get("MERCARICH_RECORDED_DATA", "../shared/data")) / "spapi" / "api_errors.json"
DENIED = (403, {"errors": [{"code": "Unauthorized", "message": "Access to requested resource is denied."}]})
QUOTA = (429, {"errors": [{"code": "QuotaExceeded", "message": "You exceeded your quota."}]})
CLASSES = {403: Forbidden, 429: RateLimited, 400: ContentRefused}


def test_a_patch_sends_the_absolute_quantity_and_the_sellers_token() -> None:
    amazon = FakeAmazon()
    amazon.api().patch_quantity(ACCOUNT, "SKU/1 あ", 0)
    [request] = amazon.requests
    assert request.method == "PATCH"
    assert request.url.raw_path.startswith(b"/spapi/listings/2021-08-01/items/A1SELLER/SKU%2F1%20%E3%81%82?")
    assert request.url.params["marketplaceIds"] == "A1VC38T7YXB528"
    assert request.headers["x-amz-access-token"] == "Atza|one"
    assert orjson.loads(request.content)["patches"] == [
        {
            "op": "merge",
            "path": "/attributes/fulfillment_availability",
            "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 0}],
        }
    ]


def test_an_invalid_inside_200_is_a_refusal_with_its_issues() -> None:
    issue = {"code": "90220", "message": "'[brand]' is required", "severity": "ERROR"}
    amazon = FakeAmazon((200, {"sku": "S", "status": "INVALID", "submissionId": "1", "issues": [issue]}))
    with pytest.raises(ContentRefused, match=r"90220 .*brand"):
        amazon.api().patch_quantity(ACCOUNT, "S", 0)


@pytest.mark.parametrize(
    "answer",
    [
        (503, "<html>Service Unavailable</html>"),
        (500, {"errors": []}),
        (200, "<html>ok</html>"),
        (200, ""),
        (200, []),
        (200, {"sku": "S"}),
        (404, "<html>not found</html>"),
        (200, httpx.ReadTimeout("late")),
        (200, httpx.ConnectError("refused")),
    ],
)
def test_what_is_no_clear_answer_is_transient_and_never_a_success(answer: tuple[int, object]) -> None:
    with pytest.raises(Transient):
        FakeAmazon(answer).api().patch_quantity(ACCOUNT, "S", 0)


def test_a_transient_answer_is_tried_again_with_growing_waits() -> None:
    amazon = FakeAmazon((503, "<html/>"), (503, "<html/>"), ACCEPTED)
    amazon.api().patch_quantity(ACCOUNT, "S", 0)
    assert len(amazon.requests) == 3
    assert 0.2 <= amazon.waits[0] <= 0.8
    assert 0.4 <= amazon.waits[-1] <= 1.6


def test_create_feed_is_sent_once_when_its_answer_is_lost() -> None:
    amazon = FakeAmazon((202, httpx.ReadTimeout("late")))
    with pytest.raises(Transient):
        amazon.api().create_feed(ACCOUNT, "document")
    assert len(amazon.requests) == 1


def test_f27_an_expired_access_token_costs_one_forced_refresh() -> None:
    amazon = FakeAmazon(DENIED, ACCEPTED, tokens=(TOKEN, (200, {"access_token": "Atza|two", "expires_in": 3600})))
    amazon.api().patch_quantity(ACCOUNT, "S", 0)
    assert [request.headers["x-amz-access-token"] for request in amazon.requests] == ["Atza|one", "Atza|two"]


def test_refused_with_a_fresh_token_is_forbidden_after_one_refresh() -> None:
    amazon = FakeAmazon(DENIED)
    with pytest.raises(Forbidden, match="denied"):
        amazon.api().patch_quantity(ACCOUNT, "S", 0)
    assert (len(amazon.requests), len(amazon.token_requests)) == (2, 2)


def test_f27_a_quota_answer_is_waited_for_and_a_long_one_is_handed_back() -> None:
    amazon = FakeAmazon(QUOTA, ACCEPTED)
    amazon.api().patch_quantity(ACCOUNT, "S", 0)
    assert len(amazon.requests) == 2
    amazon = FakeAmazon((*QUOTA, {"retry-after": "60"}))
    with pytest.raises(RateLimited) as limited:
        amazon.api().patch_quantity(ACCOUNT, "S", 0)
    assert limited.value.retry_after == 60
    assert len(amazon.requests) == 1


def test_after_an_answer_that_was_lost_a_patch_that_goes_on_no_further_may_have_had_its_effect() -> None:
    lost, quota = (500, "<html>busy</html>"), (*QUOTA, {"retry-after": "60"})
    with pytest.raises(Transient, match="quota"):
        FakeAmazon(lost, quota).api().patch_quantity(ACCOUNT, "S", 0)
    with pytest.raises(Transient, match="denied"):
        FakeAmazon(lost, DENIED).api().patch_quantity(ACCOUNT, "S", 0)
    with pytest.raises(RateLimited):
        FakeAmazon(lost, quota).api().shown(ACCOUNT, "S")


def test_a_restore_is_sent_once_when_its_answer_is_lost() -> None:
    amazon = FakeAmazon((202, httpx.ReadTimeout("late")))
    with pytest.raises(Transient):
        amazon.api().patch_quantity(ACCOUNT, "S", 1, 7)
    assert len(amazon.requests) == 1


def test_an_unknown_sku_is_missing() -> None:
    amazon = FakeAmazon((404, {"errors": [{"code": "NOT_FOUND", "message": "SKU 'S' not found"}]}))
    with pytest.raises(Missing, match="not found"):
        amazon.api().patch_quantity(ACCOUNT, "S", 0)


AVAILABLE = [
    {"fulfillmentChannelCode": "AMAZON_JP", "quantity": 9},
    {"fulfillmentChannelCode": "DEFAULT", "quantity": 1},
]
BUYABLE = [{"marketplaceId": "A1VC38T7YXB528", "status": ["BUYABLE", "DISCOVERABLE"]}]
ERROR = {"code": "18320", "message": "検索対象外です", "severity": "ERROR", "categories": ["MISSING_ATTRIBUTE"]}
WARNING = {"code": "18742", "message": "w", "severity": "WARNING", "categories": []}


@pytest.mark.parametrize(
    ("item", "seen"),
    [
        ({"fulfillmentAvailability": AVAILABLE}, Seen(1)),
        ({"fulfillmentAvailability": []}, Seen(None)),
        ({"fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT"}]}, Seen(None)),
        ({"fulfillmentAvailability": AVAILABLE, "summaries": BUYABLE, "issues": [WARNING]}, Seen(1)),
        (
            {"fulfillmentAvailability": AVAILABLE, "summaries": BUYABLE, "issues": [WARNING, ERROR]},
            Seen(1, NotForSale("検索対象外です", "18320")),
        ),
        (
            {"fulfillmentAvailability": AVAILABLE, "summaries": [{"status": ["DISCOVERABLE"]}], "issues": []},
            Seen(1, NotForSale()),
        ),
        ({"fulfillmentAvailability": AVAILABLE, "summaries": [{"status": []}]}, Seen(1, NotForSale())),
        (
            {
                "fulfillmentAvailability": AVAILABLE,
                "attributes": {
                    "fulfillment_availability": [
                        {"fulfillment_channel_code": "AMAZON_JP", "quantity": 4},
                        {"fulfillment_channel_code": "DEFAULT", "quantity": 2},
                    ]
                },
            },
            Seen(1, given=2),
        ),
    ],
)
def test_what_amazon_shows_is_the_merchants_quantity_and_why_the_offer_is_not_for_sale(item: Any, seen: Seen) -> None:
    amazon = FakeAmazon((200, {"sku": "S", **item}))

    assert amazon.api().shown(ACCOUNT, "S") == seen
    assert amazon.requests[0].url.params["includedData"] == "attributes,summaries,issues,fulfillmentAvailability"


def test_a_feeds_document_is_uploaded_as_announced_and_without_the_token() -> None:
    amazon = FakeAmazon((201, {"feedDocumentId": "doc", "url": "http://s3/put"}), (200, ""))
    assert amazon.api().upload(ACCOUNT, {"header": {}}) == "doc"
    created, put = amazon.requests
    assert orjson.loads(created.content) == {"contentType": "application/json; charset=UTF-8"}
    assert put.method == "PUT"
    assert put.headers["content-type"] == "application/json; charset=UTF-8"
    assert "x-amz-access-token" not in put.headers


def test_a_feeds_state_and_the_list_of_feeds_are_read() -> None:
    amazon = FakeAmazon((200, {"feedId": "1", "processingStatus": "DONE", "resultFeedDocumentId": "r"}))
    assert amazon.api().feed(ACCOUNT, "1") == (FeedState.DONE, "r")
    with pytest.raises(Transient, match="FINISHED"):
        FakeAmazon((200, {"processingStatus": "FINISHED"})).api().feed(ACCOUNT, "1")
    feeds = [
        {"feedId": "2", "createdTime": "2026-01-02T00:00:00Z"},
        {"feedId": "1", "createdTime": "2026-01-01T00:00:00Z"},
    ]
    amazon = FakeAmazon((200, {"feeds": feeds}))
    assert amazon.api().feeds_since(ACCOUNT, datetime(2026, 1, 1, tzinfo=UTC)) == ["1", "2"]
    assert amazon.requests[0].url.params["createdSince"] == "2026-01-01T00:00:00Z"
    paged = FakeAmazon((200, {"feeds": feeds[:1], "nextToken": "more"}), (200, {"feeds": feeds[1:]}))
    assert paged.api().feeds_since(ACCOUNT, datetime(2026, 1, 1, tzinfo=UTC)) == ["1", "2"]
    assert dict(paged.requests[1].url.params) == {"nextToken": "more"}


@pytest.mark.skipif(not ERRORS.exists(), reason="the recorded answers are not here (MERCARICH_RECORDED_DATA)")
def test_every_recorded_error_has_its_class() -> None:
    recorded = json.loads(ERRORS.read_text())["errors"] if ERRORS.exists() else []
    assert recorded
    for error in recorded:
        body = error.get("body") or error.get("body_text") or {"errors": [{"code": "QuotaExceeded", "message": "m"}]}
        amazon = FakeAmazon((error["status"], body, error.get("headers", {})))
        with pytest.raises(CLASSES[error["status"]]):
            amazon.api().patch_quantity(ACCOUNT, "S", 0)
