"""A response is whole in time or given up, although each of its reads ends in time."""

from collections.abc import Iterator

import httpx
import pytest
from tests.services.trickling import BODY, HEAD, TricklingServer

from mercarich_platform import whole_responses


@pytest.fixture
def server() -> Iterator[TricklingServer]:
    one = TricklingServer()
    yield one
    one.end()


@pytest.mark.parametrize(
    ("at_once", "trickle", "awaited"),
    [
        (b"", HEAD + BODY, HEAD),
        (HEAD, BODY, HEAD + BODY),
        (b"", b"", HEAD),
        (HEAD[:20], b"", HEAD),
        (HEAD + BODY[:20], b"", HEAD + BODY),
    ],
    ids=["the head trickles", "the body trickles", "nothing comes", "half a head comes", "half a body comes"],
)
def test_a_response_that_is_not_whole_in_time_is_given_up_in_time(
    server: TricklingServer, at_once: bytes, trickle: bytes, awaited: bytes
) -> None:
    server.at_once, server.trickle = at_once, trickle
    with whole_responses.client(1.0, silence_seconds=60) as http:
        with pytest.raises(httpx.ReadTimeout):
            http.get(server.url)
        assert server.sent < len(awaited)


def test_a_response_that_is_whole_in_time_is_passed_on_and_so_is_the_next_one(server: TricklingServer) -> None:
    with whole_responses.client(60) as http:
        assert [http.get(server.url).content for _ in range(3)] == [BODY] * 3


def test_a_response_of_the_same_connection_has_a_time_of_its_own(server: TricklingServer) -> None:
    with whole_responses.client(5.0, silence_seconds=60) as http:
        assert http.get(server.url).content == BODY
        server.at_once = HEAD
        with pytest.raises(httpx.ReadTimeout):
            http.get(server.url)
        server.at_once = HEAD + BODY
        assert http.get(server.url).content == BODY
