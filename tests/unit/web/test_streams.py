"""Streams of changes: one query for all followers, and a message only when something has changed."""

import asyncio
from collections.abc import Callable, Collection, Mapping

import pytest

from mercarich_web.site import streams
from mercarich_web.site.streams import Followed

LAST = 3


class Looks:
    """Objects that count up; those above 100 stand still, and the one at 9 is gone."""

    def __init__(self) -> None:
        self.asked: list[set[int]] = []
        self.drawn: list[tuple[int, int]] = []

    def __call__(self, wanted: Collection[int]) -> Mapping[int, tuple[int, int]]:
        self.asked.append(set(wanted))
        return {one: (one, 0 if one > 100 else len(self.asked)) for one in wanted if one != 9}

    def draw(self, value: tuple[int, int]) -> str:
        self.drawn.append(value)
        return f"<b>{value[1]}</b>\n<i>{value[0]}</i>"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EVERY_SECONDS", 0.01)


def test_everybody_who_follows_shares_one_look() -> None:
    looks = Looks()

    told = _told(looks, [1, 1, 2, 3, 4, 5], lambda value: value[1] >= LAST)

    assert looks.asked[0] == {1, 2, 3, 4, 5}
    assert len(looks.asked) < len(looks.drawn)
    for messages in told:
        assert messages[0] == "retry: 1000\n\n"
        assert messages[1].startswith("data: <b>1</b>\ndata: <i>")
        assert messages[-1] == "event: end\ndata:\n\n"


def test_what_stands_still_is_drawn_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LIFE_SECONDS", 1.5)
    looks = Looks()

    (told,) = _told(looks, [101], lambda _: False)

    assert len(looks.asked) > 1
    assert looks.drawn == [(101, 0)]
    assert told == ["retry: 1000\n\n", "data: <b>0</b>\ndata: <i>101</i>\n\n"]


def test_a_fragment_that_is_the_same_is_not_told_again() -> None:
    (told,) = _told(Looks(), [1], lambda value: value[1] >= LAST, lambda value: "<b>always</b>")

    assert told == ["retry: 1000\n\n", "data: <b>always</b>\n\n", "event: end\ndata:\n\n"]


def test_the_stream_of_what_is_gone_ends() -> None:
    assert _told(Looks(), [9], lambda _: False) == [["retry: 1000\n\n", "event: end\ndata:\n\n"]]


def test_a_look_that_fails_ends_its_streams_and_the_next_one_looks_again() -> None:
    fails = [True]

    def look(wanted: Collection[int]) -> Mapping[int, tuple[int, int]]:
        if fails.pop():
            raise OSError("away")
        return dict.fromkeys(wanted, (1, LAST))

    async def both() -> list[str]:
        followed = Followed(look)
        with pytest.raises(OSError, match="away"):
            await _read(followed, 1, str, lambda _: True)
        fails[:] = [False]
        return await _read(followed, 1, str, lambda _: True)

    assert asyncio.run(both())[-1] == "event: end\ndata:\n\n"


def _told(
    looks: Looks,
    followers: list[int],
    is_last: Callable[[tuple[int, int]], bool],
    draw: Callable[[tuple[int, int]], str] | None = None,
) -> list[list[str]]:
    async def follow() -> list[list[str]]:
        followed = Followed(looks)
        return await asyncio.gather(*(_read(followed, one, draw or looks.draw, is_last) for one in followers))

    return asyncio.run(follow())


async def _read(
    followed: Followed[tuple[int, int]],
    one: int,
    draw: Callable[[tuple[int, int]], str],
    is_last: Callable[[tuple[int, int]], bool],
) -> list[str]:
    answer = followed.stream(one, draw, is_last)
    return [str(message) async for message in answer.body_iterator]
