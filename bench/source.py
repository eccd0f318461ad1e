"""The benchmarks' market: a process that returns every item's page after 80 ms, and counts the requests.

    python -m bench.source [--port 0] [--latency 0.08] [--items-a-seller 1] [--yahoo-bytes 250000 …]

It prints its address. `/_bench/reset` resets the counts, `/_bench/figures` returns them (see `Counts.figures`), and
`/_bench/times` returns the time of each request. It is one asyncio protocol on uvloop without a framework, because it
uses the same cores as the measured side.
"""

import argparse
import asyncio
from array import array
from collections import Counter
from collections.abc import Sequence
from functools import partial
from time import monotonic
from typing import cast
from urllib.parse import parse_qs

import orjson
import uvloop
from bench.source_pages import CANARIES_FROM, YAHOO_BYTES, MixedPages, Pages, number_of

LATENCY_SECONDS = 0.08


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=LATENCY_SECONDS, help="seconds (%(default)s)")
    parser.add_argument("--items-a-seller", type=int, default=1, help="of Mercari's (%(default)s)")
    parser.add_argument("--mixed-sellers", type=int, help="of Mercari's: sellers of 1, 2, … so many items, in turn")
    parser.add_argument("--yahoo-bytes", type=int, nargs="+", default=YAHOO_BYTES, help="sizes of Yahoo's pages")
    given = parser.parse_args()
    mixed = given.mixed_sellers
    pages = MixedPages(mixed, given.yahoo_bytes) if mixed else Pages(given.items_a_seller, given.yahoo_bytes)
    uvloop.run(_serve(given.port, given.latency, pages))


class Counts:
    """The requested items, and the times of the responses."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._asked: Counter[int] = Counter()
        self._answered_at = array("d")
        self._requested_at = array("d")
        self._requests = self._canaries = 0

    def note(self, numbers: Sequence[int]) -> None:
        """Count one request for these items; canaries do not count as jobs."""
        self._requested_at.append(monotonic())
        if numbers[0] >= CANARIES_FROM:
            self._canaries += 1
            return
        self._requests += 1
        self._asked.update(numbers)

    def answered(self, numbers: Sequence[int]) -> None:
        if numbers[0] < CANARIES_FROM:
            self._answered_at.extend([monotonic()] * len(numbers))

    def times(self) -> list[float]:
        """The time of each request, including canaries, in seconds on the monotonic clock."""
        return self._requested_at.tolist()

    def figures(self) -> dict[str, float]:
        """`items`: number of different items requested; `most`: requests of the most requested one; `answered`: items
        returned, each repetition counted; `middle_rate`: items a second between the first and the last tenth of the
        responses."""
        times = self._answered_at
        tenth = len(times) // 10
        middle = times[-1 - tenth] - times[tenth] if times else 0.0
        return {
            "requests": self._requests,
            "items": len(self._asked),
            "most": max(self._asked.values(), default=0),
            "answered": len(times),
            "canaries": self._canaries,
            "middle_rate": (len(times) - 1 - 2 * tenth) / middle if middle > 0 else 0.0,
        }


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as GET needs it; one request at a time per connection, as clients send them."""

    def __init__(self, pages: Pages, counts: Counts, latency: float) -> None:
        self._pages = pages
        self._counts = counts
        self._latency = latency
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        head = self._rest + data
        if not head.endswith(b"\r\n\r\n"):
            self._rest = head
            return
        self._rest = b""
        target = head[4 : head.index(b" ", 4)]
        if target.startswith(b"/_bench/"):
            self._control(target)
        else:
            self._market(target)

    def _market(self, target: bytes) -> None:
        pages = self._pages
        if target.startswith(b"/items/get?id="):
            item_id = target[14:].partition(b"&")[0]
            self._later(range(number_of(item_id), number_of(item_id) + 1), partial(pages.mercari, item_id), _JSON)
        elif target.startswith(b"/jp/auction/"):
            item_id = target[12:]
            self._later(range(number_of(item_id), number_of(item_id) + 1), partial(pages.yahoo, item_id), _HTML)
        elif target.startswith(b"/items/get_items?"):
            seller_id = int(parse_qs(target.partition(b"?")[2])[b"seller_id"][0])
            self._later(pages.numbers_of(seller_id), partial(pages.seller_list, seller_id), _JSON)
        else:
            self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def _later(self, numbers: range, page: "partial[bytes]", kind: bytes) -> None:
        self._counts.note(numbers)
        asyncio.get_running_loop().call_later(self._latency, self._answer, numbers, page, kind)

    def _answer(self, numbers: range, page: "partial[bytes]", kind: bytes) -> None:
        if self._transport.is_closing():
            return
        body = page()
        self._counts.answered(numbers)
        self._transport.writelines((_HEAD % (kind, len(body)), body))

    def _control(self, target: bytes) -> None:
        if target == b"/_bench/reset":
            self._counts.reset()
        answer = self._counts.times() if target == b"/_bench/times" else self._counts.figures()
        body = orjson.dumps(answer)
        self._transport.write(_HEAD % (_JSON, len(body)) + body)


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
_JSON, _HTML = b"application/json; charset=utf-8", b"text/html; charset=utf-8"


async def _serve(port: int, latency: float, pages: Pages) -> None:
    counts = Counts()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(pages, counts, latency), "127.0.0.1", port, backlog=2_048
    )
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    await server.serve_forever()


if __name__ == "__main__":
    main()
