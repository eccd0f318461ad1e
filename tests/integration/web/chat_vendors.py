"""Doubles of Slack, Discord, Chatwork and LINE: a real HTTP server that checks each request as the vendor documents it,
and is as unkind as vendors are."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from tests.integration.web.receivers import Listening

PUBLIC = "93.184.216.34"
SLACK = "https://hooks.slack.com/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlackXXXXXXXX"
DISCORD = "https://discord.com/api/webhooks/1122334455667788990/D1sc0rdS3cret_of-the-webhook-that-nobody-may-read-again"
CHATWORK_TOKEN = "c4a7w0rk5ec2e7c4a7w0rk5ec2e70000"
CHATWORK_ROOM = "272790963"
LINE_TOKEN = "L1neS3cr3t/" + "a+b" * 50 + "="
LINE_TO = "C" + "4af4980629" * 3 + "ab"
SECRETS = ("c5Gs3cr3tOfSlackXXXXXXXX", DISCORD.rpartition("/")[2], CHATWORK_TOKEN, LINE_TOKEN)
ENTRIES: Mapping[str, Mapping[str, str]] = {
    "slack": {"secret": SLACK},
    "discord": {"secret": DISCORD},
    "chatwork": {"place": CHATWORK_ROOM, "secret": CHATWORK_TOKEN},
    "line": {"place": LINE_TO, "secret": LINE_TOKEN},
}


@dataclass
class Said:
    """What a vendor says next; `slow` seconds of silence come before it. `cut`: it accepts, and closes the connection
    without a word."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    slow: float = 0.0
    cut: bool = False


@dataclass
class Taken:
    """A request that the vendor has accepted or refused."""

    host: str
    headers: Mapping[str, str]
    body: Any
    text: str


class Vendors(Listening):
    """All four behind one port; the Host header says which is meant. `next` are replies that come
    first, `shown` what a reader sees."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.wrong: list[str] = []
        self.shown: list[str] = []
        self.next: list[Said] = []
        self._retry_keys: set[str] = set()
        vendors = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                vendors._post(self)

            def log_message(self, format: str, *args: object) -> None:
                """Suppress the log."""

        super().__init__(Handler)

    def _post(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            taken, usual = CHECKS[headers["host"]](request.path, headers, body)
            self.taken.append(taken)
        except (AssertionError, KeyError, ValueError) as error:
            self.wrong.append(f"{request.path}: {error!r}")
            usual = Said(400, b"invalid_payload")
            taken = None
        said = self.next.pop(0) if self.next else usual
        if taken is not None and 200 <= said.status < 300:
            key = headers.get("x-line-retry-key")
            if key is not None and key in self._retry_keys:
                said = Said(409, b'{"message": "The retry key is already accepted"}')
            else:
                self._retry_keys |= {key} if key is not None else set()
                self.shown.append(taken.text)
        time.sleep(said.slow)
        if said.cut:
            request.close_connection = True
            return
        request.send_response(said.status)
        for name, value in said.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(said.body)))
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(said.body)
        request.close_connection = True


class Routed(httpx.AsyncBaseTransport):
    """Bring what would go to a public address by https to the doubles; the name for the certificate is checked here."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._plain = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https"
        assert request.url.host == PUBLIC, "the connection goes to the address that was looked at"
        assert request.extensions["sni_hostname"] == request.headers["host"]
        extensions = {name: value for name, value in request.extensions.items() if name != "sni_hostname"}
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        here = httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)
        return await self._plain.handle_async_request(here)

    async def aclose(self) -> None:
        await self._plain.aclose()


Check = Callable[[str, Mapping[str, str], bytes], tuple[Taken, Said]]


def _slack(path: str, headers: Mapping[str, str], body: bytes) -> tuple[Taken, Said]:
    assert path == urlsplit(SLACK).path
    assert headers["content-type"].startswith("application/json")
    told = json.loads(body)
    assert set(told) == {"text", "mrkdwn", "unfurl_links"}
    assert 0 < len(told["text"]) <= 4000
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", told["text"]), "control characters are escaped"
    return Taken("slack", headers, told, told["text"]), Said(200, b"ok")


def _discord(path: str, headers: Mapping[str, str], body: bytes) -> tuple[Taken, Said]:
    assert path == urlsplit(DISCORD).path + "?wait=true"
    assert headers["content-type"] == "application/json"
    told = json.loads(body)
    assert set(told) == {"content", "allowed_mentions", "flags"}
    assert told["allowed_mentions"] == {"parse": []}
    assert told["flags"] & ~(4 | 4096) == 0
    assert 0 < len(told["content"]) <= 2000
    return Taken("discord", headers, told, told["content"]), Said(200, b'{"id": "1"}')


def _chatwork(path: str, headers: Mapping[str, str], body: bytes) -> tuple[Taken, Said]:
    assert path == f"/v2/rooms/{CHATWORK_ROOM}/messages"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["x-chatworktoken"] == CHATWORK_TOKEN
    told = {name: value for name, [value] in parse_qs(body.decode("ascii"), strict_parsing=True).items()}
    assert set(told) == {"body", "self_unread"}
    assert told["self_unread"] in ("0", "1")
    assert 0 < len(told["body"]) <= 65_535
    assert set(re.findall(r"\[[^\]]*\]", told["body"])) == {"[info]", "[title]", "[/title]", "[/info]"}
    return Taken("chatwork", headers, told, told["body"]), Said(200, b'{"message_id": "1234"}')


def _line(path: str, headers: Mapping[str, str], body: bytes) -> tuple[Taken, Said]:
    assert path == "/v2/bot/message/push"
    assert headers["content-type"] == "application/json"
    assert headers["authorization"] == f"Bearer {LINE_TOKEN}"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["x-line-retry-key"])
    told = json.loads(body)
    assert set(told) == {"to", "messages"}
    assert told["to"] == LINE_TO
    [message] = told["messages"]
    assert set(message) == {"type", "text"}
    assert message["type"] == "text"
    assert 0 < len(message["text"].encode("utf-16-le")) // 2 <= 5000
    return Taken("line", headers, told, message["text"]), Said(200, b'{"sentMessages": [{"id": "1"}]}')


CHECKS: Mapping[str, Check] = {
    "hooks.slack.com": _slack,
    "discord.com": _discord,
    "api.chatwork.com": _chatwork,
    "api.line.me": _line,
}
