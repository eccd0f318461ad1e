"""The demo waits for what Amazon shows: a restore that it has accepted shows after a lag."""

import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from rich.console import Console
from tests.services.process import Service

from mercarich_local.demo_stage import Problem, Stage
from mercarich_local.demo_way import reviving
from mercarich_local.market import Simulator
from mercarich_local.screen import Screen

BIN = Path(sys.executable).parent


@pytest.fixture
def simulator(tmp_path: Path, port: int) -> Iterator[Simulator]:
    command = [BIN / "mercarich-simulator", "serve", "--port", port, "--sellers", "3", "--listings", "40"]
    service = Service([str(word) for word in command], tmp_path / "simulator.log", port=port)
    service.wait_until(service.accepts, 30)
    with Simulator(f"http://127.0.0.1:{port}") as simulator:
        yield simulator
    service.stop()


def _stage(simulator: Simulator, printed: io.StringIO) -> Stage:
    system: Any = SimpleNamespace(logs=Path("log"))
    unused: Any = None  # what this act does not touch
    screen = Screen(Console(file=printed, width=200), (), verbose=False)
    return Stage(system, unused, screen, simulator, unused, threading.Event())


def _taken_down(simulator: Simulator) -> tuple[str, str]:
    """Return an offer that Amazon shows no longer, since its pieces were ordered."""
    row = next(row for row in simulator.market().listings if row["quantity"] == 1)
    assert simulator.order(row["seller_id"], row["sku"]) == 1
    assert simulator.offer(row["seller_id"], row["sku"])["quantity"] == 0
    return row["seller_id"], row["sku"]


def test_a_restore_that_shows_late_is_waited_for(simulator: Simulator, port: int) -> None:
    seller_id, sku = _taken_down(simulator)
    body = {"offers": [{"seller_id": seller_id, "sku": sku, "comes_back": True}]}
    url = f"http://127.0.0.1:{port}/_sim/offers"
    later = threading.Timer(1.0, lambda: httpx.post(url, json=body).raise_for_status())
    later.start()
    printed = io.StringIO()

    reviving.tell_shown(_stage(simulator, printed), seller_id, sku)

    later.join()
    assert f"{sku}: 1 at Amazon since" in printed.getvalue()


def test_a_restore_that_never_shows_is_a_problem(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    seller_id, sku = _taken_down(simulator)
    monkeypatch.setattr(reviving, "SHOW_SECONDS", 0.5)

    with pytest.raises(Problem, match=f"Amazon shows {sku}, whose restore it accepted"):
        reviving.tell_shown(_stage(simulator, io.StringIO()), seller_id, sku)
