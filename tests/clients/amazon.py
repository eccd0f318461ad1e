"""Every operation that the product uses, through python-amazon-sp-api."""

import json
import sys
import time
from io import BytesIO
from typing import Any

import httpx
from exchanges import Redirected
from sp_api.api import FeedsV20210630, ListingsItemsV20210801, Sellers
from sp_api.base import Marketplaces, SellingApiNotFoundException
from sp_api.base._transport_httpx import HttpxTransport

HOSTS = {"api.amazon.com": "/lwa", "sellingpartnerapi-fe.amazon.com": "/spapi"}
JAPAN = "A1VC38T7YXB528"
INCLUDED = ["summaries", "attributes", "issues", "offers", "fulfillmentAvailability"]
FEED = "JSON_LISTINGS_FEED"


def main(task: dict[str, Any]) -> None:
    seller, sku, other = task["seller_id"], task["skus"][0], task["skus"][1]
    listings, feeds, sellers = (_client(kind, task) for kind in (ListingsItemsV20210801, FeedsV20210630, Sellers))
    sellers.get_marketplace_participation()

    here = {"marketplaceIds": [JAPAN]}
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": 4}]
    patch = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}
    body = {"productType": "PRODUCT", "patches": [patch]}
    listings.patch_listings_item(seller, sku, **here, body=body)
    listings.get_listings_item(seller, sku, **here, includedData=INCLUDED)
    found = listings.search_listings_items(
        seller, **here, identifiers=",".join(task["skus"]), identifiersType="SKU", pageSize=20, includedData=INCLUDED
    )
    assert {item["sku"] for item in found.payload["items"]} == set(task["skus"]), found
    page = listings.search_listings_items(seller, **here, pageSize=5)
    listings.search_listings_items(seller, **here, pageSize=5, pageToken=page.pagination["nextToken"])
    attributes = {"fulfillment_availability": value}
    listings.put_listings_item(seller, "OWN-1", **here, body={"productType": "PRODUCT", "attributes": attributes})
    listings.delete_listings_item(seller, "OWN-1", **here)
    try:
        listings.get_listings_item(seller, "OWN-1", **here)
    except SellingApiNotFoundException:
        pass
    else:
        raise AssertionError("a deleted listing is there")

    message = {"messageId": 1, "sku": other, "operationType": "PATCH", "productType": "PRODUCT", "patches": [patch]}
    document = {"header": {"sellerId": seller, "version": "2.0"}, "messages": [message]}
    ids = [_submit(feeds, document) for _ in range(3)]
    feeds.cancel_feed(ids[2])
    page = feeds.get_feeds(feedTypes=[FEED], pageSize=2)
    assert [feed["feedId"] for feed in page.payload["feeds"]] == ids[:0:-1], page
    page = feeds.get_feeds(nextToken=page.next_token)
    assert [feed["feedId"] for feed in page.payload["feeds"]] == ids[:1], page
    _report(feeds, ids[0])


def _client(kind: Any, task: dict[str, Any]) -> Any:
    credentials = {"lwa_app_id": task["client_id"], "lwa_client_secret": task["client_secret"]}
    client = kind(marketplace=Marketplaces.JP, refresh_token=task["refresh_token"], credentials=credentials)
    for one in (client, client._auth):
        one._transport = HttpxTransport(client=httpx.Client(transport=Redirected(task["url"], HOSTS)))
    return client


def _submit(feeds: Any, document: dict[str, Any]) -> str:
    kind = "application/json; charset=UTF-8"
    _, created = feeds.submit_feed(FEED, BytesIO(json.dumps(document).encode()), content_type=kind)
    return str(created.payload["feedId"])


def _report(feeds: Any, feed_id: str) -> None:
    until = time.monotonic() + 20
    while (feed := feeds.get_feed(feed_id).payload)["processingStatus"] != "DONE":
        assert time.monotonic() < until, feed
        time.sleep(0.6)
    feeds.get_feed_document(feed["resultFeedDocumentId"])


if __name__ == "__main__":
    main(json.load(sys.stdin))
