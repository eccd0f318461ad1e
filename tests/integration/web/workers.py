"""The rest of the system around a command: proxies with given responses, and real workers in threads."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

from mercarich_checker import bootstrap as checker
from mercarich_checker.settings import CheckerSettings
from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.proxy_api import CheckRequest, EndLine, Evidence, Item, ItemLine, SearchResult
from mercarich_feed import bootstrap as feed
from mercarich_feed.settings import FeedSettings
from mercarich_platform.exit_codes import DONE
from mercarich_platform.kafka import group_states
from mercarich_platform.settings import SharedSettings
from mercarich_platform.worker import Worker
from mercarich_updater import bootstrap as updater
from mercarich_updater.settings import UpdaterSettings

ENDS_WITHIN, JOINS_WITHIN = 30.0, 30.0


class Proxies:
    """Both marketplaces, each below its own path. Items not in `gone` are on sale; a search finds `for_sale`."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.for_sale: list[Item] = []
        self.looked_at: set[str] = set()
        self.url = ""
        self.picture = _picture()

    @property
    def addresses(self) -> dict[Marketplace, str]:
        """Return the proxies' addresses, for the settings of their clients."""
        return {marketplace: self.of(marketplace) for marketplace in Marketplace}

    def of(self, marketplace: Marketplace) -> str:
        return f"{self.url}/{marketplace}"

    def check(self, marketplace: Marketplace, request: CheckRequest) -> bytes:
        self.looked_at.update(request.ids)
        lines = [ItemLine(item=self._item(marketplace, item_id)).model_dump_json() for item_id in request.ids]
        end = EndLine(answered=len(lines), requests=1).model_dump_json()
        return "".join(f"{line}\n" for line in (*lines, end)).encode()

    def search(self, marketplace: Marketplace) -> bytes:
        found = tuple(one for one in self.for_sale if one.marketplace is marketplace)
        return SearchResult(items=found, complete=True, page=0).model_dump_json().encode()

    def _item(self, marketplace: Marketplace, item_id: str) -> Item:
        known = {one.item_id: one for one in self.for_sale}
        if item_id in self.gone:
            won = Reason.WON if marketplace is Marketplace.YAHOO else Reason.SOLD_OUT
            return on_sale(marketplace, item_id).model_copy(update={"state": State.SOLD, "reason": won})
        return known.get(item_id) or on_sale(marketplace, item_id)


def on_sale(marketplace: Marketplace, item_id: str) -> Item:
    return Item(
        marketplace=marketplace,
        item_id=item_id,
        state=State.AVAILABLE,
        evidence=Evidence(
            url=f"https://market.example/{item_id}",
            http_status=200,
            body_sha256="0" * 64,
            parser_version="test/1",
            extract="status=open",
            fetched_at=datetime.now(UTC),
        ),
        title="ソニー ヘッドホン MX-00001",
        price_jpy=900,
        shipping_payer="seller",
        seller_id="good-seller",
        seller_rating_good=100,
        seller_rating_bad=0,
        images=(f"https://pictures.example/{item_id}",),
        condition_code=3,
        ships_from="東京都",
        ship_days_max=2,
    )


@contextmanager
def served(proxies: Proxies) -> Iterator[Proxies]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            marketplace = Marketplace(self.path.split("/")[1])
            is_check = self.path.endswith("items:check")
            answer = proxies.check(marketplace, CheckRequest.model_validate_json(body)) if is_check else b""
            self._answer(answer or proxies.search(marketplace))

        def do_GET(self) -> None:
            _, marketplace, _, what, *rest = self.path.split("/")
            if what == "items":
                self._answer(on_sale(Marketplace(marketplace), rest[0]).model_dump_json().encode())
            else:
                self._answer(proxies.picture, "image/jpeg")

        def _answer(self, body: bytes, content: str = "application/json") -> None:
            self.send_response(200)
            self.send_header("content-type", content)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        proxies.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield proxies
        finally:
            server.shutdown()


@contextmanager
def checking(marketplace: Marketplace, shared: SharedSettings, proxies: Proxies) -> Iterator[None]:
    stop = threading.Event()
    built = checker.build_worker(marketplace, shared, CheckerSettings(proxy_urls=proxies.addresses), stop)
    with _at_work(built, built.run, stop):
        yield


@contextmanager
def reviving(marketplace: Marketplace, shared: SharedSettings, proxies: Proxies) -> Iterator[None]:
    stop = threading.Event()
    built = updater.build_worker(marketplace, shared, UpdaterSettings(proxy_urls=proxies.addresses), stop)
    with _at_work(built, built.run, stop):
        yield


@contextmanager
def pushing(shared: SharedSettings, own: FeedSettings) -> Iterator[None]:
    """Handles messages only, without the rounds that find changes without one."""
    stop = threading.Event()
    built = feed.build_worker(shared, own, stop)
    with _at_work(built.worker, replace(built, worker=replace(built.worker, ticks=())).run, stop):
        yield


@contextmanager
def _at_work(
    worker: Worker, run: Callable[[threading.Event], int], stop: threading.Event | None = None
) -> Iterator[None]:
    """Runs in its consumer group, so that it gets the messages."""
    stop = stop or threading.Event()
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run(stop)))
    thread.start()
    until = time.monotonic() + JOINS_WITHIN
    try:
        while not group_states(worker.broker, [(worker.group, worker.topics[0])])[0].members:
            assert time.monotonic() < until, "the worker does not join its group"
            time.sleep(0.1)
        yield
    finally:
        stop.set()
        thread.join(ENDS_WITHIN)
    assert codes == [DONE], "the worker did not end as it was told"


def _picture() -> bytes:
    """A picture with enough corners for any comparison."""
    draw = np.random.default_rng(1)
    picture = np.full((400, 400, 3), 255, np.uint8)
    for _ in range(60):
        x, y, width, height = (int(number) for number in draw.integers(10, 360, 4))
        colour = [int(number) for number in draw.integers(0, 255, 3)]
        cv2.rectangle(picture, (x, y), (x + width // 6, y + height // 6), colour, -1)
    return cv2.imencode(".jpg", picture)[1].tobytes()
