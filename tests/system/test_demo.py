"""The whole system on a small market: the demo's promises, and the content of its report."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from mercarich_local.demo_report import FAULTS

REPOSITORY = Path(__file__).parents[2]


def run_demo(data: Path, *arguments: str) -> tuple[int, str, dict[str, Any]]:
    """Exit code, output and report of one demo."""
    words = [str(Path(sys.executable).with_name("mercarich")), "demo", "--sellers", "4", *arguments]
    environment = {**os.environ, "MERCARICH_DATA_DIR": str(data)}
    process = subprocess.Popen(
        words,
        cwd=REPOSITORY,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    output, _ = process.communicate(timeout=230)
    _, alive = psutil.wait_procs(of_this_demo(process.pid, data), timeout=10)
    assert not alive
    return process.returncode, output, json.loads((data / "demo" / "report.json").read_text())


def of_this_demo(session: int, data: Path) -> list[psutil.Process]:
    """Return the processes left of its session, and of its guardian, which has a session of its own."""
    found = []
    for process in psutil.process_iter():
        try:
            guards = process.environ().get("MERCARICH_DATA_DIR") == str(data)
            if guards or os.getsid(process.pid) == session:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, ProcessLookupError):
            continue
    return found


@pytest.mark.timeout(240)
def test_the_whole_way_ends_with_a_clean_ledger_and_leaves_nothing_running(tmp_path: Path) -> None:
    code, output, report = run_demo(tmp_path, "--listings", "200")
    assert code == 0, output
    assert report["listings"] == 200
    assert report["checked"] == 180
    assert report["withdrawn"] >= 5
    assert report["pushed"] == report["withdrawn"] + report["restored"]
    acts = report["acts"]
    assert list(acts) == ["list", "revive", "freeze", "token", "order", "stop", "expire"]
    assert 0 < acts["revive"]["revived"] <= acts["revive"]["withdrawn"]
    assert acts["freeze"]["taken_over"] == [acts["freeze"]["job"]], "by check_background_jobs"
    assert acts["freeze"]["frozen_at"] < acts["freeze"]["searches"]
    assert acts["expire"]["pictures"] == acts["list"]["pictures"] > 0
    of_orders = ["Order", "Buy", "Stop", "Recover: the source"]
    titles = [
        "List",
        "Check",
        "Revive",
        "Restore",
        "Freeze",
        "Take over",
        "Token lost",
        "Recover: the seller",
        *of_orders,
    ]
    places = [output.index(f"\n{title}") for title in [*titles, "Expire", "Delete"]]
    assert places == sorted(places)
    assert not list((tmp_path / "demo" / "pictures").rglob("*.jpg"))
    assert "Sign in" not in output  # The demo runs no pages.
    _is_met_by_another_item(acts["order"], output)
    _goes_down_and_up(acts["stop"], output)
    assert {name: report[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert report["scenario"] == "normal"
    assert report["unknown"] == 0
    assert output.count("parser ") == 5
    assert "ledger: clean" in output


def _is_met_by_another_item(order: dict[str, Any], output: str) -> None:
    assert order["orders"] == order["orders_unsourced"]
    assert (order["orders_met_elsewhere"], order["sold_at_loss"], order["pieces_sold_twice"]) == (1, 0, 0)
    assert order["profit_jpy"] >= 0
    told = ["A buyer orders", "Feed has read", "The checker has looked", "The updater has found", "$ mercarich orders"]
    places = [output.rindex(f" {words}") for words in [*told, "Bought at", "1 met by another item"]]
    assert places == sorted(places)


def _goes_down_and_up(stop: dict[str, Any], output: str) -> None:
    first, dear, cheap = stop["source_jpy"]
    assert cheap < first < dear
    assert stop["down_seconds"] > 0
    told = ["LOSS_RULE take_down", f"costs {dear:,} yen now", "taken the offer down", f"costs {cheap:,} yen now"]
    places = [output.index(words) for words in [*told, "put it up", f"{stop['sku']}: 1 at Amazon again"]]
    assert places == sorted(places)


@pytest.mark.timeout(240)
def test_an_outage_holds_the_run_withdraws_nothing_and_ends_by_itself(tmp_path: Path) -> None:
    code, output, report = run_demo(tmp_path, "--listings", "300", "--scenario", "outage")
    assert code == 0, output
    assert all(report["held_seconds"][name] > 0 for name in ("yahoo", "mercari"))
    assert "held: " in output
    assert "goes on after" in output
    assert (report["wrong_withdrawals"], report["missed_withdrawals"]) == (0, 0)
    assert (report["checked"], report["unknown"]) == (270, 0)
