"""Which addresses a webhook may call: none that leads inside, however it is written."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import pytest

from mercarich_web.notices import webhooks_http
from mercarich_web.notices.notices import Way, Ways, What
from mercarich_web.notices.sending import NotSent, Sending, Undeliverable
from mercarich_web.notices.webhooks_http import WebhookSender

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def sender(*addresses: str, anywhere: bool = False) -> WebhookSender:
    """A sender for which names resolve to these addresses."""
    return WebhookSender(lambda _: "secret", lambda _: {}, lambda: NOW, anywhere=anywhere, resolve=lambda *_: addresses)


def to(url: str) -> Sending:
    return Sending(1, 1, Way.WEBHOOK, What.TRIAL, 1, None, Ways(webhook_url=url), "ann", None, NOW)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hook",
        "https://shop.example:8443/hook",
        "https://shop.example:22/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "gopher://shop.example/",
        "https://allowed.example@169.254.169.254/",
        "https://user:password@shop.example/",
        "https:///hook",
        "https://[::1/",
        "https://shop.example:99999/",
        "https://shop..example/",
        f"https://{'a' * 64}.example/",
        "//shop.example/",
        "shop.example",
        "",
    ],
)
def test_an_address_of_another_form_is_refused_before_anything_is_resolved(url: str) -> None:
    one = sender("93.184.216.34")

    with pytest.raises(Undeliverable):
        one(to(url))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "168.63.129.16",
        "::ffff:168.63.129.16",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
def test_a_name_that_leads_inside_is_refused_also_when_only_one_of_its_addresses_does(address: str) -> None:
    for addresses in ([address], ["93.184.216.34", address], [address, "93.184.216.34"]):
        with pytest.raises(Undeliverable):
            sender(*addresses)(to("https://shop.example/hook"))


@pytest.mark.parametrize("url", ["https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://localhost/"])
def test_an_odd_spelling_is_judged_by_what_it_resolves_to(url: str) -> None:
    with pytest.raises(Undeliverable):
        sender("127.0.0.1")(to(url))


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_looked_at() -> None:
    asked: list[httpx.Request] = []
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    one = WebhookSender(
        lambda _: "secret",
        lambda _: {},
        lambda: NOW,
        resolve=lambda *_: next(answers),
        transport=httpx.MockTransport(answer),
    )
    one(to("https://shop.example/hook?x=1"))

    assert str(asked[0].url) == "https://93.184.216.34/hook?x=1"
    assert asked[0].headers["host"] == "shop.example"
    assert asked[0].extensions["sni_hostname"] == "shop.example", "the certificate is judged by the name"


def test_a_name_that_cannot_be_resolved_is_tried_again() -> None:
    def nowhere(*_: object) -> list[str]:
        raise OSError("no such name")

    one = WebhookSender(lambda _: "secret", lambda _: {}, lambda: NOW, resolve=nowhere)
    with pytest.raises(NotSent):
        one(to("https://shop.example/hook"))


def test_a_name_server_that_is_silent_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks_http, "SECONDS", 0.5)
    left = threading.Event()

    def silent(*_: object) -> list[str]:
        left.wait(30)
        return ["127.0.0.1"]

    one = WebhookSender(lambda _: "secret", lambda _: {}, lambda: NOW, resolve=silent)
    try:
        with pytest.raises(NotSent, match="its name was not resolved in time"):
            one(to("https://shop.example/hook"))
    finally:
        left.set()


def test_a_name_in_other_letters_is_called_as_the_network_writes_it() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    named: list[str] = []

    def found(host: str, _port: int) -> list[str]:
        named.append(host)
        return ["2606:4700::1111"]

    WebhookSender(lambda _: "secret", lambda _: {}, lambda: NOW, resolve=found, transport=httpx.MockTransport(answer))(
        to("https://店.example/通知")
    )

    assert named == ["xn--hxt.example"]
    assert str(asked[0].url).startswith("https://[2606:4700::1111]/")
    assert asked[0].headers["host"] == asked[0].extensions["sni_hostname"] == "xn--hxt.example"


def test_a_receiver_that_sends_a_byte_now_and_then_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks_http, "SECONDS", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as threads:
        listener.settimeout(10)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        dripped = threads.submit(drip, listener)
        one = WebhookSender(lambda _: "secret", lambda _: {}, lambda: NOW, anywhere=True)

        with pytest.raises(NotSent, match="TimeoutError"):
            one(to(url))
        assert dripped.result(10) > 1, "it was sending all the time"


def drip(listener: socket.socket) -> int:
    """Send a byte of a header every twentieth of a second while the client listens. Return how many were sent."""
    connection, _ = listener.accept()
    sent = 0
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while sent < 200:
            connection.sendall(b"a")
            sent += 1
            connection.settimeout(0.05)
            with suppress(TimeoutError):
                if not connection.recv(65536):
                    break
    return sent
