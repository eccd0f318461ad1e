"""Requests of a hostile client: decompression bombs, bodies that never arrive, unneeded methods and headers."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Served, let_sign_in, served

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform import http_heads
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.tries import FREE_TRIES
from mercarich_web.settings import PagesSettings
from mercarich_web.site import protection

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> SharedSettings:
    return SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})


@pytest.fixture
def site(shared: SharedSettings, engine: Engine, rows: Rows) -> Iterator[Served]:
    let_sign_in(engine, rows.user("ann"))
    with served(build_pages(shared, PagesSettings(), passwords=PASSWORDS)) as one:
        yield one


def multipart(parts: int) -> bytes:
    one = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.csv"\r\n\r\n\r\n'
    return one * parts + b"--x--\r\n"


BOMBS: dict[str, tuple[str, Callable[[], bytes], str, int]] = {
    "a body of unknown length beyond the limit": ("/sign-in", lambda: b"password=" + b"x" * 1_100_000, FORM, 413),
    "a form of fifty thousand fields": ("/sign-in", lambda: b"&".join([b"a=1"] * 50_000), FORM, 400),
    "five thousand files in one form": ("/sign-in", lambda: multipart(5_000), "multipart/form-data; boundary=x", 400),
    "arrays in arrays, 100,000 deep": (
        "/api/v1/jobs/searches",
        lambda: b'{"given":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "application/json",
        401,
    ),
    "a number of 300,000 digits": (
        "/api/v1/jobs/searches",
        lambda: b'{"given":["x"],"pages":' + b"9" * 300_000 + b"}",
        "application/json",
        401,
    ),
}
"""Path, body, content type, status: without a key the content of an API body does not matter."""


def begun(length: int) -> bytes:
    """A form whose body has not arrived yet."""
    lines = [
        "POST /sign-in HTTP/1.1",
        "Host: x",
        "Origin: http://x",
        f"Content-Type: {FORM}",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_body_bomb_is_refused_and_the_next_one_is_served(site: Served, bomb: str) -> None:
    path, body, kind, status = BOMBS[bomb]
    one = site.browser()
    pieces = (body()[at : at + 65_536] for at in range(0, len(body()), 65_536))
    answer = one.client.post(path, content=pieces, headers={"Origin": one.origin, "Content-Type": kind})

    assert answer.status_code in {status, 400}
    assert one.get("/healthz").status_code == 200


def test_a_packed_body_is_not_unpacked(site: Served) -> None:
    one = site.browser()
    headers = {"Origin": one.origin, "Content-Type": FORM, "Content-Encoding": "gzip"}
    answer = one.client.post("/sign-in", content=b"\x1f\x8b" + b"\0" * 1_000, headers=headers)

    assert answer.status_code == 401, "taken for a form without a name"


def test_a_slow_client_is_ended(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protection, "PIECE_SECONDS", 0.2)
    head = begun(900)
    with socket.create_connection(("127.0.0.1", int(site.origin.rpartition(":")[2])), timeout=20) as connection:
        connection.sendall(head + b"username=ann")
        answer = connection.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 408")


def test_a_body_that_drips_is_ended_as_a_whole(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protection, "BODY_SECONDS", 0.5)
    head = begun(90_000)
    with socket.create_connection(("127.0.0.1", int(site.origin.rpartition(":")[2])), timeout=20) as connection:
        connection.sendall(head)
        connection.settimeout(0.05)
        answer, until = b"", time.monotonic() + 20
        while not answer and time.monotonic() < until:
            connection.sendall(b"x")
            try:
                answer = connection.recv(65_536)
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408")


HEADS = {
    "nothing at all": (b"", b""),
    "a head that drips": (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"x"),
    "blank lines for ever": (b"\r\n", b"\r\n"),
    "the head of a second request": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET ", b"/"),
}
"""The first piece, and the piece that is repeated."""


@pytest.mark.parametrize("head", HEADS)
def test_a_head_that_does_not_come_ends_its_connection(
    site: Served, monkeypatch: pytest.MonkeyPatch, head: str
) -> None:
    monkeypatch.setattr(http_heads, "SECONDS", 0.5)
    first, then = HEADS[head]
    with socket.create_connection(("127.0.0.1", int(site.origin.rpartition(":")[2])), timeout=20) as connection:
        connection.sendall(first)
        assert ended(connection, then)

    assert site.browser().get("/healthz").status_code == 200


def test_a_head_without_an_end_is_not_kept(site: Served) -> None:
    with socket.create_connection(("127.0.0.1", int(site.origin.rpartition(":")[2])), timeout=20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        assert ended(connection, b"X-Long: " + b"x" * 8_000 + b"\r\n")

    assert site.browser().get("/healthz").status_code == 200


def test_a_long_head_and_a_long_body_in_one_piece_are_served(site: Served) -> None:
    body = b"username=ann&password=" + b"x" * 200_000
    head = begun(len(body)).replace(b"Host: x", b"Host: x\r\nCookie: " + b"c" * 30_000)
    with socket.create_connection(("127.0.0.1", int(site.origin.rpartition(":")[2])), timeout=20) as connection:
        connection.sendall(head + body)
        answer = connection.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 422"), "read as a whole, and the password is too long"


HOSTS = {
    "none": (b"HTTP/1.1\r\n", 400),
    "two": (b"HTTP/1.1\r\nHost: x\r\nhost: evil.example\r\n", 400),
    "the same twice": (b"HTTP/1.1\r\nHost: x\r\nHost: x\r\n", 400),
    "two, of an old client": (b"HTTP/1.0\r\nHost: x\r\nHost: evil.example\r\n", 400),
    "none, of an old client": (b"HTTP/1.0\r\n", 200),
    "one": (b"HTTP/1.1\r\nHost: x\r\n", 200),
}
"""What follows the path, and the status: a proxy and the pages may not take different ones for the host."""


@pytest.mark.parametrize("host", HOSTS)
def test_a_request_names_one_host(site: Served, host: str) -> None:
    head, status = HOSTS[host]
    with socket.create_connection(("127.0.0.1", int(site.origin.rpartition(":")[2])), timeout=20) as connection:
        connection.sendall(b"GET /healthz " + head + b"\r\n")
        answer = connection.recv(65_536)

    assert answer.split(b" ")[1] == str(status).encode()


def test_what_is_refused_is_noted_with_who_asked_and_nothing_of_what_was_sent(
    site: Served, caplog: pytest.LogCaptureFixture
) -> None:
    one = site.browser()
    one.get("/sign-in")
    one.sign_in("ann")
    one.get("/listings/4711")
    one.get("/runs")
    one.get("/listings/secret-1")
    one.get("/listings?view=secret-2")
    one.token = "secret-3"
    one.post("/account/sessions/end-others")
    one.client.post("/sign-out", headers={"Origin": "https://evil.example"})
    one.get("/join/secret-4")
    one.client.get("/api/v1/jobs", headers={"Authorization": "Bearer secret-5"})

    noted = [record for record in caplog.records if record.message == "refused"]
    assert [(at(one, "status"), at(one, "why"), at(one, "route"), at(one, "user")) for one in noted] == [
        (404, "NotFound", "/listings/{listing_id}", "ann"),
        (404, "NotForYou", "/runs", "ann"),
        (422, "RequestValidationError", "/listings/{listing_id}", "ann"),
        (422, "RequestValidationError", "/listings", "ann"),
        (403, "Forged", "/account/sessions/end-others", "ann"),
        (403, "another site", "", None),
        (404, "NotFound", "/join/{token}", "ann"),
        (401, "HTTPException", "/api/v1/jobs", None),
    ]
    assert {at(one, "address") for one in noted} == {"127.0.0.1"}
    assert "secret-" not in str([vars(record) for record in caplog.records])


def at(record: object, name: str) -> object:
    return getattr(record, name)


@pytest.mark.parametrize(("trusted", "address"), [("", "127.0.0.1"), ("127.0.0.1", "203.0.113.9")])
def test_a_forwarded_address_counts_only_from_a_proxy_that_is_trusted(
    shared: SharedSettings, engine: Engine, rows: Rows, trusted: str, address: str
) -> None:
    let_sign_in(engine, rows.user("ann"))
    app = build_pages(shared, PagesSettings(), passwords=PASSWORDS)
    with served(app, trusted_proxies=trusted) as site:
        one = site.browser()
        one.client.headers["X-Forwarded-For"] = "203.0.113.9"
        one.get("/sign-in")
        one.sign_in("ann")

    with reading(engine) as connection:
        assert connection.execute(select(tables.sessions.c.address)).scalars().all() == [address]


NO_ADDRESSES = ["<script>alert(1)</script>", "unknown", "fe80::1%<b>", "x" * 300, "evil, 127.0.0.1", "10.0.0.1:8a"]


@pytest.mark.parametrize("trusted", ["127.0.0.1", "*"])
def test_a_forwarded_text_that_is_no_address_is_nobody(
    shared: SharedSettings, engine: Engine, rows: Rows, trusted: str
) -> None:
    """The proxy that sent it counts, so that nobody makes up networks without a failure of their own."""
    let_sign_in(engine, rows.user("ann"))
    app = build_pages(shared, PagesSettings(), now=Clock(), passwords=PASSWORDS)
    with served(app, trusted_proxies=trusted) as site:
        for number, text in enumerate(NO_ADDRESSES):
            one = site.browser()
            one.client.headers["X-Forwarded-For"] = text
            status = one.sign_in("ann", f"a wrong password {number}").status_code
            assert status == (401 if number < FREE_TRIES else 429)

    with reading(engine) as connection:
        told = connection.execute(select(tables.audit_log.c.address)).scalars().all()
        counters = connection.execute(select(tables.sign_in_failures.c.name)).scalars().all()
    assert told == ["127.0.0.1"] * FREE_TRIES
    assert sorted(name.partition(":")[0] for name in counters) == ["account", "name", "network"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("evil, 203.0.113.9", "203.0.113.9"),
    ],
)
def test_a_forwarded_address_may_have_a_port(
    shared: SharedSettings, engine: Engine, rows: Rows, text: str, address: str
) -> None:
    let_sign_in(engine, rows.user("ann"))
    with served(build_pages(shared, PagesSettings(), passwords=PASSWORDS), trusted_proxies="127.0.0.1") as site:
        one = site.browser()
        one.client.headers["X-Forwarded-For"] = text
        one.sign_in("ann")

    with reading(engine) as connection:
        assert connection.execute(select(tables.sessions.c.address)).scalars().all() == [address]


def ended(connection: socket.socket, piece: bytes, seconds: float = 10) -> bool:
    """Return whether the other side closes the connection while this piece is sent again and again."""
    connection.settimeout(0.02)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if connection.recv(65_536) == b"":
                return True
        except TimeoutError:
            pass
        except ConnectionError:
            return True
        try:
            connection.sendall(piece)
        except TimeoutError:
            pass
        except ConnectionError:
            return True
    return False


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_methods_that_nothing_uses_are_refused(site: Served, method: str) -> None:
    one = site.browser()
    answer = one.client.request(method, "/sign-in", headers={"Origin": one.origin, "X-Secret": "echo me"})

    assert answer.status_code in {400, 404, 405}
    assert "echo me" not in answer.text


@pytest.mark.parametrize("path", ["/assets/", "/assets", "/assets/..%2fsettings.py", "/.git/config", "/assets/%2e%2e"])
def test_no_folder_is_listed_and_no_file_outside_is_served(site: Served, path: str) -> None:
    assert site.browser().get(path).status_code == 404


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
def test_no_other_site_may_read_an_answer(site: Served, origin: str) -> None:
    one = site.browser()
    answers = [one.client.get(path, headers={"Origin": origin}) for path in ("/sign-in", "/api/v1/jobs", "/healthz")]
    asked = one.client.options("/api/v1/jobs", headers={"Origin": origin, "Access-Control-Request-Method": "GET"})

    for answer in [*answers, asked]:
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_line_break_in_a_name_is_not_a_header(site: Served) -> None:
    one = site.browser()
    answer = one.get("/account?next=%0d%0aSet-Cookie:%20a=b")
    signed = one.post("/sign-in", username="ann", password=PASSWORD, next="/\r\nSet-Cookie: a=b")

    assert "a=b" not in answer.headers.get("set-cookie", "")
    assert "a=b" not in signed.headers.get("set-cookie", "")


def test_a_password_counts_exactly_as_it_is_typed(site: Served) -> None:
    spelled = [PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1]]

    assert [site.browser().sign_in("ann", one).status_code for one in spelled] == [401] * 3
    assert site.browser().sign_in("ann").status_code == 303


def test_names_of_downloads_are_ours(site: Served) -> None:
    ann = site.browser()
    ann.sign_in("ann")
    answer = ann.get('/listings/export.csv?filename=evil.exe&q=%0d%0aX:%20"evil')

    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert "evil" not in str(answer.headers)


def test_signing_out_clears_what_the_browser_keeps(site: Served) -> None:
    ann = site.browser()
    ann.sign_in("ann")
    answer = ann.post("/sign-out")

    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "max-age=0" in answer.headers["set-cookie"].lower()


def test_a_field_given_twice_in_the_address_is_not_two_wishes(site: Served) -> None:
    ann = site.browser()
    ann.sign_in("ann")

    assert ann.get("/listings?view=all&view=withdrawn").status_code == 200
    assert ann.client.post("/sign-in?username=ann", data={"password": PASSWORD}).status_code == 403


@pytest.mark.parametrize(
    "path", ["/join/x", "/account", "/nothing", "/healthz", "/api/v1/jobs", "/listings/export.csv"]
)
def test_every_answer_has_the_headers_that_are_promised(site: Served, path: str) -> None:
    ann = site.browser()
    ann.sign_in("ann")
    headers = ann.get(path).headers

    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert (
        "object-src" in headers["content-security-policy"] or "default-src 'none'" in headers["content-security-policy"]
    )
    assert "base-uri 'none'" in headers["content-security-policy"]
    assert "server" not in headers or "/" not in headers["server"], "no version is told"
    kind = headers["content-type"]
    assert "charset=utf-8" in kind or "json" in kind


def test_signing_in_again_gives_another_token(site: Served) -> None:
    ann = site.browser()
    ann.client.cookies.set("mercarich", "chosen-by-somebody-else")
    tokens = [ann.client.cookies.get("mercarich")]
    for _ in range(2):
        answer = ann.post("/sign-in", username="ann", password=PASSWORD)
        tokens.append(answer.cookies["mercarich"])
        ann.client.cookies.clear()

    assert len(set(tokens)) == 3


def test_every_page_offers_to_sign_out(site: Served) -> None:
    ann = site.browser()
    ann.sign_in("ann")

    for path in ("/", "/listings", "/replacements", "/jobs", "/rules", "/account", "/notices"):
        assert 'action="/sign-out"' in ann.get(path).text, path


def test_sign_ins_are_noted_whether_they_succeed_or_not(site: Served, engine: Engine) -> None:
    site.browser().sign_in("ann", "not her password")
    site.browser().sign_in("ann")
    log = tables.audit_log.c
    with reading(engine) as connection:
        told = connection.execute(select(log.action, log.subject, log.address).order_by(log.id)).all()

    assert [tuple(row) for row in told] == [("sign_in_failed", "ann", "127.0.0.1"), ("sign_in", "ann", "127.0.0.1")]


def test_a_password_that_is_typed_for_the_name_is_not_kept(site: Served, engine: Engine, rows: Rows) -> None:
    olga = rows.user("olga")
    rows.change(update(tables.users).where(tables.users.c.id == olga).values(is_staff=True))
    let_sign_in(engine, olga, language="en")
    site.browser().sign_in(PASSWORD, "ann")
    browser = site.browser()
    browser.sign_in("olga")
    page = browser.get("/audit?action=sign_in_failed").text
    with reading(engine) as connection:
        told = connection.execute(select(tables.audit_log).order_by(tables.audit_log.c.id)).all()

    assert (told[0].action, told[0].actor, told[0].subject, told[0].address) == ("sign_in_failed", "", "", "127.0.0.1")
    assert PASSWORD not in str(told)
    assert "unknown name" in page
