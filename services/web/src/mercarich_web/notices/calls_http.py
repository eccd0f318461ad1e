"""Calls of addresses outside, over HTTP.

Sellers name addresses, so this process could be misused to call what only it can reach (SSRF). Hence: only https on
port 443; the name is resolved once, all of its addresses must be public, and the connection goes to one of them; no
redirect is followed; of the response no more is read than the caller says. Each call has a connection of its own and a
limit on its whole duration, because all sellers' notices wait behind it.
"""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit, urlunsplit

import httpx

from mercarich_platform.public_addresses import is_public
from mercarich_web.notices.replies import Reply
from mercarich_web.notices.sending import NotSent, Undeliverable

Resolve = Callable[[str, int], Sequence[str]]


def resolved(host: str, port: int) -> Sequence[str]:
    """Return every address of a name. Raises `OSError`."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Calls:
    """`anywhere` allows any address, for tests."""

    def __init__(
        self, *, anywhere: bool = False, resolve: Resolve = resolved, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._anywhere = anywhere
        self._resolve = resolve
        self._transport = transport
        self._tls = ssl.create_default_context()

    def post(self, url: str, headers: Mapping[str, str], body: bytes, seconds: float, most: int = 0) -> Reply:
        """Return the response with at most `most` bytes of its body. `seconds` limits the call with the resolution of
        its name: a receiver that sends a byte now and then would pass a timeout of each read, and the system's resolver
        has no limit that we know. Raises `NotSent` and `Undeliverable`."""
        until = time.monotonic() + seconds
        target = self._looked_at(url, until)
        try:
            return asyncio.run(self._reply(target, body, {"Host": target.named, **headers}, until, most))
        except httpx.InvalidURL as error:
            raise Undeliverable("the address cannot be read") from error
        except (httpx.HTTPError, OSError) as error:
            raise NotSent(f"it cannot be reached ({type(error).__name__})") from error

    async def _reply(self, target: "_Target", body: bytes, headers: dict[str, str], until: float, most: int) -> Reply:
        extensions = {"sni_hostname": target.host} if target.url.startswith("https:") else {}
        read = b""
        async with (
            asyncio.timeout(max(0.0, until - time.monotonic())),
            httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=None, transport=self._transport) as client,
            client.stream("POST", target.url, content=body, headers=headers, extensions=extensions) as answer,
        ):
            if most:
                async for part in answer.aiter_raw():
                    read += part[: most - len(read)]
                    if len(read) >= most:
                        break
            named = {name.lower(): value for name, value in answer.headers.items()}
            return Reply(answer.status_code, named, read)

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
