"""`ports_notices.Sender` by a signed POST to the seller's own address.

A seller names the address, so this process could be made to ask what only it can reach. Hence https and port 443 only;
the name is resolved once, every address of it must be public, the connection goes to what was looked at, no redirect
is followed, and nothing of the answer is read or told but its status.
"""

import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit, urlunsplit

import httpx
import orjson

from mercarich_platform.clock import Clock
from mercarich_platform.public_addresses import is_public
from mercarich_web.ports_notices import NotSent, Refused, Sending

TIMEOUT = httpx.Timeout(10, connect=5)
SIGNATURE = "Mercarich-Signature"
Resolve = Callable[[str, int], Sequence[str]]


def resolved(host: str, port: int) -> Sequence[str]:
    """Every address of a name. Raises `OSError`."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class WebhookSender:
    """`secret_of` answers what a sending is signed with, `body_of` what is told; `anywhere` is for tests."""

    def __init__(
        self,
        secret_of: Callable[[Sending], str],
        body_of: Callable[[Sending], dict[str, object]],
        now: Clock,
        *,
        anywhere: bool = False,
        resolve: Resolve = resolved,
    ) -> None:
        self._secret_of = secret_of
        self._body_of = body_of
        self._now = now
        self._anywhere = anywhere
        self._resolve = resolve
        self._client = httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False)

    def __call__(self, sending: Sending) -> None:
        if not sending.ways.webhook_url:
            raise Refused("there is no webhook any more")
        url, host = self._looked_at(sending.ways.webhook_url)
        body = orjson.dumps(self._body_of(sending))
        headers = {
            "Host": host,
            "Content-Type": "application/json",
            "User-Agent": "Mercarich-Webhook/1",
            SIGNATURE: signature(self._secret_of(sending), int(self._now().timestamp()), body),
        }
        extensions = {"sni_hostname": host.partition(":")[0]} if url.startswith("https:") else {}
        try:
            with self._client.stream("POST", url, content=body, headers=headers, extensions=extensions) as answer:
                status = answer.status_code
        except (httpx.HTTPError, OSError) as error:
            raise NotSent(f"it cannot be reached ({type(error).__name__})") from error
        if not 200 <= status < 300:
            raise NotSent(f"it answered {status}")

    def close(self) -> None:
        self._client.close()

    def _looked_at(self, url: str) -> tuple[str, str]:
        """The address with the host's IP address in place of its name, and what to call the host."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise Refused("the address cannot be read") from None
        if not host or parts.username is not None:
            raise Refused("the address names no plain host")
        if not self._anywhere and (parts.scheme != "https" or port not in (None, 443)):
            raise Refused("only https and port 443 are called")
        try:
            found = self._resolve(host, port or 443)
        except OSError as error:
            raise NotSent("its name cannot be resolved") from error
        if not found or (not self._anywhere and not all(is_public(address) for address in found)):
            raise Refused("its name leads to an address that is not public")
        address = ipaddress.ip_address(found[0].partition("%")[0])
        netloc = f"[{address}]" if address.version == 6 else str(address)
        named = host if port is None else f"{host}:{port}"
        return urlunsplit(
            (parts.scheme, netloc if port is None else f"{netloc}:{port}", parts.path or "/", parts.query, "")
        ), named


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=…,v1=…`: a receiver computes the same of the time, a dot and the body, and refuses an old time."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"
