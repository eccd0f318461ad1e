"""Feed documents and their reports."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import orjson
import pytest

from mercarich_feed.domain.feeds import FEED_MESSAGES, FeedState, feed_document, read_report
from mercarich_feed.domain.pushes import Offer
from mercarich_listings.push import back_off
from mercarich_reasons.push import AmazonRefused, FeedIncomplete, FeedRefused, UnknownSku
from mercarich_reasons.reason import Reason

SCHEMAS = Path(os.environ.get("MERCARICH_RECORDED_DATA", "../shared/data")) / "spapi" / "schemas" / "feeds"
AT = datetime(2026, 1, 1, tzinfo=UTC)


def offers(count: int) -> list[Offer]:
    return [Offer(number, f"SKU-{number:06d}", 3, number % 2, AT) for number in range(count)]


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the official schemas are not here (MERCARICH_RECORDED_DATA)")
def test_a_feed_document_is_valid_by_the_official_schema() -> None:
    schema = json.loads((SCHEMAS / "listings-feed-schema-v2.json").read_text())
    jsonschema.Draft7Validator(schema).validate(feed_document("A1SELLER", offers(20)))


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the official schemas are not here (MERCARICH_RECORDED_DATA)")
def test_the_official_example_of_a_report_is_read() -> None:
    report = json.loads((SCHEMAS / "listings-feed-processing-report-schema-v2.example.json").read_text())
    end = read_report(report, ["My-SKU-A", "other", "My-SKU-X", "My-SKU-B"])
    assert end.processed
    assert set(end.problems) == {"My-SKU-B", "My-SKU-C"}
    refusal = end.problems["My-SKU-B"]
    assert isinstance(refusal, AmazonRefused)
    assert refusal.issue == "90220"
    assert refusal.text


def test_a_feed_names_what_it_means_and_keeps_the_rest_of_an_offer() -> None:
    sent = [Offer(1, "DOWN", 3, 0, AT, 5), Offer(2, "UP", 3, 2, AT, 5), Offer(3, "AS BEFORE", 3, 1, AT)]
    feed = feed_document("A1SELLER", sent)

    assert {message["sku"]: message["patches"] for message in feed["messages"]} == {
        sku: [{"op": "merge", "path": "/attributes/fulfillment_availability", "value": [entry]}]
        for sku, entry in {
            "DOWN": {"fulfillment_channel_code": "DEFAULT", "quantity": 0},
            "UP": {"fulfillment_channel_code": "DEFAULT", "quantity": 2, "lead_time_to_ship_max_days": 5},
            "AS BEFORE": {"fulfillment_channel_code": "DEFAULT", "quantity": 1},
        }.items()
    }


def test_a_full_feed_stays_below_the_advised_size() -> None:
    assert len(orjson.dumps(feed_document("A1SELLER", offers(FEED_MESSAGES)))) < 10 * 1024 * 1024


@pytest.mark.parametrize("number", [2, "2"])
def test_an_issue_is_found_by_its_message_number_too(number: object) -> None:
    issue = {"messageId": number, "code": "13013", "severity": "ERROR", "message": "does not exist"}
    end = read_report({"issues": [issue, {"severity": "WARNING", "message": "w", "sku": "a"}]}, ["a", "b"])
    assert dict(end.problems) == {"b": UnknownSku("does not exist", "13013")}


@pytest.mark.parametrize(
    ("report", "note"),
    [
        (
            {"issues": [{"code": "4000003", "severity": "ERROR", "message": "bad header"}], "summary": {}},
            FeedRefused("bad header", "4000003"),
        ),
        ({"issues": [], "summary": {"messagesProcessed": 1}}, FeedIncomplete(1, 2)),
        ({"issues": [], "summary": {"messagesProcessed": 2, "messagesInvalid": 1}}, FeedIncomplete(1, 2)),
        (
            {"issues": [{"messageId": True, "code": "1", "severity": "ERROR"}], "summary": {}},
            FeedRefused(None, "1"),
        ),
    ],
)
def test_a_feed_that_was_not_processed_as_a_whole_accepts_nothing(report: dict[str, object], note: Reason) -> None:
    end = read_report(report, ["a", "b"])
    assert end.state is FeedState.DONE
    assert not end.processed
    assert end.note == note


def test_f2_the_wait_doubles_from_ten_minutes_to_a_day() -> None:
    waits = [back_off(attempts) for attempts in range(1, 12)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (10, 20, 40, 80)]
    assert waits[-1] == timedelta(hours=24)
    assert back_off(10_000) == timedelta(hours=24)
