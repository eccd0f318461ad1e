"""Messages of the queue of changed orders: which say something, what becomes of each, and a queue that is away."""

import json
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.services.order_queue import MemoryQueue

from mercarich_contracts.orders import OrderStatus
from mercarich_feed.adapters.order_pages import read_one
from mercarich_feed.domain.answers import AmazonTrouble, Answer, Forbidden, Missing, Transient
from mercarich_feed.domain.order_hints import MOST_RECEIVES, NoHint, OrderHint, Outcome, read
from mercarich_feed.domain.orders import OrderItem
from mercarich_feed.domain.pushes import Account, Offer
from mercarich_feed.handlers import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, HintRounds
from mercarich_feed.ports_orders import QueueAway
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.order_hints import TakeOrderHints
from mercarich_feed.use_cases.orders import StoreOrders

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
STORE, ORDER = "A3TH9S8BH6GOGM", "503-1234567-1234567"
SCHEMAS = Path(os.environ.get("MERCARICH_RECORDED_DATA", "../shared/data")) / "spapi" / "schemas" / "notifications"
MODEL = SCHEMAS / "OrderChangeNotification.json"


def told(order_id: str = ORDER, seller_id: str = STORE, **changes: Any) -> dict[str, Any]:
    """Return a notification as Amazon sends it, with what nobody may keep."""
    change = {
        "NotificationLevel": "OrderLevel",
        "SellerId": seller_id,
        "AmazonOrderId": order_id,
        "Summary": {"DestinationPostalCode": "100-0001", "OrderStatus": "Unshipped"},
    }
    body = {"NotificationVersion": "1.0", "NotificationType": "ORDER_CHANGE", "PayloadVersion": "1.0"}
    return {**body, "Payload": {"OrderChangeNotification": change}, **changes}


def enveloped(body: dict[str, Any]) -> dict[str, Any]:
    return {"version": "0", "detail-type": "ORDER_CHANGE", "source": "aws.partner/…", "detail": body}


def test_seller_and_order_are_read_from_a_bare_notification_and_from_eventbridges_envelope() -> None:
    for body in (told(), enveloped(told())):
        assert read(json.dumps(body)) == OrderHint(STORE, ORDER)


@pytest.mark.skipif(not MODEL.exists(), reason="MERCARICH_RECORDED_DATA holds no official models")
def test_amazons_own_example_is_read() -> None:
    [example] = json.loads(MODEL.read_text())["examples"]
    assert read(json.dumps(example)) == OrderHint("A3TH9S8BH6GOGM", "903-8868176-2219830")


@pytest.mark.parametrize(
    "body",
    [
        *("", "no JSON", "[]", "null", '"text"', "[" * 100_000, "{}"),
        json.dumps(told(NotificationType="LISTINGS_ITEM_STATUS_CHANGE")),
        json.dumps(told(Payload=None)),
        json.dumps(told(Payload={"OrderChangeNotification": []})),
        json.dumps(told(order_id="")),
        json.dumps(told(order_id="../../orders")),
        json.dumps(told(seller_id="x" * 33)),
        json.dumps(told(seller_id=7)),  # type: ignore[arg-type]
        json.dumps({"detail": told()}),
        json.dumps({"detail-type": "ORDER_CHANGE", "detail": "text"}),
    ],
)
def test_garbage_is_no_hint_and_its_text_is_not_repeated(body: str) -> None:
    with pytest.raises(NoHint, match=r"it (is|names) no"):
        read(body)


def test_an_order_that_amazon_ships_or_of_another_marketplace_has_no_items() -> None:
    item = {"orderItemId": "1", "quantityOrdered": 1, "product": {"sellerSku": "A"}}
    order: dict[str, Any] = {"orderId": ORDER, "createdTime": "2026-11-29T11:00:00Z", "orderItems": [item]}
    order |= {"lastUpdatedTime": "2026-11-29T11:05:00Z", "salesChannel": {"marketplaceId": "JP"}}
    assert [one.sku for one in read_one({"order": order}, "JP")] == ["A"]
    assert read_one({"order": order}, "US") == []
    assert read_one({"order": order | {"fulfillment": {"fulfilledBy": "AMAZON"}}}, "JP") == []
    with pytest.raises(Transient, match="getOrder is not as documented"):
        read_one({}, "JP")


ITEM = OrderItem(ORDER, "1", "A-1", None, 1, 1, 980, OrderStatus.UNSHIPPED, None, NOW, NOW, None)


@dataclass
class World:
    """The ports of `TakeOrderHints` but the queue: whose store it is, what getOrder says, and what was stored."""

    users: Mapping[int, bool] = field(default_factory=lambda: {1: True})
    says: AmazonTrouble | None = None
    linked: str = STORE
    asked: list[str] = field(default_factory=list)
    saved: list[tuple[int, str]] = field(default_factory=list)
    counted: list[tuple[Outcome, int]] = field(default_factory=list)
    aways: list[bool] = field(default_factory=list)

    def readers(self, seller_id: str) -> Mapping[int, bool]:
        return self.users if seller_id == STORE else {}

    def pushable(self, user_id: int) -> Account | None:
        return Account(user_id, self.linked, "JP", "token", trusted=True)

    def refused(self, account: Account, reason: str) -> None: ...

    def authorize(self, account: Account) -> None: ...

    def order(self, account: Account, order_id: str) -> Sequence[OrderItem]:
        self.asked.append(order_id)
        if self.says is not None:
            raise self.says
        return [ITEM]

    def last_pieces(self, account: Account, items: Sequence[OrderItem]) -> list[Offer]:
        return []

    def save(self, account: Account, items: Sequence[OrderItem], shown: Sequence[Answer]) -> Sequence[timedelta]:
        self.saved += [(account.user_id, item.order_id) for item in items]
        return []

    def trouble(self, trouble: AmazonTrouble) -> None: ...

    def ordered(self, waits: Sequence[timedelta]) -> None: ...

    def hinted(self, outcome: Outcome, count: int = 1) -> None:
        self.counted.append((outcome, count))

    def queue(self, *, away: bool) -> None:
        self.aways.append(away)


def taking(queue: MemoryQueue, world: World) -> TakeOrderHints:
    ports: Any = world
    return TakeOrderHints(queue, ports, ports, StoreOrders(ports, ports, ports), Gate(ports, ports, ports), ports)


def queue_of(*bodies: dict[str, Any] | str, lent_seconds: float = 300.0) -> MemoryQueue:
    queue = MemoryQueue(lent_seconds)
    queue.send(*(body if isinstance(body, str) else json.dumps(body) for body in bodies))
    return queue


def test_a_hint_is_read_by_the_api_stored_and_then_deleted() -> None:
    queue, world = queue_of(told()), World()
    assert taking(queue, world)() == 1
    assert (world.asked, world.saved, queue.size()) == ([ORDER], [(1, ORDER)], 0)
    assert world.counted == [(Outcome.STORED, 1)]


def test_messages_of_one_order_that_come_together_are_one_read() -> None:
    queue, world = queue_of(told(), enveloped(told()), told()), World()
    taking(queue, world)()
    assert (world.asked, queue.size(), world.counted) == ([ORDER], 0, [(Outcome.STORED, 3)])


def test_the_message_stays_while_its_order_could_not_be_stored() -> None:
    queue, world = queue_of(told(), lent_seconds=0), World(says=Transient("away"))
    take = taking(queue, world)
    take()
    assert (world.saved, queue.size(), world.counted) == ([], 1, [(Outcome.LEFT, 1)])
    world.says = None
    take.gate._rests.clear(1)
    take()
    assert (world.saved, queue.size()) == ([(1, ORDER)], 0)


def test_a_failure_of_the_database_leaves_the_message() -> None:
    class Broken(World):
        def save(self, *_: Any) -> Sequence[timedelta]:
            raise ConnectionError("the database is away")

    queue = queue_of(told())
    with pytest.raises(ConnectionError):
        taking(queue, Broken())()
    assert queue.size() == 1


def test_garbage_and_unknown_sellers_are_counted_and_deleted() -> None:
    queue, world = queue_of("no JSON", told(seller_id="NOBODY")), World()
    taking(queue, world)()
    assert (world.asked, queue.size()) == ([], 0)
    assert world.counted == [(Outcome.GARBAGE, 1), (Outcome.UNKNOWN_SELLER, 1)]


@pytest.mark.parametrize(
    ("world", "outcome"),
    [
        (World(says=Forbidden("no role")), Outcome.REFUSED),
        (World(users={1: False}), Outcome.LEFT),  # the store was linked just now: its orders are to be read first
        (World(linked="ANOTHERSTORE"), Outcome.UNKNOWN_SELLER),
        (World(users={1: True, 2: True}), Outcome.STORED),
    ],
)
def test_what_becomes_of_a_message(world: World, outcome: Outcome) -> None:
    queue = queue_of(told())
    taking(queue, world)()
    assert world.counted == [(outcome, 1)]
    assert queue.size() == (1 if outcome is Outcome.LEFT else 0)
    assert len(world.saved) == (len(world.users) if outcome is Outcome.STORED else 0)


def test_an_order_that_amazon_does_not_show_yet_is_asked_for_some_times() -> None:
    queue, world = queue_of(told(), lent_seconds=0), World(says=Missing("not found"))
    take = taking(queue, world)
    for _ in range(MOST_RECEIVES):
        assert queue.size() == 1
        take()
    assert (queue.size(), len(world.asked)) == (0, MOST_RECEIVES)
    assert world.counted[-1] == (Outcome.UNKNOWN_ORDER, 1)


def test_nothing_of_a_message_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    queue = queue_of(told(), told(NotificationType="OTHER"), '{"name": "100-0001"}')
    taking(queue, World())()
    assert repr(queue_of(told()).receive()).count("100-0001") == 0
    assert "100-0001" not in "".join(str(vars(record)) for record in caplog.records)


def test_a_queue_that_is_away_is_tried_again_after_a_growing_wait_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue, world, clock = queue_of(told()), World(), [0.0]
    calls = 0

    def take() -> int:
        nonlocal calls
        calls += 1
        return taking(queue, world)()

    ports: Any = world
    rounds = HintRounds(take, ports, threading.Event(), lambda: clock[0])
    queue.away = True
    waits = []
    for _ in range(8):
        before = calls
        rounds()
        assert calls == before + 1
        began = clock[0]
        while calls == before + 1:
            clock[0] += 1
            if clock[0] - began >= (waits[-1] if waits else 0) * 2 or clock[0] - began >= LONGEST_WAIT_SECONDS:
                break
            rounds()
            assert calls == before + 1, "within the wait nobody asks"
        waits.append(min(max((waits[-1] if waits else 0) * 2, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS))
        clock[0] = began + waits[-1]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert set(world.aways) == {True}
    queue.away = False
    rounds()
    assert (world.aways[-1], world.saved) == (False, [(1, ORDER)])


def test_a_queue_that_goes_away_before_the_deletion_gives_the_order_again() -> None:
    class Lossy(MemoryQueue):
        def delete(self, messages: Sequence[Any]) -> None:
            raise QueueAway("cut off")

    queue, world = Lossy(0), World()
    queue.send(json.dumps(told()))
    for _ in range(2):
        with pytest.raises(QueueAway):
            taking(queue, world)()
    assert world.saved == [(1, ORDER), (1, ORDER)]
