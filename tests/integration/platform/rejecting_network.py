"""A process in a network of its own, which rejects connections to its only server: what the driver makes of them."""

import socket
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

from kafka.errors import KafkaConnectionError
from kafka.net.selector import NetworkSelector

from mercarich_platform.broker import Broker
from mercarich_platform.kafka.driver import _Connections

RULE = """
table ip rejecting {{
  chain output {{
    type filter hook output priority 0;
    tcp dport {port} reject with icmp type port-unreachable
  }}
}}
"""


def main() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        subprocess.run(["nft", "-f", "-"], input=RULE.format(port=port), text=True, check=True)
        sys.stdout.write(connecting_to(port))


def connecting_to(port: int) -> str:
    """Return the error of the driver's connection."""
    net = NetworkSelector()
    broker = Broker.of(f"127.0.0.1:{port}")
    connections: Any = _Connections(net, broker, bootstrap_servers=[broker.bootstrap])
    node = SimpleNamespace(host="127.0.0.1", port=port)
    try:
        net.run(connections._build_transport, node, time.monotonic() + 5)
    except KafkaConnectionError as error:
        return str(error.args[0])
    return "connected"


main()
