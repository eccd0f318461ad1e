"""The server of metrics and probes."""

import socket

import pytest

from mercarich_platform.front import TryAgain
from mercarich_platform.health import HealthServer


def test_a_taken_port_is_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TryAgain, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            HealthServer("127.0.0.1", port, healthy=lambda: None, ready=lambda: None)
