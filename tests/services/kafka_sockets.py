"""Sockets of connections to Kafka that nobody gets, closed at once.

kafka-python leaves the socket of a connection that is refused, or under way when its client is closed, to the garbage
collector. Its warning would come in whichever test runs then, and one about a socket of ours would not be seen among
them.
"""

import socket
from typing import Any

from kafka.net.inet import KafkaNetSocket

_connect = KafkaNetSocket.sock_connect


async def _connect_or_close(
    kind: KafkaNetSocket, net: Any, sock: socket.socket, sockaddr: Any, timeout_at: float | None = None
) -> socket.socket:
    connected = None
    try:
        connected = await _connect(kind, net, sock, sockaddr, timeout_at=timeout_at)
        return connected
    finally:
        if connected is None:
            sock.close()


def close_unused() -> None:
    """Let kafka-python close such sockets, in this process from now on."""
    KafkaNetSocket.sock_connect = _connect_or_close
