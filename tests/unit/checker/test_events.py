"""Row M2: a withdrawal at once wakes feed, and requests another source from the updater."""

import pytest

from mercarich_checker.adapters.events_kafka import KafkaEvents
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import ListingsChanged, RevivalWanted
from mercarich_platform.outages import BrokerAway


class FakePublisher:
    """`AnyPublisher` that records what it gets."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.away = False

    def publish(self, topic: str, value: bytes, *, key: bytes | None = None) -> None:
        if self.away:
            raise BrokerAway("no Kafka broker answers")
        self.published.append((topic, value))

    def flush(self, timeout_seconds: float) -> None: ...


def test_m2_each_seller_is_pushed_for_and_all_listings_want_a_replacement() -> None:
    publisher = FakePublisher()
    KafkaEvents(publisher).withdrawn(Marketplace.YAHOO, 7, {2: [30, 31], 1: [10]})

    *pushes, (topic, wanted) = publisher.published
    assert [(topic, ListingsChanged.decode(value).user_id) for topic, value in pushes] == [
        ("listings.changed", 1),
        ("listings.changed", 2),
    ]
    assert (topic, RevivalWanted.decode(wanted)) == (
        "update.yahoo",
        RevivalWanted(marketplace=Marketplace.YAHOO, run_id=7, listing_ids=(10, 30, 31)),
    )


def test_m2_without_the_broker_the_withdrawal_stands_and_the_schedules_find_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    publisher = FakePublisher()
    publisher.away = True
    KafkaEvents(publisher).withdrawn(Marketplace.YAHOO, 7, {1: [10]})

    assert "a wake-up could not be sent; the schedules will find the rows" in caplog.text
