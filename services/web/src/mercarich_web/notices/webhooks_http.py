"""Send notices by a signed POST to the seller's own address.

The seller names the address, so this process could be misused to call what only it can reach (SSRF). Hence: only https
on port 443; the name is resolved once, all of its addresses must be public, and the connection goes to one of them; no
redirect is followed; of the response only the status is read or shown. Each call has a connection of its own and a
limit on its whole duration, because all sellers' notices wait behind it.
"""

import asyncio
import hashlib
import hmac
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit, urlunsplit

import httpx
import orjson

from mercarich_platform.clock import Clock
from mercarich_platform.public_addresses import is_public
from mercarich_web.notices.sending import NotSent, Sending, Undeliverable

SECONDS = 10.0
"""Limit of a call with the resolution of its name: a receiver that sends a byte now and then would pass a timeout of
each read, and the system's resolver has no limit that we know."""
SIGNATURE = "Mercarich-Signature"
Resolve = Callable[[str, int], Sequence[str]]


def resolved(host: str, port: int) -> Sequence[str]:
    """Return every address of a name. Raises `OSError`."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class WebhookSender:
    """`secret_of` returns the signing key of a sending, `body_of` its body. `anywhere` allows any address, for
    tests."""

    def __init__(
        self,
        secret_of: Callable[[Sending], str],
        body_of: Callable[[Sending], dict[str, object]],
        now: Clock,
        *,
        anywhere: bool = False,
        resolve: Resolve = resolved,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._secret_of = secret_of
        self._body_of = body_of
        self._now = now
        self._anywhere = anywhere
        self._resolve = resolve
        self._transport = transport
        self._tls = ssl.create_default_context()

    def __call__(self, sending: Sending) -> None:
        if not sending.ways.webhook_url:
            raise Undeliverable("there is no webhook any more")
        until = time.monotonic() + SECONDS
        target = self._looked_at(sending.ways.webhook_url, until)
        body = orjson.dumps(self._body_of(sending))
        headers = {
            "Host": target.named,
            "Content-Type": "application/json",
            "User-Agent": "Mercarich-Webhook/1",
            SIGNATURE: signature(self._secret_of(sending), int(self._now().timestamp()), body),
        }
        try:
            status = asyncio.run(self._status(target, body, headers, until))
        except httpx.InvalidURL as error:
            raise Undeliverable("the address cannot be read") from error
        except (httpx.HTTPError, OSError) as error:
            raise NotSent(f"it cannot be reached ({type(error).__name__})") from error
        if not 200 <= status < 300:
            raise NotSent(f"it answered {status}")

    async def _status(self, target: "_Target", body: bytes, headers: dict[str, str], until: float) -> int:
        extensions = {"sni_hostname": target.host} if target.url.startswith("https:") else {}
        async with (
            asyncio.timeout(max(0.0, until - time.monotonic())),
            httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=None, transport=self._transport) as client,
            client.stream("POST", target.url, content=body, headers=headers, extensions=extensions) as answer,
        ):
            return answer.status_code

    def _looked_at(self, url: str, until: float) -> "_Target":
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
            host = host and host.encode("idna").decode()
        except ValueError:
            raise Undeliverable("the address cannot be read") from None
        if not host or parts.username is not None:
            raise Undeliverable("the address names no plain host")
        if not self._anywhere and (parts.scheme != "https" or port not in (None, 443)):
            raise Undeliverable("only https and port 443 are called")
        try:
            found = _in_time(lambda: self._resolve(host, port or 443), until)
        except (OSError, ValueError) as error:
            raise NotSent("its name cannot be resolved") from error
        if found is None:
            raise NotSent("its name was not resolved in time")
        if not found or (not self._anywhere and not all(is_public(address) for address in found)):
            raise Undeliverable("its name leads to an address that is not public")
        place = _with_port(found[0].partition("%")[0], port)
        url = urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))
        return _Target(url, _with_port(host, port), host)


def _in_time(resolve: Callable[[], Sequence[str]], until: float) -> Sequence[str] | None:
    """Return what `resolve` returns, and raise what it raises; None when the time is up. It goes on in a thread of its
    own then, because nothing ends the system's resolver, and a thread that ends with the process holds up nothing."""
    answers: SimpleQueue[Sequence[str] | OSError | ValueError] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve())
        except (OSError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, until - time.monotonic()))
    except Empty:
        return None
    if isinstance(answer, OSError | ValueError):
        raise answer
    return answer


@dataclass(frozen=True, slots=True)
class _Target:
    """`url` contains the host's IP address instead of its name; `named` is the value of the Host header."""

    url: str
    named: str
    host: str
    """The name that the certificate must have."""


def _with_port(host: str, port: int | None) -> str:
    plain = f"[{host}]" if ":" in host else host
    return plain if port is None else f"{plain}:{port}"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return `t=…,v1=…`. The receiver computes the same from the time, a dot and the body, and refuses an old time."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"
