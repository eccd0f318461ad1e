"""The simulator as a process: real connections that break, real quotas, a state that survives."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

PATCH = {
    "productType": "PRODUCT",
    "patches": [
        {
            "op": "replace",
            "path": "/attributes/fulfillment_availability",
            "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 0}],
        }
    ],
}


def page_of(row: dict[str, Any]) -> str:
    return f"/yahoo/jp/auction/{row['source_id']}"


def patch(sim: Any, row: dict[str, Any], token: dict[str, str]) -> httpx.Response:
    address = f"/spapi/listings/2021-08-01/items/{row['seller_id']}/{row['sku']}"
    response: httpx.Response = sim.client.patch(
        address, params={"marketplaceIds": "A1VC38T7YXB528"}, json=PATCH, headers=token
    )
    return response


@pytest.mark.parametrize(
    ("kind", "error"),
    [("reset", httpx.ReadError), ("truncated", httpx.RemoteProtocolError), ("timeout", httpx.ReadTimeout)],
)
def test_a_spoiled_connection_fails_as_a_real_one_and_the_next_request_works(
    start: Any, kind: str, error: type[Exception]
) -> None:
    sim = start()
    page = page_of(sim.rows()[0])
    sim.post("/_sim/faults", target="yahoo", kind=kind)
    with pytest.raises(error):
        sim.client.get(page, timeout=1)
    assert sim.get("/_sim/faults")["faults"][0]["hit"] == 1
    sim.client.delete("/_sim/faults").raise_for_status()
    assert sim.client.get(page).status_code == 200


def test_a_slow_answer_takes_its_seconds_and_holds_nobody_up(start: Any) -> None:
    sim = start()
    first, second = (page_of(sim.rows()[n]) for n in (0, 2))
    sim.post("/_sim/faults", target="yahoo", kind="slow", seconds=1.0, only=[sim.rows()[0]["source_id"]])

    def timed(page: str) -> float:
        begin = time.monotonic()
        assert sim.client.get(page).status_code == 200
        return time.monotonic() - begin

    with ThreadPoolExecutor(2) as pool:
        slow, quick = pool.map(timed, (first, second))
    assert slow >= 1.0
    assert quick < 0.9


def test_patches_beyond_the_quota_are_refused_and_soon_taken_again(start: Any) -> None:
    sim = start()
    rows = [row for row in sim.rows() if row["username"] == "seller001"][:12]
    token = sim.access_token(rows[0]["seller_id"])
    statuses = [patch(sim, row, token).status_code for row in rows]
    assert statuses[:5] == [200] * 5
    assert 429 in statuses
    until = time.monotonic() + 5
    while (answer := patch(sim, rows[-1], token)).status_code == 429 and time.monotonic() < until:
        time.sleep(0.05)
    assert answer.status_code == 200
    assert answer.headers["x-amzn-ratelimit-limit"] == "5"
    assert sim.get("/_sim/ledger")["quota_429"]["patchListingsItem"] >= statuses.count(429)


def test_the_market_goes_on_where_it_was_after_a_restart(start: Any, tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "market.json"), "--already-sold", "0.1")
    sim = start(*state)
    row = sim.rows()[0]
    sim.post("/_sim/events", marketplace="yahoo", kind="ended", ids=[row["source_id"]])
    sim.post("/_sim/events", marketplace="yahoo", kind="relisted", ids=[row["source_id"]])
    sim.post("/_sim/events", marketplace="yahoo", kind="sold", ids=[sim.rows()[2]["source_id"]], after_seconds=9_999)
    token = sim.access_token(row["seller_id"])
    assert patch(sim, row, token).status_code == 200
    before = [
        sim.get(f"/_sim/items/yahoo/{row['source_id']}"),
        sim.get(f"/_sim/offers/{row['seller_id']}/{row['sku']}")["changes"],
        sim.get("/_sim/seed"),
        sim.get("/_sim/ledger")["sources_gone"],
    ]
    assert sim.stop() == 0
    again = start(*state)
    after = [
        again.get(f"/_sim/items/yahoo/{row['source_id']}"),
        again.get(f"/_sim/offers/{row['seller_id']}/{row['sku']}")["changes"],
        again.get("/_sim/seed"),
        again.get("/_sim/ledger")["sources_gone"],
    ]
    assert after == before
    assert patch(again, row, token).status_code == 200
    again.post("/_sim/clock", advance_seconds=10_000)
    assert again.get(f"/_sim/items/yahoo/{again.rows()[2]['source_id']}")["state"] == "sold"


def test_a_state_of_another_market_is_refused_and_left_alone(start: Any, tmp_path: Path) -> None:
    path = tmp_path / "market.json"
    assert start("--state", str(path)).stop() == 0
    content = path.read_bytes()
    command = [sys.executable, "-m", "mercarich_simulator", "serve", "--seed", "2", "--state", str(path)]
    ended = subprocess.run(command, capture_output=True, timeout=20, check=False)
    assert ended.returncode == 78
    assert b"another market" in ended.stderr
    assert path.read_bytes() == content


def test_the_clock_runs_stands_still_and_is_sped_up(start: Any) -> None:
    sim = start()
    assert sim.post("/_sim/clock", mode="manual", advance_seconds=100)["mode"] == "manual"
    still = sim.get("/_sim/clock")["now"]
    sim.client.get("/healthz")
    assert sim.get("/_sim/clock")["now"] == still
    sim.post("/_sim/clock", mode="real", speed=1_000)
    until = time.monotonic() + 5
    while sim.get("/_sim/clock")["now"] < still + 100:
        assert time.monotonic() < until
    reply = sim.client.post("/_sim/clock", json={"advance_seconds": -1})
    assert reply.status_code == 400


def test_a_reset_begins_another_market(start: Any) -> None:
    sim = start()
    sim.post("/_sim/faults", target="yahoo", kind="500")
    first = sim.rows()[0]
    assert sim.post("/_sim/reset", seed=9, listings=40)["seed"] == 9
    assert len(sim.rows()) == 40
    assert sim.rows()[0]["source_id"] != first["source_id"]
    assert sim.get("/_sim/faults")["faults"] == []
    assert sim.client.post("/_sim/reset", json={"nonsense": 1}).status_code == 400


def test_the_ledger_counts_requests_of_each_marketplace(start: Any) -> None:
    sim = start()
    row = sim.rows()[0]
    for _ in range(7):
        sim.client.get(page_of(row))
    upstream = sim.get("/_sim/ledger")["upstream"]
    assert upstream["yahoo"]["requests"] == 7
    assert 1 <= upstream["yahoo"]["max_per_second"] <= upstream["yahoo"]["max_per_60_seconds"] == 7
    assert upstream["mercari"]["requests"] == 0
