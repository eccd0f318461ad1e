"""Opening a client of kafka-python so that a broker that is away costs seconds and leaves nothing behind."""

import socket
from collections.abc import Callable
from typing import Any, TypeVar

from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from mercarich_platform.outages import BrokerAway

Client = TypeVar("Client")

REQUEST_TIMEOUT_MS = 10_000
BOOTSTRAP_TIMEOUT_MS = 2_000
"""The driver's default blocks a constructor for 30 s."""


def open_client(make: Callable[..., Client], bootstrap: str, **options: Any) -> Client:
    """Call a constructor of the driver. Raises `BrokerAway` after 2 s at most when no broker answers.

    A constructor that fails leaves its I/O thread and sockets behind: so one is called only when a port answers, and
    the network client is caught and closed if it fails nevertheless.
    """
    addresses = [address.strip() for address in bootstrap.split(",")]
    if not any(_answers(address) for address in addresses):
        raise BrokerAway(f"no Kafka broker answers at {bootstrap}")
    opened: list[Any] = []

    def network(**configs: Any) -> Any:
        opened.append(KafkaNetClient(**configs))
        return opened[-1]

    try:
        return make(
            bootstrap_servers=addresses,
            kafka_client=network,
            bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            reconnect_backoff_max_ms=1_000,
            **options,
        )
    except (KafkaError, OSError) as error:
        for client in opened:
            client.close()
        raise away(bootstrap, error) from error


def _answers(address: str) -> bool:
    host, _, port = (address if ":" in address else f"{address}:9092").rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), BOOTSTRAP_TIMEOUT_MS / 1000).close()
    except (OSError, ValueError):
        return False
    return True


def away(bootstrap: str, error: BaseException) -> BrokerAway:
    """The failure in one sentence, without the driver's internals."""
    return BrokerAway(f"no Kafka broker answers at {bootstrap} ({type(error).__name__})")
