"""A process of the pages is killed during a request: nothing is half done, and the next process continues."""

import base64
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, Table, func, insert, select
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser, let_sign_in
from tests.integration.web.workshop import Workshop
from tests.services.locks import locked
from tests.services.process import free_port

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import job_files, jobs, listing_events, listings
from mercarich_web.jobs.jobs import Kind

LISTINGS, EXPORTED = 50_000, 20_000
TITLE = "中古レンズ " * 40
"""So long that the whole export fits into no socket's buffer."""
CSV = b"sku,marketplace,source_id,title\r\n"


class Pages:
    """`mercarich-web serve` on one port; a restart is a new process."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.port = free_port()
        self.browser = Browser(f"http://127.0.0.1:{self.port}")
        self._environment = environment
        self._log = folder / "pages.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("mercarich-web")), "serve", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        until(self._answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)

    def meanwhile(self, send: Callable[[], object]) -> threading.Thread:
        """The request gets no response, because its process is killed."""

        def sending() -> None:
            with suppress(httpx.TransportError):
                send()

        thread = threading.Thread(target=sending)
        thread.start()
        return thread

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return self.browser.client.get("/healthz").status_code == 200
        return False


@pytest.fixture
def pages(mercarich: Mercarich, rows: Rows, engine: Engine, tmp_path: Path) -> Iterator[Pages]:
    """Ann is signed in."""
    let_sign_in(engine, rows.user("ann"), language="en")
    own = {"PAGES_KEY": base64.b64encode(b"k" * 32).decode(), "MERCARICH_METRICS_PORT": "0"}
    pages = Pages(mercarich.environment | own, tmp_path)
    pages.start()
    pages.browser.sign_in("ann")
    yield pages
    pages.kill()
    pages.browser.client.close()


def test_a_bulk_action_that_is_killed_is_whole_or_not_there_and_the_next_one_is_whole(
    pages: Pages, rows: Rows, engine: Engine
) -> None:
    fill(engine, rows, LISTINGS)
    withdraw = {"action": "withdraw", "everything": "true"}
    sending = pages.meanwhile(lambda: pages.browser.post("/listings/apply", **withdraw))

    until(lambda: locked(engine, select(listings)))  # For 0.2 s the action is the only activity.
    pages.kill()
    sending.join(30)
    assert (count(engine, listing_events), down(engine)) in [(0, 0), (LISTINGS, LISTINGS)]

    pages.start()
    assert pages.browser.get("/listings").status_code == 200
    assert (
        pages.browser.client.post(
            "/listings/apply",
            data={"form_token": pages.browser.token, **withdraw},
            headers={"Origin": pages.browser.origin},
            timeout=120,
        ).status_code
        == 303
    )
    assert (count(engine, listing_events), down(engine)) == (LISTINGS, LISTINGS)


def test_an_export_that_is_killed_is_seen_to_be_cut_off_and_the_next_one_is_whole(
    pages: Pages, rows: Rows, engine: Engine
) -> None:
    fill(engine, rows, EXPORTED)
    with pytest.raises(httpx.TransportError):
        export_until_killed(pages)

    pages.start()
    assert pages.browser.get("/listings/export.csv").text.count("\n") == EXPORTED + 1


def test_an_upload_that_is_killed_before_its_file_is_whole_leaves_nothing(pages: Pages, engine: Engine) -> None:
    def half() -> Iterator[bytes]:
        body = multipart(pages, CSV + b"A-1,yahoo,x1234567,t\r\n" * 100_000)
        yield body[: len(body) // 2]
        pages.kill()
        yield body[len(body) // 2 :]

    with pytest.raises(httpx.TransportError):
        upload(pages, half())

    assert count(engine, jobs) == count(engine, job_files) == 0
    pages.start()
    assert pages.browser.get("/jobs").status_code == 200
    assert upload(pages, multipart(pages, CSV + b"A-1,yahoo,x1234567,t\r\n")).status_code == 303


def test_an_import_whose_file_is_not_stored_whole_is_begun_by_no_worker_and_can_be_stopped(
    pages: Pages, engine: Engine
) -> None:
    large = multipart(pages, CSV + b"A-1,yahoo,x1234567,t\r\n" * 1_000_000)
    sending = pages.meanwhile(lambda: upload(pages, large))

    until(lambda: count(engine, job_files) > 2)
    pages.kill()
    sending.join(30)
    assert Workshop(engine).claim(Kind.IMPORT) is None

    pages.start()
    assert "#1" in pages.browser.get("/jobs/1").text
    assert pages.browser.post("/jobs/1/stop").status_code == 303
    assert count(engine, job_files) == 0
    assert upload(pages, multipart(pages, CSV + b"A-1,yahoo,x1234567,t\r\n")).status_code == 303
    assert Workshop(engine).claim(Kind.IMPORT) is not None


def fill(engine: Engine, rows: Rows, listings_wanted: int) -> None:
    source = rows.source("x111111")
    first = rows.listing(1, source, "S-00000", title=TITLE)
    with reading(engine) as connection:
        one = dict(connection.execute(select(listings).where(listings.c.id == first)).one()._mapping)
    fixed = {name: value for name, value in one.items() if name not in ("id", "push_pending")}
    more = [{**fixed, "sku": f"S-{number:05}", "changed_at": ago(hours=2)} for number in range(1, listings_wanted)]
    run_tx(engine, lambda connection: connection.execute(insert(listings), more))


def export_until_killed(pages: Pages) -> None:
    plain = {"Accept-Encoding": "identity"}
    with pages.browser.client.stream("GET", "/listings/export.csv", headers=plain) as answer:
        pieces = answer.iter_raw()
        assert next(pieces).startswith('\ufeff"sku",'.encode())
        pages.kill()
        for _ in pieces:
            pass


def multipart(pages: Pages, data: bytes) -> bytes:
    token = f'--b\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{pages.browser.token}\r\n'
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n'
    return token.encode() + file.encode() + data + b"\r\n--b--\r\n"


def upload(pages: Pages, body: bytes | Iterator[bytes]) -> httpx.Response:
    headers = {"Origin": pages.browser.origin, "Content-Type": "multipart/form-data; boundary=b"}
    return pages.browser.client.post("/jobs/import", content=body, headers=headers)


def count(engine: Engine, table: Table) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def down(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).where(listings.c.quantity == 0)).scalar_one()


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
