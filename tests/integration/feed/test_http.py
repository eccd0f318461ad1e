"""Each of feed's requests has one deadline for its whole response, the head too."""

import re
from collections.abc import Iterator

import pytest
from tests.services.trickling import BODY, HEAD, TricklingServer

from mercarich_feed.adapters.http import Http
from mercarich_feed.domain.answers import Transient


@pytest.fixture
def server() -> Iterator[TricklingServer]:
    one = TricklingServer()
    yield one
    one.end()


@pytest.fixture
def http() -> Iterator[Http]:
    one = Http(60.0)
    yield one
    one.close()


@pytest.mark.parametrize(
    ("at_once", "awaited"), [(b"", HEAD), (HEAD, HEAD + BODY)], ids=["the head trickles", "the body trickles"]
)
def test_a_response_that_trickles_past_its_deadline_is_given_up(
    server: TricklingServer, http: Http, at_once: bytes, awaited: bytes
) -> None:
    server.at_once, server.trickle = at_once, awaited.removeprefix(at_once)
    with pytest.raises(Transient, match=f"^GET {re.escape(server.url)}: ReadTimeout$"):
        http.send("GET", server.url, seconds=1.0)

    assert server.sent < len(awaited)


def test_a_request_of_the_same_connection_has_a_deadline_of_its_own(server: TricklingServer, http: Http) -> None:
    bodies = [http.send("GET", server.url, seconds=seconds).body for seconds in (20.0, 30.0, None)]

    assert bodies == [BODY] * 3


def test_a_request_may_take_longer_than_most(server: TricklingServer) -> None:
    """An upload to Amazon is given more time. This one takes 12 s, and none of its reads waits for long."""
    server.at_once, server.trickle = HEAD, BODY[:240]
    server.rest_seconds = 0.0
    http = Http(10.0)

    reply = http.send("GET", server.url, seconds=300.0)
    http.close()

    assert reply.body == BODY
