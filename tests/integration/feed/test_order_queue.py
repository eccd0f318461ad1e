"""Amazon tells by a queue that an order has changed: the same on a queue in memory and on a server that speaks SQS."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, Row
from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.offers import listed
from tests.integration.feed.shop import Shop, now
from tests.integration.feed.test_orders import begun, buy, orders, read
from tests.services.order_queue import MemoryQueue
from tests.services.sqs import KEY, REGION, Sqs

from mercarich_feed.adapters.order_queue_sqs import SqsQueue, open_queue
from mercarich_feed.bootstrap import build_lanes
from mercarich_feed.dependencies import Dependencies
from mercarich_feed.ports_orders import Message, OrderQueue, QueueAway
from mercarich_feed.settings import FeedSettings
from mercarich_platform.settings import BadConfiguration

LENT_SECONDS = 1


class Place(Protocol):
    """Where a test sends messages, and the queue that feed reads."""

    queue: OrderQueue

    def send(self, *bodies: str) -> None: ...
    def size(self) -> int: ...
    def leave(self) -> None:
        """Let the queue be away from now on."""


class InMemory:
    def __init__(self) -> None:
        self.queue = MemoryQueue(LENT_SECONDS)
        self.send, self.size = self.queue.send, self.queue.size

    def leave(self) -> None:
        self.queue.away = True


class AtAServer:
    def __init__(self, sqs: Sqs) -> None:
        self._sqs = sqs
        self.url = sqs.make_queue("orders")
        queue = open_queue(settings_of(self.url), LENT_SECONDS)
        assert queue is not None
        self.queue = queue

    def send(self, *bodies: str) -> None:
        self._sqs.send(self.url, *bodies)

    def size(self) -> int:
        return self._sqs.size(self.url)

    def leave(self) -> None:
        self._sqs.kill()


def settings_of(url: str, **more: Any) -> FeedSettings:
    names = {"order_queue_access_key_id": "aws_access_key_id", "order_queue_secret_access_key": "aws_secret_access_key"}
    own = {name: KEY[key] for name, key in names.items()}
    return FeedSettings(**{"order_queue_url": url, "order_queue_region": REGION} | own | more)


@pytest.fixture(params=["memory", "sqs"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "memory":
        yield InMemory()
        return
    sqs = Sqs(tmp_path)
    yield AtAServer(sqs)
    sqs.stop()


def received(place: Place, seconds: float = 20) -> Sequence[Message]:
    """Return the messages of the first receipt that gives some."""
    deadline = time.monotonic() + seconds
    while not (found := place.queue.receive()):
        assert time.monotonic() < deadline, "no message came"
        time.sleep(0.05)
    return found


def test_a_message_is_lent_and_comes_again_until_it_is_deleted(place: Place) -> None:
    place.send("one")
    [first] = received(place)
    assert (first.body, first.receives) == ("one", 1)
    [again] = received(place)
    assert (again.body, again.receives) == ("one", 2)
    place.queue.delete([again])
    time.sleep(LENT_SECONDS + 0.2)
    assert list(place.queue.receive()) == []
    assert place.size() == 0


def test_what_is_lent_to_one_is_not_given_to_another(place: Place) -> None:
    place.send(*map(str, range(12)))
    seen = [message.body for message in (*received(place), *received(place))]
    assert sorted(seen, key=int) == [str(number) for number in range(12)]


def test_a_queue_that_is_away_says_so(place: Place) -> None:
    place.send("one")
    [message] = received(place)
    place.leave()
    with pytest.raises(QueueAway):
        place.queue.receive()
    with pytest.raises(QueueAway):
        place.queue.delete([message])


def test_without_an_address_there_is_no_queue_and_a_half_key_is_refused() -> None:
    assert open_queue(FeedSettings()) is None
    with pytest.raises(BadConfiguration, match="belong together"):
        open_queue(settings_of("http://127.0.0.1:1/1/orders", order_queue_secret_access_key=""))
    with pytest.raises(BadConfiguration, match="FEED_ORDER_QUEUE_REGION is missing"):
        open_queue(settings_of("http://127.0.0.1:1/1/orders", order_queue_region=""))
    url = "https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders"
    queue = open_queue(settings_of(url, order_queue_region=""))
    assert isinstance(queue, SqsQueue)
    assert queue._client.meta.region_name == "ap-northeast-1"


@pytest.fixture
def amazon(start_amazon: Callable[..., Amazon]) -> Amazon:
    """No buyer cancels; orders show to a search after a minute."""
    chosen = ("--order-lag-seconds", "60", "--regretted-orders", "0", "--quota-factor", "100")
    return start_amazon("--sellers", "3", "--listings", "30", "--restores", "6", *chosen)


@contextmanager
def hinted(engine: Engine, settings: FeedSettings, place: Place) -> Iterator[Running]:
    """Run feed with the queue: its tick has a thread of its own, as in the worker."""
    stop = threading.Event()
    run = Running(build_lanes(engine, settings, stop, Dependencies(order_queue=place.queue)), stop)
    [tick] = [tick for tick in run.lanes.ticks if tick.name == "order hints"]

    def rounds() -> None:
        while not stop.wait(0.1):
            tick.run()

    thread = threading.Thread(target=rounds)
    run.start()
    thread.start()
    try:
        yield run
    finally:
        run.end()
        thread.join(30)


def pump(amazon: Amazon, place: Place, **chances: object) -> list[dict[str, Any]]:
    """Put the notifications that are due into the queue, as Amazon does."""
    bodies = amazon.post("/_sim/notifications", **chances)["bodies"]
    place.send(*map(json.dumps, bodies))
    return bodies


def of(engine: Engine, amazon: Amazon, shop: Shop, *ids: int) -> list[Row[Any]]:
    skus = {shop.row(id).sku for id in ids}
    return [order for order in orders(engine) if order.sku in skus]


@pytest.mark.parametrize("eventbridge", [False, True])
def test_an_order_is_read_seconds_after_amazon_told(
    place: Place,
    engine: Engine,
    settings: FeedSettings,
    shop: Shop,
    amazon: Amazon,
    eventually: Eventually,
    eventbridge: bool,
) -> None:
    with hinted(engine, settings, place) as feed:
        begun(feed, engine, eventually)
        sold, twice = listed(shop, 1)[:2]
        pump(amazon, place, lost=0, twice=1, late=0)
        buy(amazon, shop, sold, twice)
        bought = now()

        def stored() -> bool:
            pump(amazon, place, eventbridge=eventbridge)
            return len(of(engine, amazon, shop, sold, twice)) == 2

        eventually(stored, 30)
        assert now() - bought < timedelta(seconds=30), "a search shows an order after a minute"
        eventually(lambda: shop.row(sold).verified_at is not None)
        assert [shop.row(one).quantity for one in (sold, twice)] == [0, 0]
        assert [shop.events(one).count("ordered") for one in (sold, twice)] == [1, 1]

        def told_all() -> bool:
            pump(amazon, place)
            return place.size() == 0

        eventually(told_all, 60)
        assert len(of(engine, amazon, shop, sold, twice)) == 2


def test_what_the_queue_loses_is_found_by_the_read_of_every_three_minutes(
    place: Place, engine: Engine, settings: FeedSettings, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    with hinted(engine, settings, place) as feed:
        begun(feed, engine, eventually)
        lost, told = listed(shop, 1)[:2]
        pump(amazon, place, lost=1)
        buy(amazon, shop, lost)
        assert pump(amazon, place, lost=0, twice=0, late=0) == []
        buy(amazon, shop, told)

        def one_stored() -> bool:
            pump(amazon, place)
            return len(of(engine, amazon, shop, told)) == 1

        eventually(one_stored, 30)
        assert of(engine, amazon, shop, lost) == []
        place.leave()
        amazon.post("/_sim/clock", advance_seconds=120)
        read(feed, engine, eventually)
        eventually(lambda: len(of(engine, amazon, shop, lost)) == 1)
        assert [shop.events(one).count("ordered") for one in (lost, told)] == [1, 1]


def test_garbage_and_strangers_are_deleted_and_hold_up_nobody(
    place: Place, engine: Engine, settings: FeedSettings, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    with hinted(engine, settings, place) as feed:
        begun(feed, engine, eventually)
        pump(amazon, place, lost=0, twice=0, late=0)
        stranger = {"SellerId": "STRANGER", "AmazonOrderId": "503-1234567-1234567"}
        body = {"NotificationType": "ORDER_CHANGE", "Payload": {"OrderChangeNotification": stranger}}
        place.send("no JSON", json.dumps(body))
        eventually(lambda: place.size() == 0)
