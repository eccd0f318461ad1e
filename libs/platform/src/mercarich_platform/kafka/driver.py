"""Open clients of kafka-python: when the broker is away, fail within seconds and without leaks."""

import socket
from collections.abc import Callable
from typing import Any, TypeVar

from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from mercarich_platform.outages import BrokerAway

Client = TypeVar("Client")

REQUEST_TIMEOUT_MS = 10_000
BOOTSTRAP_TIMEOUT_MS = 2_000
"""The driver's default would block a constructor for 30 s."""


def open_client(make: Callable[..., Client], bootstrap: str, **options: Any) -> Client:
    """Call a constructor of the driver. Raises `BrokerAway` after at most 2 s when no broker answers.

    A failing constructor of kafka-python leaks its I/O thread and sockets. So it is called only when the port accepts
    connections, and if it fails nevertheless, its network client is captured and closed.
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
    """Return the failure as one sentence, without the driver's internals."""
    return BrokerAway(f"no Kafka broker answers at {bootstrap} ({type(error).__name__})")
