"""What stands before every route: headers, the origin of unsafe requests, and how slowly a body may come."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mercarich_web.site import refused
from mercarich_web.site.visits import SAFE

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
"""No nonce: nothing is written into the page itself, neither script nor style."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
A_YEAR_OF_HTTPS = "max-age=31536000; includeSubDomains"
PRIVATE = "no-store"
PIECE_SECONDS, BODY_SECONDS = 15.0, 120.0
"""How long the next piece of a body, and a whole body, may take."""


class SafeHeaders:
    """Adds the headers; what says nothing of caching is not to be kept."""

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
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", PRIVATE)
            await send(message)

        await self._app(scope, receive, with_headers)


class OwnOrigin:
    """Refuses an unsafe request that another site's page sent, and, with a public address, another host's name."""

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
        if scope["method"] in SAFE or scope["path"].startswith("/api/"):  # there a key counts, and no cookie
            return True
        ours = self._public or f"{scope['scheme']}://{headers.get('host', '')}"
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None:
            return origin == ours
        return site == "same-origin"


class QuickBodies:
    """Ends a request whose body comes too slowly."""

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
            if not late:  # else it tells of a body that could not be read
                await send(message)

        try:
            await self._app(scope, in_time, unless_late)
        except TimeoutError:
            if not late:
                raise
        if late:
            await PlainTextResponse("The request came too slowly.", 408)(scope, receive, send)
