"""The processes that people and Amazon reach tell their names and release to Prometheus, as all others do."""

import base64
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from tests.integration.web.conftest import Mercarich
from tests.services.process import free_port

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
    program, *words = PROCESSES[name]
    served = [] if name == "notices" else ["--port", str(free_port())]
    command = [str(Path(sys.executable).with_name(program)), *words, *served]
    environment = mercarich.environment | OWN | {"MERCARICH_METRICS_PORT": str(port)}
    log = tmp_path / "log"

    def told() -> bool:
        try:
            return f'mercarich_build_info{{process="{name}"' in httpx.get(f"http://127.0.0.1:{port}/metrics").text
        except httpx.TransportError:
            return False

    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            deadline = time.monotonic() + START_SECONDS
            while not told():
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
        finally:
            process.terminate()
