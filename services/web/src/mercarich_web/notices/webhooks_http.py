"""Send notices by a signed POST to the seller's own address, of whose response only the status is read or shown."""

import hashlib
import hmac
from collections.abc import Callable

import httpx
import orjson

from mercarich_platform.clock import Clock
from mercarich_web.notices.calls_http import Calls, Resolve, resolved
from mercarich_web.notices.sending import NotSent, Sending, Undeliverable, building

SECONDS = 10.0
"""Limit of a call with the resolution of its name."""
SIGNATURE = "Mercarich-Signature"


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
        self._calls = Calls(anywhere=anywhere, resolve=resolve, transport=transport)

    def __call__(self, sending: Sending) -> None:
        if not sending.ways.webhook_url:
            raise Undeliverable("there is no webhook any more")
        with building():
            body = orjson.dumps(self._body_of(sending))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Mercarich-Webhook/1",
            SIGNATURE: signature(self._secret_of(sending), int(self._now().timestamp()), body),
        }
        status = self._calls.post(sending.ways.webhook_url, headers, body, SECONDS).status
        if not 200 <= status < 300:
            raise NotSent(f"it answered {status}")


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return `t=…,v1=…`. The receiver computes the same from the time, a dot and the body, and refuses an old time."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"
