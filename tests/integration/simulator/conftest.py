"""A real simulator process on a free port."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
from tests.services.process import free_port


@dataclass
class Running:
    """A started simulator and a client for it."""

    process: subprocess.Popen[bytes]
    base: str
    client: httpx.Client

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, params=query or None).raise_for_status().json()

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, json=body).raise_for_status().json()

    def rows(self) -> list[dict[str, Any]]:
        text = self.client.get("/_sim/seed/listings", params={"limit": 20_000}).content
        return [orjson.loads(line) for line in text.splitlines()]

    def access_token(self, seller_id: str) -> dict[str, str]:
        seed = self.get("/_sim/seed")
        refresh = next(one["refresh_token"] for one in seed["sellers"] if one["seller_id"] == seller_id)
        form = {"grant_type": "refresh_token", "refresh_token": refresh, **seed["lwa"]}
        granted = self.client.post("/lwa/auth/o2/token", data=form).raise_for_status().json()
        return {"x-amz-access-token": granted["access_token"]}

    def stop(self) -> int:
        self.client.close()
        self.process.terminate()
        return self.process.wait(10)


Start = Callable[..., Running]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start simulators by command line; all of them end with the test."""
    running: list[Running] = []

    def begin(*arguments: str) -> Running:
        port = free_port()
        chosen = ["--port", str(port), "--listings", "400", "--sellers", "4", "--churn-per-hour", "0", *arguments]
        process = subprocess.Popen([sys.executable, "-m", "mercarich_simulator", "serve", *chosen])
        base = f"http://127.0.0.1:{port}"
        found = Running(process, base, httpx.Client(base_url=base, timeout=10))
        running.append(found)
        _wait_until_up(found)
        return found

    yield begin
    for one in running:
        if one.process.poll() is None:
            one.stop()
        one.client.close()


def _wait_until_up(running: Running) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        assert running.process.poll() is None, "the simulator ended at once"
        try:
            assert running.get("/healthz") == {"status": "ok"}
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the simulator did not come up")
