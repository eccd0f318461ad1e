"""Yahoo's recorded pages: every error has its class, and no damage to any page ends or sells an auction."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from tests.services.recordings import recorded, recorded_errors, without_each_part

from mercarich_contracts.market import ErrorClass, Reason, State
from mercarich_contracts.proxy_api import Item, SearchRequest
from mercarich_marketplace.answers import Answer, Fault
from mercarich_yahoo_proxy.adapters import item_page, search_page

ID = "t1201146949"
DURING = datetime(2025, 10, 3, tzinfo=UTC)
FATAL = {State.GONE, State.SOLD, State.ENDED, State.SUSPENDED}
CLASSES = [
    ErrorClass.BLOCKED,
    ErrorClass.UNPARSABLE,
    ErrorClass.UNPARSABLE,
    ErrorClass.BLOCKED,
    ErrorClass.BLOCKED,
    ErrorClass.BAD_REQUEST,
]
DECIDING = (b"status", b"isClosed", b"hasWinner", b"bids", b"winPrice", b"idorbuy", b"isFleaMarket")
NEXT_START, NEXT_END = b'<script id="__NEXT_DATA__" type="application/json">', b"</script>"
PAGE_START, PAGE_END = b"var pageData = ", b";</script>"


def harmless(before: State, after: State) -> bool:
    """Damage may lose the result. It must not end or sell an auction, nor make a buyable one unbuyable."""
    taken_away = before is State.AVAILABLE and after is State.UNBUYABLE
    return after is before or (after not in FATAL and not taken_away)


def pages() -> list[tuple[Path, bytes]]:
    found = [
        *recorded("yahoo", "2025-10-item").glob("item*.html"),
        *recorded("yahoo", "derived").glob("item*.html"),
    ]
    return [(path, path.read_bytes()) for path in sorted(found)]


def verdict(body: bytes) -> tuple[State, Reason | None]:
    try:
        seen = item_page.read(Answer(f"http://yahoo/jp/auction/{ID}", 200, {}, body, DURING), ID)
    except Fault as fault:
        return State.UNKNOWN, fault.reason
    assert isinstance(seen, Item)
    return seen.state, seen.reason


def test_every_recorded_error_has_its_class() -> None:
    errors = recorded_errors("yahoo")
    assert len(errors) == len(CLASSES)
    for (status, body, _), expected in zip(errors, CLASSES, strict=True):
        answer = Answer(f"http://yahoo/jp/auction/{ID}", status, {}, body, DURING)
        with pytest.raises(Fault) as caught:
            _read(answer, "search" if status == 500 else "item")
        assert caught.value.error_class is expected, status


def _read(answer: Answer, page: str) -> object:
    if page == "search":
        return search_page.read(answer, SearchRequest(keyword="長い" * 60))
    return item_page.read(answer, ID)


def test_the_recorded_pages_have_their_states() -> None:
    assert {path.stem: verdict(body) for path, body in pages()} == {
        "item_open": (State.UNBUYABLE, Reason.AUCTION_ONLY),
        "item_open_buyout_winner_shipping": (State.AVAILABLE, None),
        "item_open_store_tax": (State.AVAILABLE, None),
        "item_closed_won": (State.SOLD, Reason.WON),
        "item_cancelled": (State.ENDED, Reason.CANCELLED),
    }


def test_no_missing_key_or_entry_ends_or_sells_an_auction() -> None:
    for path, body in pages():
        before, _ = verdict(body)
        tried = 0
        for what, damaged in [*damaged_blocks(body, NEXT_START, NEXT_END), *damaged_blocks(body, PAGE_START, PAGE_END)]:
            tried += 1
            after, _ = verdict(damaged)
            assert harmless(before, after), f"{path.stem} without {what}"
        assert tried > 500


def damaged_blocks(body: bytes, start: bytes, end: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the page without each part of one of its data blocks, and without the block."""
    begin = body.index(start)
    stop = body.index(end, begin)
    head, block, tail = body[: begin + len(start)], body[begin + len(start) : stop], body[stop:]
    yield "the block", body[:begin] + body[stop + len(end) :]
    for path, damaged in without_each_part(json.loads(block)):
        yield path, head + orjson.dumps(damaged) + tail


def test_no_cut_ends_or_sells_an_auction() -> None:
    for path, body in pages():
        before, _ = verdict(body)
        for length in range(0, len(body), 7):
            for damaged in (body[:length], body[length:]):
                after, _ = verdict(damaged)
                assert harmless(before, after), f"{path.stem} cut at {length}"


@pytest.mark.parametrize("seed", range(4))
def test_no_missing_bytes_end_or_sell_an_auction(seed: int) -> None:
    draw = random.Random(seed)
    for path, body in pages():
        before, _ = verdict(body)
        # Most draws begin where the decision is made: damage elsewhere has no effect.
        decided = [index for word in DECIDING for index in _all(body, word)]
        for _ in range(2_000):
            start = max(0, draw.choice([draw.randrange(len(body)), draw.choice(decided) + draw.randrange(-5, 25)]))
            end = start + draw.choice([draw.randrange(1, 12), draw.randrange(1, 200), draw.randrange(1, len(body))])
            after, _ = verdict(body[:start] + body[end:])
            assert harmless(before, after), f"{path.stem} without bytes {start} to {end}"


def test_every_short_gap_among_page_datas_verdicts_is_harmless() -> None:
    """A gap can make `isClosed` of an open auction "1": its neighbours hold that digit."""
    for path, body in pages():
        before, _ = verdict(body)
        for start in range(body.index(b'"isStore"'), body.index(b'"newBid"')):
            for length in (1, 2, *range(24, 40)):
                after, _ = verdict(body[:start] + body[start + length :])
                assert harmless(before, after), f"{path.stem}, {length} bytes at {start}"


def _all(body: bytes, word: bytes) -> Iterator[int]:
    index = body.find(word)
    while index >= 0:
        yield index
        index = body.find(word, index + 1)


def test_the_recorded_search_page_shows_its_five_rows() -> None:
    body = recorded("yahoo", "2022-02-search", "search_fragment_0.html").read_bytes()
    moment = datetime(2022, 2, 28, tzinfo=UTC)
    result = search_page.read(Answer("http://yahoo/search/search", 200, {}, body, moment), SearchRequest(keyword="a"))

    assert [(seen.item_id, seen.price_jpy, seen.state) for seen in result.items] == [
        ("s1039793076", 500, State.UNBUYABLE),
        ("s1039791085", 1000, State.UNBUYABLE),
        ("r1039797461", 5278, State.AVAILABLE),
        ("x1039785922", 1000, State.UNBUYABLE),
        ("s1039795118", 500, State.UNBUYABLE),
    ]
    assert result.complete


def test_no_missing_bytes_of_the_search_page_end_or_sell_anything() -> None:
    body = recorded("yahoo", "2022-02-search", "search_fragment_0.html").read_bytes()
    draw = random.Random(5)
    buyable = "r1039797461"
    for _ in range(300):
        start = draw.randrange(len(body))
        damaged = body[:start] + body[start + draw.randrange(1, 5000) :]
        try:
            result = search_page.read(Answer("http://yahoo/s", 200, {}, damaged, DURING), SearchRequest(keyword="a"))
        except Fault:
            continue
        states = {seen.item_id: seen.state for seen in result.items}
        assert not FATAL & set(states.values())
        assert states.get(buyable) is not State.UNBUYABLE
