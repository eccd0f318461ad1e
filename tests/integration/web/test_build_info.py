"""The processes that people and Amazon reach tell their names and release to Prometheus, as all others do."""

import base64
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import Engine
from tests.integration.web.conftest import Mercarich
from tests.services.process import free_port

from mercarich_contracts.linking import CALLBACK_PATH
from mercarich_feed.bootstrap_callback import MOST_AT_ONCE

KEY = base64.b64encode(b"k" * 32).decode()
PROCESSES = {
    "pages": ("mercarich-web", "serve"),
    "notices": ("mercarich-web", "notices"),
    "oauth": ("mercarich-feed", "oauth"),
}
START_SECONDS = 60.0
OWN = {
    "PAGES_KEY": KEY,
    "FEED_PAGES_URL": "https://shop.example",
    "FEED_LWA_CLIENT_ID": "client",
    "FEED_LWA_CLIENT_SECRET": "secret",
    "FEED_ENCRYPTION_KEY": KEY,
}


@pytest.mark.parametrize("name", PROCESSES)
def test_its_metrics_have_its_name(name: str, mercarich: Mercarich, engine: Engine, port: int, tmp_path: Path) -> None:
    with running(name, mercarich, port, tmp_path / "log"):
        assert f'mercarich_build_info{{process="{name}"' in ask(f"http://127.0.0.1:{port}/metrics").text


def test_connections_of_one_network_leave_the_way_back_from_amazon_to_the_others(
    mercarich: Mercarich, engine: Engine, port: int, tmp_path: Path
) -> None:
    with running("oauth", mercarich, port, tmp_path / "log") as address, ExitStack() as held:
        own = urlsplit(address).port
        for _ in range(MOST_AT_ONCE):
            held.enter_context(socket.create_connection(("127.0.0.1", own), START_SECONDS))
        elsewhere = held.enter_context(httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.7.1")))
        answers = [elsewhere.get(f"{address}{CALLBACK_PATH}", timeout=START_SECONDS).status_code]
        answers += [ask(f"http://127.0.0.1:{port}{path}").status_code for path in ("/healthz", "/readyz", "/metrics")]

    assert answers == [303, 200, 200, 200]


@contextmanager
def running(name: str, mercarich: Mercarich, port: int, log: Path) -> Iterator[str]:
    """Run the process with its metrics at `port`; yield the address of what it serves once its metrics are there."""
    program, *words = PROCESSES[name]
    own = free_port()
    served = [] if name == "notices" else ["--port", str(own)]
    command = [str(Path(sys.executable).with_name(program)), *words, *served]
    environment = mercarich.environment | OWN | {"MERCARICH_METRICS_PORT": str(port)}

    def there() -> bool:
        try:
            return ask(f"http://127.0.0.1:{port}/metrics").is_success
        except httpx.TransportError:
            return False

    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            deadline = time.monotonic() + START_SECONDS
            while not there():
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{own}"
        finally:
            process.terminate()


def ask(address: str) -> httpx.Response:
    return httpx.get(address, timeout=START_SECONDS, trust_env=False)
