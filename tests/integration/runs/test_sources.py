"""Batch checks over HTTP as a worker reads them: lines sent together arrive together, and a cut response is an
outage."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.services.process import free_port

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import EndLine, Evidence, HeartbeatLine, Item, ItemLine
from mercarich_runs.adapters import sources_http
from mercarich_runs.adapters.sources_http import HttpSources
from mercarich_runs.ports import ProxyAway
from mercarich_updater.adapters.market_http import HttpMarket

NOW = datetime(2026, 11, 25, tzinfo=UTC)
END = EndLine(answered=0, requests=0).model_dump_json() + "\n"
SILENCE = "silence"
BEAT = HeartbeatLine(answered=0, waiting=1).model_dump_json() + "\n"


def line(number: int) -> str:
    evidence = Evidence(url="", http_status=200, body_sha256=None, parser_version="1", extract="x", fetched_at=NOW)
    item = Item(marketplace=Marketplace.YAHOO, item_id=f"x{number}", state=State.AVAILABLE, evidence=evidence)
    return ItemLine(item=item.model_copy(update={"title": "t" * 2000})).model_dump_json() + "\n"


@contextmanager
def proxy(
    chunks: Sequence[str],
    status: int = 200,
    *,
    whole: bool = True,
    asked: list[bytes] | None = None,
    every: float = 0,
    slow_head: bool = False,
) -> Iterator[str]:
    """Respond to each request with these chunks, one `every` so many seconds. `whole` false: end only the connection,
    not the response. `slow_head`: the chunks are the letters of a header."""
    left = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if asked is not None:
                asked.append(body)
            self.send_response(status)
            self.send_header("transfer-encoding", "chunked")
            self.send_header("connection", "close")  # as it does: a next request would else meet a closing connection
            if slow_head:
                self.flush_headers()
            else:
                self.end_headers()
            for chunk in chunks:
                if left.wait(10 if chunk == SILENCE else every) or chunk == SILENCE:
                    return
                self.wfile.write(chunk.encode() if slow_head else b"%x\r\n%b\r\n" % (len(chunk), chunk.encode()))
            if whole:
                self.wfile.write(b"0\r\n\r\n")
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            left.set()
            server.shutdown()


def look(url: str, *, silence_seconds: float = 5, stop: threading.Event | None = None) -> Iterator[Sequence[Item]]:
    sources = HttpSources(url, silence_seconds=silence_seconds)
    return sources.look([BatchItem(1, "x1", "店-1")], 4, stop or threading.Event())


def test_a_chunk_of_many_reads_is_one_bunch_and_a_heartbeat_an_empty_one() -> None:
    """Each group costs a transaction; 200 results are 400 KB, more than a socket delivers at once."""
    with proxy([BEAT, "".join(map(line, range(200))), line(200) + END]) as url:
        bunches = [len(bunch) for bunch in look(url)]

    assert sum(bunches) == 201
    assert [size for size in bunches if size] in ([200, 1], [201])


@pytest.mark.parametrize("whole", [True, False])
def test_a_stream_without_its_end_is_cut_and_what_came_before_stands(whole: bool) -> None:
    with proxy([line(1)], whole=whole) as url:
        bunches = look(url)
        assert [item.item_id for item in next(bunches)] == ["x1"]
        with pytest.raises(ProxyAway):
            next(bunches)


def test_of_a_line_that_is_cut_the_whole_ones_before_it_stand() -> None:
    with proxy([line(1) + line(2)[:40]], whole=False) as url:
        bunches = look(url)
        assert [item.item_id for item in next(bunches)] == ["x1"]
        with pytest.raises(ProxyAway):
            next(bunches)


def test_who_falls_silent_is_away() -> None:
    with proxy([line(1), SILENCE]) as url:
        bunches = look(url, silence_seconds=0.5)
        assert [item.item_id for item in next(bunches)] == ["x1"]
        with pytest.raises(ProxyAway, match="TimeoutError"):
            next(bunches)


@pytest.mark.parametrize("slow_head", [False, True])
def test_who_sends_bytes_but_no_whole_line_is_away(slow_head: bool) -> None:
    """Ten seconds of single letters: each of them comes in time, and the line does not."""
    letters = "x-header: " + "x" * 90 if slow_head else BEAT[:100]
    with proxy(letters, every=0.1, slow_head=slow_head) as url, pytest.raises(ProxyAway, match="TimeoutError"):
        list(look(url, silence_seconds=1))


def test_who_sends_nothing_but_heartbeats_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_http, "LONGEST_SECONDS", 1.0)
    with proxy([BEAT] * 100, every=0.1) as url, pytest.raises(ProxyAway, match="TimeoutError"):
        list(look(url))


def test_told_to_stop_it_waits_for_no_more() -> None:
    stop = threading.Event()
    with proxy([line(1), SILENCE]) as url:
        bunches = look(url, stop=stop)
        stop.set()
        assert [[item.item_id for item in bunch] for bunch in bunches] == [["x1"]]


def test_a_seller_may_be_named_in_any_letters() -> None:
    asked: list[bytes] = []
    with proxy([END], asked=asked) as url:
        list(look(url))

    assert json.loads(asked[0])["sellers"] == {"x1": "店-1"}


def test_an_urgent_look_is_asked_for_as_one() -> None:
    asked: list[bytes] = []
    with proxy([END], asked=asked) as url:
        for urgent in (False, True):
            sources = HttpSources(url, silence_seconds=5)
            list(sources.look([BatchItem(1, "x1")], 1, threading.Event(), fresh=True, urgent=urgent))

    assert [json.loads(body)["urgent"] for body in asked] == [False, True]


def test_who_refuses_speaks_otherwise_or_does_not_listen_is_away() -> None:
    with proxy([END], status=503) as url, pytest.raises(ProxyAway, match="503"):
        next(look(url))
    with proxy(['{"type":"poem"}\n']) as url, pytest.raises(ProxyAway, match="cannot be read"):
        next(look(url))
    with pytest.raises(ProxyAway, match="Connection refused"):
        next(look(f"http://127.0.0.1:{free_port()}"))


def test_a_look_whose_answer_names_another_item_tells_nothing_of_this_one() -> None:
    with proxy([line(1) + line(2) + END]) as url:
        market = HttpMarket({Marketplace.YAHOO: url}, silence_seconds=5, connections=1)
        assert market.look(Marketplace.YAHOO, "x2").item_id == "x2"
        with pytest.raises(ProxyAway, match="without the item"):
            market.look(Marketplace.YAHOO, "x3")
