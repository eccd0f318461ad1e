"""Pictures of new listings (D2, O8): who gets them, what happens when one cannot be fetched, and how they are
deleted."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import Engine, delete, select, update
from tests.integration.web.rows import Rows
from tests.integration.web.workshop import Workshop, item, offers

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.proxy_api import ProxyError
from mercarich_db import settings_store
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listing_pictures, listings, pictures_wanted
from mercarich_platform.outages import DatabaseAway
from mercarich_web.housekeeping.delete_old_items import DeleteOldItems
from mercarich_web.housekeeping.sql.expired import SqlExpiredOffers
from mercarich_web.pictures.files import PictureFiles
from mercarich_web.pictures.keeping import LEASE, KeepPictures
from mercarich_web.pictures.pictures import ATTEMPTS, WantedPictures
from mercarich_web.pictures.sources_http import HttpPictureSource
from mercarich_web.pictures.sql import SqlPictureLine

PICTURE = b"\xff\xd8 a picture"


class Proxy:
    """Both marketplaces' proxies; an item has five pictures unless a test says otherwise."""

    def __init__(self) -> None:
        self.images: dict[str, tuple[str, ...]] = {}
        self.states: dict[str, tuple[State, Reason]] = {}
        self.refused: dict[str, tuple[int, str]] = {}
        """By a picture's address: status and error."""
        self.fetched: list[str] = []
        self.during = lambda: None

    def answer(self, target: str) -> tuple[int, str, bytes]:
        address = urlsplit(target)
        if address.path.startswith("/v1/items/"):
            item_id = unquote(address.path.removeprefix("/v1/items/"))
            return 200, "application/json", self._item(item_id).model_dump_json().encode()
        url = parse_qs(address.query)["url"][0]
        self.fetched.append(url)
        self.during()
        if url in self.refused:
            status, error = self.refused[url]
            return status, "application/json", ProxyError(error=error, message="not now").model_dump_json().encode()
        return 200, "image/jpeg", PICTURE + url.encode()

    def _item(self, item_id: str) -> Any:
        state, reason = self.states.get(item_id, (State.AVAILABLE, None))
        market = Marketplace.MERCARI if item_id.startswith("m") else Marketplace.YAHOO
        images = self.images.get(item_id, tuple(f"https://pictures/{item_id}/{n}" for n in range(5)))
        shown = images if state is State.AVAILABLE else ()
        return item(market, item_id, state).model_copy(update={"images": shown, "reason": reason})


@pytest.fixture
def proxy() -> Iterator[tuple[Proxy, str]]:
    plays = Proxy()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = plays.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield plays, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Album(Workshop):
    """A workshop whose worker also saves pictures."""

    def __init__(self, engine: Engine, folder: Path, proxy: tuple[Proxy, str]) -> None:
        super().__init__(engine)
        self.folder, (self.proxy, self.url) = folder, proxy
        self.line = SqlPictureLine(engine)
        self.came: list[str] = []
        self.keeper = self.worker(self.url)

    def worker(self, url: str) -> KeepPictures:
        source = HttpPictureSource(dict.fromkeys(Marketplace, url), silence_seconds=5)
        return KeepPictures(self.line, source, PictureFiles(self.folder), self.now, self.came.append)

    def keep(self, steps: int = 100) -> list[str]:
        """Work until the queue is empty, or for this many steps. Return the result of each listing."""
        self.came.clear()
        while steps and self.keeper(threading.Event()):
            steps -= 1
        return list(self.came)

    def files(self) -> list[str]:
        return sorted(file.relative_to(self.folder).as_posix() for file in self.folder.rglob("*") if file.is_file())

    def pictures(self, sku: str) -> list[str]:
        mine = listing_pictures.c.listing_id == self.listing(sku).id
        with reading(self.engine) as connection:
            return list(connection.execute(select(listing_pictures.c.path).where(mine)).scalars())

    def waiting(self) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(pictures_wanted).order_by(pictures_wanted.c.listing_id)))

    def set(self, key: str, value: str) -> None:
        run_tx(self.engine, lambda c: settings_store.write(c, key, value, by="t", at=self.now()))


@pytest.fixture
def album(engine: Engine, rows: Rows, tmp_path: Path, proxy: tuple[Proxy, str]) -> Album:
    rows.user("hanako")
    rows.user("jiro")
    return Album(engine, tmp_path / "pictures", proxy)


def test_d2_pictures_of_an_imported_listing_are_saved_once_and_go_with_its_row(album: Album) -> None:
    album.import_rows("hanako", [*offers(1), {**offers(1, 2)[0], "listed": "no"}])

    assert album.keep() == ["saved"]

    listing = album.listing("S-00001")
    assert album.pictures("S-00001") == [f"1/0/{listing.id}-{slot}.jpg" for slot in range(4)] == album.files()
    assert (album.folder / album.files()[3]).read_bytes() == PICTURE + b"https://pictures/x100000001/3"
    album.import_rows("hanako", offers(1))  # The same file again.
    assert album.keep() == []

    long_ago = album.now() - timedelta(days=8)
    gone = {"quantity": 0, "withdrawn_at": long_ago, "verified_at": long_ago}
    run_tx(album.engine, lambda c: c.execute(update(listings).where(listings.c.id == listing.id).values(gone)))
    deletion = DeleteOldItems(SqlExpiredOffers(album.engine), PictureFiles(album.folder), album.now)
    report = deletion(7, dry_run=False)
    assert (report.listings, report.pictures.files, album.files()) == (1, 4, [])


def test_o8_a_draft_gets_its_pictures_when_it_is_listed(album: Album) -> None:
    album.import_rows("hanako", [{**offers(1)[0], "listed": "no"}])
    assert album.keep() == []

    album.import_rows("hanako", offers(1))

    assert album.keep() == ["saved"]


def test_d2_a_worker_that_dies_before_its_rows_are_written_leaves_the_same_files_to_the_next(album: Album) -> None:
    class Cut(SqlPictureLine):
        def keep(self, wanted: WantedPictures, paths: Any) -> bool:
            raise DatabaseAway("cut")

    album.import_rows("hanako", offers(1))
    whole, album.line = album.line, Cut(album.engine)
    with pytest.raises(DatabaseAway):
        album.worker(album.url)(threading.Event())
    before = album.files()
    assert (len(before), album.pictures("S-00001")) == (4, [])

    album.line = whole
    assert album.keep() == []  # Still the dead worker's.
    album.now.go(seconds=LEASE.total_seconds())
    assert album.keep() == ["saved"]

    assert album.files() == before == album.pictures("S-00001")


def test_pictures_that_cannot_be_had_are_tried_for_a_day_then_what_there_is_stays(album: Album) -> None:
    album.import_rows("hanako", offers(1))
    album.proxy.refused = {"https://pictures/x100000001/1": (503, "timed_out")}
    came = []
    for _ in range(ATTEMPTS):
        came += album.keep()
        album.now.go(hours=5)

    assert came == ["put_off"] * (ATTEMPTS - 1) + ["saved"]
    assert [path[-5:] for path in album.pictures("S-00001")] == ["0.jpg", "2.jpg", "3.jpg"]
    assert album.waiting() == []


def test_what_is_no_picture_is_left_out_and_a_page_that_is_gone_leaves_the_known_one(album: Album, rows: Rows) -> None:
    rows.source("x100000003", image_url="https://pictures/known")
    album.import_rows("hanako", [offers(1)[0], offers(1, 3)[0], offers(1, 5)[0]])
    album.proxy.refused = {f"https://pictures/x100000001/{n}": (404, "not_found_once") for n in range(3)}
    album.proxy.states = dict.fromkeys(("x100000003", "x100000005"), (State.GONE, Reason.NOT_FOUND))

    assert album.keep() == ["saved", "saved", "none"]

    assert [path[-5:] for path in album.pictures("S-00001")] == ["3.jpg"]
    assert [path[-5:] for path in album.pictures("S-00003")] == ["0.jpg"]
    assert album.waiting() == []


def test_a_marketplace_that_blocks_rests_without_an_attempt_lost_and_the_other_goes_on(album: Album) -> None:
    album.import_rows("hanako", offers(4))  # Yahoo! Auctions, Mercari, Yahoo! Auctions, Mercari.
    album.proxy.refused = {"https://pictures/x100000001/0": (503, "breaker_open")}

    assert album.keep() == ["put_off", "saved", "saved"]

    assert [(row.attempts, row.problem) for row in album.waiting()] == [(0, "yahoo: not now"), (0, None)]
    album.proxy.refused = {}
    album.now.go(seconds=15)
    assert album.keep() == ["saved", "saved"]


def test_a_proxy_that_is_away_loses_nothing(album: Album) -> None:
    album.import_rows("hanako", offers(1))
    away = album.worker("http://127.0.0.1:1")

    assert away(threading.Event())
    assert not away(threading.Event())

    assert [row.attempts for row in album.waiting()] == [0]


def test_o6_a_paused_marketplace_is_not_asked_and_no_more_than_the_setting_is_saved(album: Album) -> None:
    album.import_rows("hanako", offers(2))
    album.set("MARKETPLACE_YAHOO", "paused")
    album.set("LISTING_PICTURES", "0")
    assert album.keep() == []

    album.set("LISTING_PICTURES", "2")
    assert album.keep() == ["saved"]

    assert len(album.pictures("S-00002")) == 2
    assert not any("x1000" in url for url in album.proxy.fetched)


def test_d2_a_listing_that_is_deleted_meanwhile_leaves_no_picture(album: Album) -> None:
    album.import_rows("hanako", offers(1))
    mine = delete(listings).where(listings.c.sku == "S-00001")
    album.proxy.during = lambda: run_tx(album.engine, lambda connection: connection.execute(mine))

    assert album.keep() == ["none"]

    assert album.files() == []
    assert album.waiting() == []


def test_sellers_take_turns(album: Album) -> None:
    album.import_rows("hanako", offers(20))
    album.import_rows("jiro", offers(2, 101))

    album.keep(steps=4)

    assert len(album.pictures("S-00101")) == len(album.pictures("S-00102")) == 4


def test_d2_nothing_is_written_outside_the_sellers_folder_nor_lost_when_it_cannot_be_written(
    album: Album, tmp_path: Path
) -> None:
    album.import_rows("hanako", offers(1))
    (tmp_path / "elsewhere").mkdir()
    album.folder.mkdir()
    (album.folder / "1").symlink_to(tmp_path / "elsewhere")

    assert album.keep() == ["put_off"]

    assert list((tmp_path / "elsewhere").iterdir()) == []
    (album.folder / "1").unlink()
    album.now.go(minutes=1)
    assert album.keep() == ["saved"]
