"""Protection in front of every route: headers, the origin of unsafe requests, shares, and a time limit for bodies."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mercarich_web.site import refused
from mercarich_web.site.shares import TooManyAtOnce, network_of, shares_of
from mercarich_web.site.visits import SAFE

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
"""There is no nonce, because pages contain neither inline scripts nor inline styles."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
LINKS = "/decide/"
"""What begins the addresses that let somebody act without signing in."""
HEADERS_OF_LINKS: Mapping[str, str] = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
A_YEAR_OF_HTTPS = "max-age=31536000; includeSubDomains"
PRIVATE = "no-store"
PIECE_SECONDS, BODY_SECONDS = 15.0, 120.0
"""Seconds within which the next piece of a body, and the whole body, must arrive."""
LARGE_BYTES = 1_048_576
"""A longer body is a file's, and takes one of the shares of `large_bodies`."""


class SafeHeaders:
    """Add the headers. A response without `Cache-Control` must not be stored."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = dict(HEADERS) | ({"Strict-Transport-Security": A_YEAR_OF_HTTPS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith(LINKS):
                    headers.update(HEADERS_OF_LINKS)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", PRIVATE)
            await send(message)

        await self._app(scope, receive, with_headers)


class OwnOrigin:
    """Refuse an unsafe request that a page of another site sent; with a public address, also one to another host
    name."""

    def __init__(self, app: ASGIApp, *, public_url: str) -> None:
        self._app = app
        self._public = public_url
        self._host = urlsplit(public_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._own(scope):
            refused.note(Request(scope), 403, "another site")
            await PlainTextResponse("This request came from another site.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _own(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        # The API is authenticated by keys and not by cookies, so that another site's page gains nothing.
        if scope["method"] in SAFE or scope["path"].startswith("/api/"):
            return True
        ours = self._public or f"{scope['scheme']}://{headers.get('host', '')}"
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin == "null" and scope["path"].startswith(LINKS):
            # A page without referrer sends no origin with its forms either (Fetch standard, "append a request `Origin`
            # header"). Where an older browser tells nothing of the site, the form's token of its link is enough.
            return site in (None, "same-origin")
        if origin is not None:
            return origin == ours
        return site == "same-origin"


class FairRequests:
    """Refuse a request of a network that has its share of requests in work."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with ExitStack() as held:
            try:
                held.enter_context(shares_of(scope).requests.taken(network_of(scope)))
            except TooManyAtOnce as error:
                refused.note(Request(scope), error.status_code, "too many requests of its network")
                answer = PlainTextResponse("Too many requests at once from your network.", 429, error.headers)
                await answer(scope, receive, send)
                return
            await self._app(scope, receive, send)


class FairBodies:
    """Refuse a file beyond its network's share of files that are received."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        received = 0
        with ExitStack() as held:

            async def counted() -> Message:
                nonlocal received
                message = await receive()
                before, received = received, received + len(message.get("body", b""))
                if before <= LARGE_BYTES < received:
                    held.enter_context(shares_of(scope).large_bodies.taken(network_of(scope)))
                return message

            await self._app(scope, counted, send)


class QuickBodies:
    """End a request whose body arrives too slowly."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        until = loop.time() + BODY_SECONDS
        whole = late = False

        async def in_time() -> Message:
            nonlocal whole, late
            if whole:
                return await receive()
            try:
                async with asyncio.timeout(max(0.0, min(PIECE_SECONDS, until - loop.time()))):
                    message = await receive()
            except TimeoutError:
                late = True
                raise
            whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        async def unless_late(message: Message) -> None:
            if not late:  # Without this the route would report a body that cannot be parsed.
                await send(message)

        try:
            await self._app(scope, in_time, unless_late)
        except TimeoutError:
            if not late:
                raise
        if late:
            await PlainTextResponse("The request came too slowly.", 408)(scope, receive, send)
