"""Fair shares: what one session, person or network may have at once, so that the others are served meanwhile.

Counted in memory by the event loop's thread: each replica counts alone.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from mercarich_platform.client_networks import network
from mercarich_web.identity.passwords import AT_ONCE

REQUESTS_OF_A_NETWORK = 100
"""Requests in work, open streams among them; an office's browsers fit."""
LARGE_BODIES_OF_A_NETWORK, LARGE_BODIES = 3, 8
"""Bodies of files that are received at once, of one network and in all: each takes up to 50 MB of the temporary folder,
before it is known who sends it."""
STREAMS_OF_A_SESSION, STREAMS_OF_A_PERSON = 12, 40
DOWNLOADS_OF_A_SELLER = 3
HASHES_OF_A_NETWORK, HASHES_WAITING = 4, 32
"""Requests with a password that are in work or wait for it, of one network and in all; each takes about 90 ms."""


class TooManyAtOnce(HTTPException):
    """The share is used up; the same request is served once something of it has ended."""

    def __init__(self) -> None:
        super().__init__(429, "too many at once; wait until one has ended", {"Retry-After": "2"})


class Share:
    """At most `most` at once of each name, and `in_all` of all names together."""

    def __init__(self, most: int, in_all: int | None = None) -> None:
        self._most = most
        self._in_all = in_all
        self._held: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """How many are held, of all names together."""
        return self._held.total()

    @contextmanager
    def taken(self, name: str) -> Iterator[None]:
        """Hold one. Raises `TooManyAtOnce`."""
        if self._held[name] >= self._most or (self._in_all is not None and self.held >= self._in_all):
            raise TooManyAtOnce
        self._held[name] += 1
        try:
            yield
        finally:
            self._held[name] -= 1
            if not self._held[name]:
                del self._held[name]


class Shares:
    """All shares of one application."""

    def __init__(self) -> None:
        self.requests = Share(REQUESTS_OF_A_NETWORK)
        self.large_bodies = Share(LARGE_BODIES_OF_A_NETWORK, LARGE_BODIES)
        self.streams_of_a_session = Share(STREAMS_OF_A_SESSION)
        self.streams_of_a_person = Share(STREAMS_OF_A_PERSON)
        self.downloads = Share(DOWNLOADS_OF_A_SELLER)
        self.hashes = Share(HASHES_OF_A_NETWORK, HASHES_WAITING)
        self.hashing = asyncio.Semaphore(AT_ONCE)


def network_of(scope: Scope) -> str:
    """Return the network of the client, as a trusted proxy names it."""
    client = scope.get("client")
    return network(client[0]) if client else ""


def shares_of(scope: Scope) -> Shares:
    shares: Shares = scope["app"].state.shares
    return shares


async def _turn(request: Request) -> AsyncIterator[None]:
    shares = shares_of(request.scope)
    with shares.hashes.taken(network_of(request.scope)):
        async with shares.hashing:
            yield


HashesPassword = Annotated[None, Depends(_turn, scope="function")]
"""The parameter of a route that hashes a password: it waits for its turn without one of the threads that all routes
share, and is refused at once when too many wait."""


class EventStream(StreamingResponse):
    """A stream of events to a signed-in visitor, within the shares of session and person."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shares, session = shares_of(scope), Request(scope).state.visit.session
        with (
            shares.streams_of_a_session.taken(session.token_hash),
            shares.streams_of_a_person.taken(session.account.username),
        ):
            await super().__call__(scope, receive, send)


class Download(StreamingResponse):
    """A file that is made while it is sent, within the share of its seller, by pages and API together."""

    def __init__(self, content: Iterator[str], username: str, file_name: str | None = None) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{file_name}"'} if file_name else None
        super().__init__(content, media_type="text/csv; charset=utf-8", headers=headers)
        self._username = username

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with shares_of(scope).downloads.taken(self._username):
            await super().__call__(scope, receive, send)
