"""What one session, person or network may have at once: beyond it a clear refusal, and everybody else is served."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, Browser, Served, let_sign_in, served
from tests.integration.web.test_api import key_of
from tests.integration.web.test_job_pages import CSV, upload
from tests.integration.web.workshop import Workshop

from mercarich_platform.clock import utc_now
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.jobs.jobs import Kind
from mercarich_web.settings import PagesSettings
from mercarich_web.site import shares

FORM = "application/x-www-form-urlencoded"
NEAR, ELSEWHERE = "127.0.0.1", "127.0.7.1"
"""Two networks of clients."""
SECONDS = 60.0


class SlowPasswords(Argon2Passwords):
    """Nobody's password is told right or wrong before `go` is set."""

    def __init__(self) -> None:
        super().__init__(memory_kib=64)
        self.go = threading.Event()

    def matches(self, password_hash: str | None, password: str) -> bool:
        assert self.go.wait(SECONDS)
        return super().matches(password_hash, password)


@pytest.fixture
def passwords() -> Iterator[SlowPasswords]:
    made = SlowPasswords()
    made.go.set()
    yield made
    made.go.set()


@pytest.fixture
def build(
    database_url: str, tmp_path: Path, engine: Engine, rows: Rows, passwords: SlowPasswords
) -> Callable[[], FastAPI]:
    """Build the pages, after the test has set their shares. Ann and Bob can sign in."""
    for name in ("ann", "bob"):
        let_sign_in(engine, rows.user(name), language="en")
    values = {"database_url": database_url, "data_dir": tmp_path, "kafka_bootstrap": "127.0.0.1:9"}
    return lambda: build_pages(SharedSettings.model_validate(values), PagesSettings(), passwords=passwords)


@contextmanager
def dripping(site: Served, count: int, address: str = NEAR, *, more: str = "", sent: bytes = b"u") -> Iterator[None]:
    """Hold this many requests whose bodies have not come yet."""
    port = int(site.origin.rpartition(":")[2])
    lines = ["POST /sign-in HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Origin: {site.origin}", f"Content-Type: {FORM}"]
    head = "\r\n".join([*lines, "Content-Length: 900000", *([more] if more else []), "", ""]).encode()
    with ExitStack() as held:
        for _ in range(count):
            one = socket.create_connection((NEAR, port), timeout=SECONDS, source_address=(address, 0))
            held.enter_context(one).sendall(head + sent)
        yield


def until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def status(ask: Callable[[], httpx.Response]) -> int:
    """Return the status; 429 too for a connection that is ended with its refusal still on the way."""
    try:
        return ask().status_code
    except (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError):
        return 429


def test_slow_clients_of_one_network_leave_the_others_served(build: Callable[[], FastAPI]) -> None:
    with served(build(), most_at_once=40, most_of_a_network=20) as site, dripping(site, 50):
        until(lambda: status(lambda: site.browser(NEAR).get("/sign-in")) == 429, "their network's share is used up")
        answers = [site.browser(ELSEWHERE).get("/sign-in").status_code for _ in range(5)]

    assert answers == [200] * 5


def test_a_connection_that_ends_gives_its_place_back(build: Callable[[], FastAPI]) -> None:
    with served(build(), most_at_once=40, most_of_a_network=5) as site:
        with dripping(site, 5):
            until(lambda: status(lambda: site.browser(NEAR).get("/sign-in")) == 429, "the share is used up")
        until(lambda: status(lambda: site.browser(NEAR).get("/sign-in")) == 200, "the places are free again")


def test_behind_a_trusted_proxy_each_clients_requests_are_counted(
    build: Callable[[], FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "REQUESTS_OF_A_NETWORK", 5)
    with (
        served(build(), most_at_once=40, most_of_a_network=2, trusted_proxies="127.0.0.0/8") as site,
        dripping(site, 5, more="X-Forwarded-For: 203.0.113.9"),
    ):
        there, here = site.browser(), site.browser()
        there.client.headers["X-Forwarded-For"] = "203.0.113.77"
        here.client.headers["X-Forwarded-For"] = "198.51.100.7"
        until(lambda: there.get("/sign-in").status_code == 429, "the share of the client's network is used up")
        refused = there.get("/sign-in")
        answers = [here.get("/sign-in").status_code for _ in range(5)]

    assert (refused.headers["retry-after"], "your network" in refused.text) == ("2", True)
    assert answers == [200] * 5


def test_streams_of_one_session_are_bounded_and_one_that_ends_makes_place(
    build: Callable[[], FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "STREAMS_OF_A_SESSION", 3)
    monkeypatch.setattr(shares, "STREAMS_OF_A_PERSON", 4)
    with served(build()) as site, ExitStack() as held:
        ann, again, bob = (signed_in(site, name) for name in ("ann", "ann", "bob"))
        page, bobs = (upload(one, CSV.encode()) for one in (ann, bob))
        streams = [open_stream(held, ann, page) for _ in range(3)]
        refused = ann.get(f"{page}/progress")
        streams.append(open_stream(held, again, page))
        others = [again.get(f"{page}/progress").status_code, open_stream(held, bob, bobs).status_code]
        streams[0].close()
        until(lambda: _opens(ann, page), "the place is free again")

    assert [one.status_code for one in streams] == [200] * 4
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
    assert "Too many at once" in refused.text
    assert others == [429, 200]


@pytest.mark.parametrize("most", [0, 1])
def test_downloads_are_bounded_in_pages_and_api(
    build: Callable[[], FastAPI], monkeypatch: pytest.MonkeyPatch, engine: Engine, most: int
) -> None:
    monkeypatch.setattr(shares, "DOWNLOADS_OF_A_SELLER", most)
    workers = Workshop(engine)
    workers.now.at = utc_now()
    with served(build()) as site:
        ann = signed_in(site, "ann")
        job = upload(ann, CSV.replace("yahoo", "nowhere").encode())
        workers.work(Kind.IMPORT)
        ann.get("/account/keys")
        key = {"Authorization": f"Bearer {key_of(ann, Scope.LISTINGS_READ, Scope.JOBS_READ)}"}
        files = [ann.get(path) for path in ("/listings/export.csv", f"{job}/to-mend.csv", f"{job}/problems.csv")]
        program = site.browser().client
        files += [program.get(f"/api/v1{path}", headers=key) for path in ("/listings/export.csv", f"{job}/to-mend.csv")]

    assert [one.status_code for one in files] == [200 if most else 429] * 5
    assert {one.headers.get("retry-after") for one in files} == {None if most else "2"}


def test_sign_ins_that_wait_keep_no_thread_from_the_pages(
    build: Callable[[], FastAPI], monkeypatch: pytest.MonkeyPatch, passwords: SlowPasswords
) -> None:
    monkeypatch.setattr(shares, "HASHES_OF_A_NETWORK", 40)
    monkeypatch.setattr(shares, "HASHES_WAITING", 40)
    passwords.go.clear()
    app = build()
    with served(app) as site, ExitStack() as ends:
        ends.callback(passwords.go.set)
        answers = [ends.enter_context(sent(site, f"name{number}", NEAR)) for number in range(40)]
        until(lambda: waiting(app) == 40, "all forty wait")
        pages = [site.browser(ELSEWHERE).get("/sign-in").status_code for _ in range(5)]
        passwords.go.set()
        until(lambda: all(answers), "all are answered")

    assert pages == [200] * 5
    assert {one[0] for one in answers} <= {401, 429}


def test_a_network_has_its_share_of_what_is_hashed_and_the_rest_is_refused_at_once(
    build: Callable[[], FastAPI], passwords: SlowPasswords
) -> None:
    passwords.go.clear()
    app = build()
    with served(app) as site, ExitStack() as ends:
        ends.callback(passwords.go.set)
        for number in range(shares.HASHES_OF_A_NETWORK):
            ends.enter_context(sent(site, f"name{number}", NEAR))
        until(lambda: waiting(app) == shares.HASHES_OF_A_NETWORK, "their share is used up")
        refused = sign_in(site.browser(NEAR), "ann")
        elsewhere = ends.enter_context(sent(site, "bob", ELSEWHERE, PASSWORD))
        passwords.go.set()
        until(lambda: elsewhere, "the other network's is answered")

    assert refused.headers["retry-after"] == "2"
    assert "同時に処理できる数を超えました" in refused.text
    assert elsewhere == [303]


def test_files_are_received_within_a_share_and_small_forms_beside_them(
    build: Callable[[], FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "LARGE_BODIES_OF_A_NETWORK", 1)
    app = build()
    with served(app) as site:
        ann, bob = signed_in(site, "ann"), signed_in(site, "bob", ELSEWHERE)
        large = CSV.encode() + b"A-2,yahoo,x7654321," + b"t" * 2_000_000
        with uploading(site, ann, large[:1_500_000]):
            until(lambda: app.state.shares.large_bodies.held == 1, "the network's share is used up")
            answers = [_uploaded(ann, large), _uploaded(bob, large), _uploaded(ann, CSV.encode())]
        until(lambda: app.state.shares.large_bodies.held == 0, "the place is free again")
        answers.append(_uploaded(ann, large))

    assert answers == [429, 303, 303, 303]


def signed_in(site: Served, username: str, address: str | None = None) -> Browser:
    one = site.browser(address)
    assert one.sign_in(username).status_code == 303
    return one


def sign_in(one: Browser, username: str, password: str = "not the password") -> httpx.Response:
    return one.post("/sign-in", username=username, password=password)


def waiting(app: FastAPI) -> int:
    held: int = app.state.shares.hashes.held
    return held


@contextmanager
def sent(site: Served, username: str, address: str, password: str = "not the password") -> Iterator[list[int]]:
    """Send a sign-in that waits for its answer; its status is in the list once it has come."""
    answers: list[int] = []
    one = site.browser(address)
    one.client.timeout = httpx.Timeout(SECONDS)
    thread = threading.Thread(target=lambda: answers.append(sign_in(one, username, password).status_code))
    thread.start()
    try:
        yield answers
    finally:
        thread.join(SECONDS)


@contextmanager
def uploading(site: Served, one: Browser, begun: bytes) -> Iterator[None]:
    """Hold the upload of a file that has not come whole."""
    host, cookie = site.origin.removeprefix("http://"), one.client.cookies["mercarich"]
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + begun
    lines = ["POST /jobs/import HTTP/1.1", f"Host: {host}", f"Origin: {site.origin}", f"Cookie: mercarich={cookie}"]
    lines += ["Content-Type: multipart/form-data; boundary=x", f"Content-Length: {len(body) + 1_000}"]
    with socket.create_connection((NEAR, int(host.rpartition(":")[2])), timeout=SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        yield


def _uploaded(one: Browser, data: bytes) -> int:
    files, fields = {"file": ("x.csv", data, "text/csv")}, {"form_token": one.token}
    return status(lambda: one.client.post("/jobs/import", data=fields, files=files, headers={"Origin": one.origin}))


def open_stream(held: ExitStack, one: Browser, page: str) -> httpx.Response:
    return held.enter_context(one.client.stream("GET", f"{page}/progress"))


def _opens(one: Browser, page: str) -> bool:
    with one.client.stream("GET", f"{page}/progress") as answer:
        return answer.status_code == 200
