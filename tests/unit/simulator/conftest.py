"""A simulated world without a socket: requests are passed directly to the simulator."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from mercarich_simulator.bootstrap import Simulator
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.web import Reply, Request

START = 1_800_000_000.0


class Direct:
    """Call a simulator as a client would, and parse JSON responses."""

    def __init__(self, **settings: Any) -> None:
        chosen = {"listings": 400, "sellers": 4, "churn_per_hour": 0.0, "start_at": START, "clock_mode": "manual"}
        self.simulator = Simulator(SimulatorSettings(**{**chosen, **settings}))

    def call(self, method: str, address: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        path, _, query = address.partition("?")
        content = body if isinstance(body, bytes) else orjson.dumps(body) if body is not None else b""
        return self.simulator.answer(Request(method, path, query, {"host": "sim.test", **(headers or {})}, content))

    def json(self, method: str, address: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        reply = self.call(method, address, body, headers)
        assert reply.status < 300, reply
        return orjson.loads(reply.body)

    def rows(self) -> list[dict[str, Any]]:
        pages = self.call("GET", "/_sim/seed/listings?limit=20000").body
        return [orjson.loads(line) for line in pages.splitlines()]

    def advance(self, seconds: float) -> None:
        self.json("POST", "/_sim/clock", {"advance_seconds": seconds})

    def happen(self, row: dict[str, Any], kind: str, after: float = 0) -> None:
        body = {"marketplace": row["marketplace"], "ids": [row["source_id"]], "kind": kind, "after_seconds": after}
        self.json("POST", "/_sim/events", body)

    def token(self, seller_id: str) -> dict[str, str]:
        seed = self.json("GET", "/_sim/seed")
        refresh = next(s["refresh_token"] for s in seed["sellers"] if s["seller_id"] == seller_id)
        client = seed["lwa"]
        form = (
            f"grant_type=refresh_token&refresh_token={refresh.replace('|', '%7C')}"
            f"&client_id={client['client_id']}&client_secret={client['client_secret']}"
        )
        granted = self.json("POST", "/lwa/auth/o2/token", form.encode())
        return {"x-amz-access-token": granted["access_token"]}

    def patch(self, row: dict[str, Any], quantity: Any) -> Reply:
        return self.call("PATCH", listing_address(row), quantity_patch(quantity), self.token(row["seller_id"]))

    def submit_feed(self, seller_id: str, messages: list[dict[str, Any]], **header: Any) -> str:
        """Upload and submit a feed. Return its id."""
        token = self.token(seller_id)
        kind = "application/json; charset=UTF-8"
        document = self.json("POST", "/spapi/feeds/2021-06-30/documents", {"contentType": kind}, token)
        feed = {"header": {"sellerId": seller_id, "version": "2.0", **header}, "messages": messages}
        address = document["url"].removeprefix("http://sim.test")
        assert self.call("PUT", address, feed, {"content-type": kind}).status == 200
        body = {
            "feedType": "JSON_LISTINGS_FEED",
            "marketplaceIds": ["A1VC38T7YXB528"],
            "inputFeedDocumentId": document["feedDocumentId"],
        }
        return str(self.json("POST", "/spapi/feeds/2021-06-30/feeds", body, token)["feedId"])

    def feed(self, seller_id: str, feed_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.json(
            "GET", f"/spapi/feeds/2021-06-30/feeds/{feed_id}", headers=self.token(seller_id)
        )
        return found

    def report(self, seller_id: str, feed: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Return the response of getFeedDocument and the stored document."""
        address = f"/spapi/feeds/2021-06-30/documents/{feed['resultFeedDocumentId']}"
        document = self.json("GET", address, headers=self.token(seller_id))
        return document, self.call("GET", document["url"].removeprefix("http://sim.test")).body

    def ledger(self, query: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self.json("GET", f"/_sim/ledger?{query}")
        return found


def listing_address(row: dict[str, Any]) -> str:
    return f"/spapi/listings/2021-08-01/items/{row['seller_id']}/{row['sku']}?marketplaceIds=A1VC38T7YXB528"


def quantity_patch(quantity: Any) -> dict[str, Any]:
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity}]
    patch = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}
    return {"productType": "PRODUCT", "patches": [patch]}


def quantity_message(number: int, sku: str, quantity: int) -> dict[str, Any]:
    return {"messageId": number, "sku": sku, "operationType": "PATCH", **quantity_patch(quantity)}


@pytest.fixture
def quantity_messages() -> Callable[..., list[dict[str, Any]]]:
    """Feed messages for (sku, quantity) pairs."""
    return lambda *pairs: [quantity_message(n, sku, quantity) for n, (sku, quantity) in enumerate(pairs, 1)]


@pytest.fixture
def begin() -> Callable[..., Direct]:
    """Create a world from settings; small, still and at a fixed time unless stated otherwise."""
    return Direct


@pytest.fixture
def sim(begin: Callable[..., Direct]) -> Direct:
    return begin()
