"""Real workers of sellers' jobs: killed, frozen and several at once; every job ends complete."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, insert, select
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows
from tests.integration.web.workshop import csv_of, item, offers
from tests.services.locks import frozen, locked
from tests.services.proxies import Asked, Reply, Upstream, upstream

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import SearchResult
from mercarich_db.engine import run_tx
from mercarich_db.tables import jobs, settings
from mercarich_platform.exit_codes import DONE

ROWS = 20_000
"""So many items that even a fast machine is in the middle of them when its worker is killed or frozen."""
A_FEW = 6_000
StartWorker = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def proxies() -> Iterator[Upstream]:
    with upstream(_answer) as market:
        yield market


@pytest.fixture
def start_worker(
    mercarich: Mercarich, rows: Rows, engine: Engine, proxies: Upstream, tmp_path: Path
) -> Iterator[StartWorker]:
    for name in ("hanako", "jiro", "saburo"):
        rows.user(name)
    short = {"JOB_LEASE_SECONDS": "10", "JOB_SLICE_SECONDS": "1"}
    values = [
        {"key": key, "value": value, "updated_at": datetime.now(UTC), "updated_by": "t"} for key, value in short.items()
    ]
    run_tx(engine, lambda connection: connection.execute(insert(settings), values))
    environment = mercarich.environment | {"WEB_YAHOO_PROXY_URL": proxies.url, "WEB_MERCARI_PROXY_URL": proxies.url}
    started: list[subprocess.Popen[bytes]] = []

    def start(kind: str) -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).with_name("mercarich-web")), "worker", "--jobs", kind]
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        return started[-1]

    yield start
    assert _ended(started) == []


def _ended(started: Sequence[subprocess.Popen[bytes]]) -> list[int]:
    """Ask every worker to end and wait for all. Return the exit codes of those that did not end well."""
    left = [process for process in started if process.poll() is None]
    for process in left:
        process.send_signal(signal.SIGCONT)
        process.terminate()
    for process in left:
        try:
            process.wait(50)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return [process.returncode for process in left if process.returncode != DONE]


def test_an_import_whose_worker_is_killed_in_the_middle_ends_whole_with_another(
    mercarich: Mercarich, start_worker: StartWorker, tmp_path: Path
) -> None:
    first = _start_import(mercarich, start_worker, tmp_path)

    first.kill()
    first.wait()
    assert _job(mercarich)["state"] == "running"
    start_worker("import")
    _until(lambda: _job(mercarich)["state"] == "finished")

    assert _job(mercarich)["made"] == ROWS
    exported = tmp_path / "out.csv"
    mercarich.page("job", "export", "--username", "hanako", str(exported))
    assert exported.read_text(encoding="utf-8-sig").count("\n") == ROWS + 1


def test_z2_a_worker_that_thaws_after_its_job_was_taken_over_writes_nothing_more(
    mercarich: Mercarich, start_worker: StartWorker, engine: Engine, tmp_path: Path
) -> None:
    first = _start_import(mercarich, start_worker, tmp_path)

    _until(lambda: frozen(first.pid, first.send_signal, lambda: locked(engine, select(jobs))))
    assert _job(mercarich)["state"] == "running"
    start_worker("import")
    _until(lambda: _job(mercarich)["state"] == "finished")
    before = _job(mercarich)
    os.kill(first.pid, signal.SIGCONT)
    first.terminate()

    assert first.wait(40) == DONE
    assert _job(mercarich) == before
    assert before["made"] == ROWS


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_fifty_thousand_rows_need_no_more_memory_than_a_few_and_show_how_far_they_are(
    mercarich: Mercarich, start_worker: StartWorker, tmp_path: Path
) -> None:
    worker = _start_import(mercarich, start_worker, tmp_path, A_FEW)
    _until(lambda: _job(mercarich)["state"] == "finished")
    before = _peak_megabytes(worker)
    file = tmp_path / "many.csv"
    file.write_bytes(csv_of(offers(50_000)))
    mercarich.page("job", "start", "import", str(file), "--username", "jiro")
    figures: list[int] = []

    def ended() -> bool:
        job = mercarich.json("job", "show", "2")["job"]
        figures.append(job["progress"])
        return bool(job["ended_at"])

    _until(ended, 400)

    assert mercarich.json("job", "show", "2")["job"]["made"] == 50_000
    assert figures == sorted(figures)
    assert len(set(figures)) > 4, figures
    assert _peak_megabytes(worker) - before < 20  # pages of SQLite among them: the sources of all rows are read


def test_two_workers_share_the_searches_of_several_sellers(
    mercarich: Mercarich, start_worker: StartWorker, proxies: Upstream
) -> None:
    for seller in ("hanako", "jiro", "saburo"):
        mercarich.page("job", "start", "search", "--username", seller, "--pages", "4", "cup")
    for _ in range(2):
        start_worker("search")

    _until(lambda: {job["state"] for job in mercarich.json("job", "list")["jobs"]} == {"finished"})

    assert {job["made"] for job in mercarich.json("job", "list")["jobs"]} == {8}
    assert {asked.path for asked in proxies.asked} == {"/v1/search"}
    assert len(proxies.asked) == 3 * 2 * 4


def _start_import(
    mercarich: Mercarich, start_worker: StartWorker, tmp_path: Path, rows: int = ROWS
) -> subprocess.Popen[bytes]:
    file = tmp_path / "offers.csv"
    file.write_bytes(csv_of(offers(rows)))
    mercarich.page("job", "start", "import", str(file), "--username", "hanako")
    worker = start_worker("import")
    _until(lambda: _job(mercarich)["done"] > 0)
    return worker


def _peak_megabytes(worker: subprocess.Popen[bytes]) -> float:
    status = Path(f"/proc/{worker.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def _job(mercarich: Mercarich) -> dict[str, object]:
    job: dict[str, object] = mercarich.json("job", "show", "1")["job"]
    return job


def _answer(asked: Asked) -> Reply:
    """Pages of one item each, which differ by marketplace and page."""
    page = orjson.loads(asked.body)["page"]
    found = [item(market, f"{prefix}{page}") for market, prefix in _IDS.items()]
    result = SearchResult(items=tuple(found), complete=False, page=page)
    return Reply(result.model_dump_json().encode(), headers={"content-type": "application/json"}, after_seconds=0.05)


_IDS = {Marketplace.YAHOO: "x10000000", Marketplace.MERCARI: "m1000000000"}


def _until(holds: Callable[[], bool], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
