"""The simulator's HTTP interface: its market's seed, its faults and its ledger."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

TIMEOUT_SECONDS = 60.0
PAGE = 10_000
CREDENTIALS = ("FEED_LWA_CLIENT_ID", "FEED_LWA_CLIENT_SECRET")
"""Variables of feed for the market's Login with Amazon."""

FEE_PERCENT = 15.0
"""The default of `REVIVAL_FEE_PERCENT`."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Market:
    """The result of `/_sim/seed`: who sells what, and the credentials of a made-up Amazon."""

    marketplace_id: str
    client_id: str
    client_secret: str
    sellers: Sequence[Row]
    """Each has `username`, `seller_id`, `refresh_token`, `plan`, `is_staff`, `is_active`."""
    listings: Sequence[Row]
    """Each has `seller_id`, `sku`, `marketplace`, `source_id`, `source_seller_id`, `title`, `quantity`,
    `quantity_at_listing`, `restore`."""
    canaries: Mapping[str, Mapping[str, Sequence[str]]]
    """By marketplace: the number of `available` and `gone` items."""

    def credentials(self) -> Mapping[str, str]:
        """Return the feed service's variables for this market's Login with Amazon."""
        return dict(zip(CREDENTIALS, (self.client_id, self.client_secret), strict=True))


class Simulator:
    """Control a running simulator. Every call raises `httpx.HTTPError`."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._loss_rule = ""

    def __enter__(self) -> "Simulator":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def market(self) -> Market:
        """Return the whole seed, including all listings."""
        seed = self._call("GET", "/_sim/seed").json()
        return Market(
            marketplace_id=seed["marketplace_id"],
            client_id=seed["lwa"]["client_id"],
            client_secret=seed["lwa"]["client_secret"],
            sellers=seed["sellers"],
            listings=[row for offset in range(0, seed["listings"], PAGE) for row in self._listings(offset)],
            canaries=seed["canaries"],
        )

    def sell(self, marketplace: str, share: float) -> int:
        """Sell this share of the buyable items now. Return the number of items."""
        body = {"marketplace": marketplace, "kind": "sold", "share": share}
        return int(self._call("POST", "/_sim/events", body).json()["count"])

    def sell_items(self, marketplace: str, item_ids: Sequence[str]) -> None:
        """Sell these items now."""
        self._call("POST", "/_sim/events", {"marketplace": marketplace, "kind": "sold", "ids": list(item_ids)})

    def reprice_items(self, marketplace: str, item_ids: Sequence[str]) -> None:
        """Give these items other prices, which the market draws: up to 30 per cent less or more than at first."""
        self._call("POST", "/_sim/events", {"marketplace": marketplace, "kind": "repriced", "ids": list(item_ids)})

    def order(self, seller_id: str, sku: str) -> int:
        """Let a buyer order one piece of an offer at Amazon. Return how many were sold."""
        body = {"offers": [{"seller_id": seller_id, "sku": sku}]}
        return int(self._call("POST", "/_sim/orders", body).json()["count"])

    def meet(self, order_id: str, marketplace: str, item_id: str) -> None:
        """Let the seller of an order buy this item for it."""
        met = {"order_id": order_id, "marketplace": marketplace, "item_id": item_id}
        self._call("POST", "/_sim/orders", {"met": [met]})

    def advance(self, seconds: float) -> None:
        """Put the market's clock on."""
        self._call("POST", "/_sim/clock", {"advance_seconds": seconds})

    def set_feed_delays(self, seconds: float) -> None:
        """Future feeds wait this many seconds in the queue, and as many again in progress."""
        self._call("POST", "/_sim/feeds", {"queue_seconds": seconds, "process_seconds": seconds})

    def set_lag(self, seconds: float) -> None:
        """Future changes typically show so long after Amazon has accepted them, and a few a hundred times later."""
        self._call("POST", "/_sim/lag", {"seconds": seconds})

    def set_fault(self, **fault: object) -> None:
        """Add a fault: `target`, `kind`, `from_seconds`, `for_seconds`, `share`, … as `/_sim/faults` accepts them."""
        self._call("POST", "/_sim/faults", fault)

    def clear_faults(self) -> None:
        self._call("DELETE", "/_sim/faults")

    def tell_sources(self, sources: Sequence[Row]) -> None:
        """Report replacements, which only the product knows: `seller_id`, `sku`, `marketplace`, `item_id`, `at` (unix
        seconds) of each. The ledger needs them for its verdict."""
        self._call("POST", "/_sim/sources", {"sources": list(sources)})

    def tell_loss_rule(self, seller_id: str, sku: str, least_percent: float) -> None:
        """Have every later ledger count the offer's source as gone while a sale would earn less than this share of its
        price, after a fee of 15 per cent until Amazon has told its own."""
        told = {"take_down": f"{seller_id}/{sku}", "least_percent": least_percent}
        fee = {"fee_percent": "amazon", "before_estimate": FEE_PERCENT}
        self._loss_rule = "".join(f"&{name}={value}" for name, value in {**told, **fee}.items())

    def ledger(self, gone_before: float) -> Row:
        """Return the ledger with all details. Sources that went after `gone_before` (unix seconds) do not count as
        missed yet."""
        found: Row = self._call("GET", f"/_sim/ledger?details=1&before={gone_before}{self._loss_rule}").json()
        return found

    def orders_ledger(self, costs_jpy: int) -> Row:
        """Return the ledger's counts. A piece is sold at a loss by what Amazon takes, and these costs."""
        found: Row = self._call("GET", f"/_sim/ledger?fee_percent=amazon&costs_jpy={costs_jpy}").json()
        return found

    def offer(self, seller_id: str, sku: str) -> Row:
        """Return what Amazon shows: `quantity`, `lead_time_days`, `changes` with their times, …"""
        found: Row = self._call("GET", f"/_sim/offers/{seller_id}/{quote(sku, safe='')}").json()
        return found

    def item(self, marketplace: str, item_id: str) -> Row:
        """Return the true state of an item."""
        found: Row = self._call("GET", f"/_sim/items/{marketplace}/{item_id}").json()
        return found

    def _listings(self, offset: int) -> list[Row]:
        text = self._call("GET", f"/_sim/seed/listings?offset={offset}&limit={PAGE}").text
        return [json.loads(line) for line in text.splitlines()]

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
        return self._http.request(method, path, json=body).raise_for_status()
