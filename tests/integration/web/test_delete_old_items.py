"""`mercarich delete_old_items` (rows D1 to D4, M6): what is deleted, what stays, and what happens to pictures."""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, update
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import NOW, Rows, ago

from mercarich_db import settings_store, tables
from mercarich_db.engine import reading, run_tx
from mercarich_reasons.stock import Expired
from mercarich_web.housekeeping.delete_old_items import DeleteOldItems
from mercarich_web.housekeeping.expiry import DeletionReport
from mercarich_web.housekeeping.sql.expired import SqlExpiredOffers
from mercarich_web.pictures.files import PictureFiles
from mercarich_web.pictures.pictures import Removed

GONE: dict[str, Any] = {"quantity": 0, "revision": 2, "pushed_revision": 2, "pushed_quantity": 0, "searching": True}


class Shop:
    """Two sellers, a folder for their pictures, and a clock that stands still."""

    def __init__(self, engine: Engine, rows: Rows, folder: Path) -> None:
        self.engine, self.rows, self.folder = engine, rows, folder
        self.sellers = {name: rows.user(name) for name in ("taro", "hanako")}
        self.source = rows.source("x1")
        self.now: datetime = NOW

    def withdrawn(self, sku: str, at: datetime, seller: str = "taro", **values: Any) -> int:
        values = {"withdrawn_at": at, "verified_at": at, **GONE, **values}
        return self.rows.listing(self.sellers[seller], self.source, sku, **values)

    def picture(self, listing_id: int, path: str, slot: int = 0, content: bytes = b"x" * 100) -> Path:
        self.rows.add(tables.listing_pictures, listing_id=listing_id, slot=slot, path=path)
        return self.file(path, content)

    def replacement(self, listing_id: int, state: str) -> int:
        found = {"marketplace": "yahoo", "item_id": "x2", "url": "https://shop.example/x2"}
        was = {"user_id": self.sellers["taro"], "old_source_item_id": self.source, "at": NOW}
        return self.rows.add(tables.revivals, listing_id=listing_id, state=state, **found, **was)

    def file(self, path: str, content: bytes = b"x" * 100) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def delete(self, days: int = 7, *, dry_run: bool = False, unknown: bool = False) -> DeletionReport:
        use_case = DeleteOldItems(SqlExpiredOffers(self.engine), PictureFiles(self.folder), lambda: self.now)
        return use_case(days, dry_run=dry_run, unknown_to_amazon=unknown)

    def found_pictures(self) -> list[int]:
        """Return the ids of listings that have a picture of a replacement."""
        ids = tables.revival_pictures.c.listing_id
        with reading(self.engine) as connection:
            return list(connection.execute(select(ids).order_by(ids)).scalars())

    def skus(self) -> list[str]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(tables.listings.c.sku).order_by(tables.listings.c.sku)).scalars())


@pytest.fixture
def shop(engine: Engine, rows: Rows, tmp_path: Path) -> Shop:
    return Shop(engine, rows, tmp_path / "pictures")


def test_d1_exactly_seven_days_ago_goes_and_a_second_less_stays(shop: Shop) -> None:
    shop.withdrawn("A-exact", NOW - timedelta(days=7))
    shop.withdrawn("B-second-less", NOW - timedelta(days=7) + timedelta(seconds=1))

    assert shop.delete(7).listings == 1

    assert shop.skus() == ["B-second-less"]


@pytest.mark.parametrize(("days", "left"), [(0, ["B-6d"]), (3, ["B-6d"]), (7, ["B-6d"]), (8, ["A-7d", "B-6d"])])
def test_d1_m6_seven_days_are_the_floor(shop: Shop, days: int, left: list[str]) -> None:
    shop.withdrawn("A-7d", NOW - timedelta(days=7))
    shop.withdrawn("B-6d", NOW - timedelta(days=6, hours=23, minutes=59, seconds=59))

    shop.delete(days)

    assert shop.skus() == left


def test_d1_a_search_whose_run_has_lost_its_planner_holds_nothing_back(shop: Shop) -> None:
    dead = shop.rows.run(1, operation="update", outcome="running", phase="searching", heartbeat_at=ago(minutes=2))
    shop.withdrawn("searched-for", ago(days=30), update_run=dead)

    shop.delete(7)

    assert shop.skus() == []


def test_d1_nothing_goes_while_anything_is_under_way(shop: Shop) -> None:
    run = shop.rows.run(1, outcome="running", phase="checking")
    hold = shop.rows.hold(run)
    old = ago(days=30)
    shop.withdrawn("push-pending", old, pushed_revision=1)
    shop.withdrawn("push-claimed", old, push_claim="abc", push_claim_until=NOW)
    shop.withdrawn("not-read-back", old, verified_at=None)
    shop.withdrawn("on-sale-again", old, quantity=1)
    shop.withdrawn("held", old, hold_id=hold)
    shop.withdrawn("searched-for", old, update_run=run)
    shop.withdrawn("woken-and-claimed", old, update_attempts=1, update_not_before=NOW + timedelta(minutes=1))
    shop.replacement(shop.withdrawn("replacement-approved", old), "approved")
    shop.withdrawn("draft", old, listed=False)
    shop.withdrawn("never-withdrawn", old, withdrawn_at=None)
    in_feed = shop.withdrawn("in-a-late-feed", old)
    submission = shop.rows.add(
        tables.submissions,
        user_id=1,
        lane="feed",
        state="bypassed",
        created_at=old,
        items=1,
        accepted=0,
        rejected=0,
    )
    shop.rows.add(
        tables.submission_items,
        submission_id=submission,
        listing_id=in_feed,
        revision=1,
        quantity=1,
        result="pending",
    )
    shop.withdrawn("Z-plain", old)
    before = shop.skus()

    assert shop.delete().listings == 1

    assert shop.skus() == [sku for sku in before if sku != "Z-plain"]
    shop.rows.change(update(tables.submissions).values(ended_at=NOW))
    assert [offer.sku for offer in shop.delete().offers] == ["in-a-late-feed"]


@pytest.mark.parametrize("outcome", ["finished", "failed", "superseded"])
def test_d1_a_mark_that_an_ended_run_left_keeps_nothing(shop: Shop, outcome: str) -> None:
    shop.withdrawn("left-over", ago(days=30), update_run=shop.rows.run(1, outcome=outcome))

    assert shop.delete().listings == 1


def test_d1_a_claim_that_ran_out_keeps_nothing(shop: Shop) -> None:
    shop.withdrawn("its-worker-died", ago(days=30), update_attempts=1, update_not_before=NOW)

    assert shop.delete().listings == 1


def test_d1_what_was_found_for_a_listing_goes_with_it(shop: Shop) -> None:
    kept = shop.withdrawn("kept", ago(days=1))
    for listing_id in (shop.withdrawn("gone", ago(days=30)), kept):
        shop.replacement(listing_id, "proposed")
        shop.replacement(listing_id, "undone")

    shop.delete()

    with reading(shop.engine) as connection:
        assert set(connection.execute(select(tables.revivals.c.listing_id)).scalars()) == {kept}


def test_d1_a_row_that_amazon_does_not_know_goes_only_when_that_is_confirmed(shop: Shop) -> None:
    shop.withdrawn("unknown", ago(days=30), orphan=True, pushed_revision=1, verified_at=None)

    assert shop.delete().listings == 0
    assert shop.delete(unknown=True).listings == 1


def test_d2_pictures_go_with_their_row_and_the_bytes_are_told(shop: Shop) -> None:
    old = shop.withdrawn("old", ago(days=8))
    files = [shop.picture(old, f"1/old/{slot}.jpg", slot, b"x" * 1000) for slot in range(4)]
    kept = shop.picture(shop.withdrawn("young", ago(days=1)), "1/young/0.jpg")

    report = shop.delete()

    assert (report.pictures.files, report.pictures.bytes) == (4, 4000)
    assert not any(file.exists() for file in files)
    assert kept.exists()
    with reading(shop.engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.listing_pictures)).scalar_one() == 1


def test_d2_a_missing_main_picture_leaves_no_other_behind(shop: Shop) -> None:
    old = shop.withdrawn("old", ago(days=8))
    shop.picture(old, "1/0.jpg", 0).unlink()
    other = shop.picture(old, "1/1.jpg", 2)

    assert shop.delete().pictures.files == 1

    assert not other.exists()


def test_d2_a_shared_file_stays_until_its_last_row_goes(shop: Shop) -> None:
    first, second = shop.withdrawn("first", ago(days=8)), shop.withdrawn("second", ago(days=1))
    shared = shop.picture(first, "1/shared.jpg")
    shop.rows.add(tables.listing_pictures, listing_id=second, slot=0, path="1/shared.jpg")

    report = shop.delete()
    assert (report.pictures.files, report.pictures.shared, shared.exists()) == (0, 1, True)

    shop.now = NOW + timedelta(days=7)
    assert (shop.delete().pictures.files, shared.exists()) == (1, False)


@pytest.mark.parametrize(
    "path", ["2/hers.jpg", "../outside.jpg", "1/../2/hers.jpg", "1/link/hers.jpg", "/etc/hostname", "1", "1/..", "a\0b"]
)
def test_d2_nothing_outside_the_sellers_own_folder_is_touched(shop: Shop, path: str) -> None:
    hers = shop.file("2/hers.jpg")
    outside = shop.file("../outside.jpg")
    (shop.folder / "1").mkdir()
    (shop.folder / "1/link").symlink_to(shop.folder / "2")
    shop.rows.add(tables.listing_pictures, listing_id=shop.withdrawn("old", ago(days=8)), slot=0, path=path)

    report = shop.delete()

    assert (report.listings, report.pictures.files, report.pictures.refused) == (1, 0, 1)
    assert hers.exists()
    assert outside.exists()


def test_d2_the_sweep_takes_what_no_row_shows_any_more_a_day_later(shop: Shop) -> None:
    shown = shop.picture(shop.withdrawn("young", ago(days=1)), "1/shown.jpg")
    left_over, fresh = shop.file("1/a/left.jpg", b"x" * 70), shop.file("1/fresh.jpg")
    text, stranger = shop.file("1/notes.txt"), shop.file("backup/0.jpg")
    yesterday = (NOW - timedelta(hours=25)).timestamp()
    for file in (shown, left_over, text, stranger):
        os.utime(file, (yesterday, yesterday))

    report = shop.delete()

    assert (report.left_over.files, report.left_over.bytes) == (1, 70)
    assert [file.exists() for file in (shown, left_over, fresh, text, stranger)] == [True, False, True, True, True]


def test_d2_the_picture_of_a_replacement_stays_while_somebody_may_be_asked_for_it(shop: Shop) -> None:
    offers = {name: shop.withdrawn(name, ago(days=1)) for name in ("asked", "approved", "refused", "newer")}
    offers["found-its-source"] = shop.withdrawn("found-its-source", ago(days=1), searching=False)
    for name, listing in offers.items():
        state = {"approved": "approved", "refused": "undone"}.get(name, "proposed")
        id = shop.replacement(listing, state) - (name == "newer")
        shop.rows.add(tables.revival_pictures, listing_id=listing, revival_id=id, jpeg=b"x" * 100)
    shop.rows.add(tables.revival_pictures, listing_id=999, revival_id=999, jpeg=b"x" * 100)

    dry, report = shop.delete(dry_run=True), shop.delete()

    assert dry.left_over == report.left_over == Removed(files=4, bytes=400)
    assert shop.found_pictures() == [offers["asked"], offers["approved"]]


def test_d2_the_picture_of_a_replacement_goes_with_its_listing(shop: Shop) -> None:
    listing = shop.withdrawn("A", ago(days=30))
    replacement = shop.replacement(listing, "proposed")
    shop.rows.add(tables.revival_pictures, listing_id=listing, revival_id=replacement, jpeg=b"x")
    link = {"token_hash": "x", "user_id": 1, "listing_id": listing, "revival_id": replacement, "way": "mail"}
    shop.rows.add(tables.decision_links, **link, shown="yahoo x1", created_at=ago(days=1), expires_at=ago(days=-1))

    report = shop.delete()

    assert (report.listings, report.left_over, shop.found_pictures()) == (1, Removed(), [])
    with reading(shop.engine) as connection:
        assert connection.execute(select(tables.decision_links)).all() == []


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems refuse such a name")
def test_d2_a_file_whose_name_is_no_text_is_left_alone_and_told(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    plain, odd = shop.file("1/9.jpg"), Path(os.fsdecode(bytes(shop.folder) + b"/1/\xff.jpg"))
    odd.write_bytes(b"x")
    for file in (plain, odd):
        os.utime(file, (NOW.timestamp() - 90_000,) * 2)

    assert shop.delete().left_over.files == 1

    assert (plain.exists(), odd.exists()) == (False, True)
    assert [vars(record)["path"] for record in caplog.records] == ["'1/\\udcff.jpg'"]


def test_d2_a_cut_off_after_the_commit_leaves_nothing_for_good(shop: Shop) -> None:
    file = shop.picture(shop.withdrawn("old", ago(days=8)), "1/0.jpg")
    os.utime(file, (NOW.timestamp() - 90_000,) * 2)

    class Dies(PictureFiles):
        def remove(self, user_id: int, path: str, *, dry_run: bool) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DeleteOldItems(SqlExpiredOffers(shop.engine), Dies(shop.folder), lambda: NOW)(7, dry_run=False)
    assert (shop.skus(), file.exists()) == ([], True)

    assert shop.delete().left_over.files == 1
    assert not file.exists()


def test_d3_the_listing_at_amazon_stays_nobody_is_asked_to_touch_it(mercarich: Mercarich, shop: Shop) -> None:
    shop.withdrawn("old", ago(days=8))
    mercarich.environment |= {"MERCARICH_KAFKA_BOOTSTRAP": "127.0.0.1:1", "MERCARICH_PICTURES": str(shop.folder)}

    assert "1 deleted" in mercarich.page("delete_old_items")

    with reading(shop.engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.submissions)).scalar_one() == 0


def test_d4_a_dry_run_names_what_would_go_and_changes_nothing(shop: Shop) -> None:
    file = shop.picture(shop.withdrawn("old", ago(days=8)), "1/0.jpg")

    report = shop.delete(dry_run=True)

    assert [(offer.username, offer.sku, offer.pictures) for offer in report.offers] == [("taro", "old", 1)]
    assert (report.listings, report.pictures.files, report.pictures.bytes) == (1, 1, 100)
    assert (shop.skus(), file.exists()) == (["old"], True)


def test_d4_many_rows_go_in_chunks_and_a_seller_is_capped_a_day(shop: Shop) -> None:
    for number in range(1100):
        shop.withdrawn(f"S{number:04}", ago(days=9))
    hers = shop.withdrawn("hers", ago(days=9), seller="hanako")
    assert hers
    run_tx(
        shop.engine, lambda connection: settings_store.write(connection, "DELETE_DAILY_LISTINGS", "600", by="t", at=NOW)
    )

    assert shop.delete(dry_run=True).listings == 601
    deletes = _counted_deletes(shop)
    first = shop.delete()
    assert (first.listings, first.capped) == (601, ["taro"])
    assert max(deletes) == 500, "a transaction holds no more rows than that"
    assert shop.delete().listings == 0

    shop.now = NOW + timedelta(days=1)
    second = shop.delete()
    assert (second.listings, second.capped, shop.skus()) == (500, [], [])


def _counted_deletes(shop: Shop) -> list[int]:
    """Record the number of rows of each statement that deletes listings from now on."""
    counted: list[int] = []

    def count(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("DELETE FROM listings "):
            counted.append(cursor.rowcount)

    event.listen(shop.engine, "after_cursor_execute", count)
    return counted


def test_a_deletion_stays_in_the_history(shop: Shop) -> None:
    withdrawn_at = ago(days=8)
    listing_id = shop.withdrawn("old", withdrawn_at)

    shop.delete()

    with reading(shop.engine) as connection:
        told = connection.execute(select(tables.listing_events)).one()
    assert (told.listing_id, told.kind) == (listing_id, "deleted")
    assert told.reason == Expired("old", withdrawn_at)


def test_the_command_of_the_seed_deletes_and_says_what(mercarich: Mercarich, shop: Shop, tmp_path: Path) -> None:
    mercarich.environment["MERCARICH_PICTURES"] = str(shop.folder)
    file = shop.picture(shop.withdrawn("old", ago(days=8)), "1/0.jpg", content=b"x" * 2500)

    dry = mercarich.page("delete_old_items", "--expired-days", "7", "--dry-run")
    assert "1 would go" in dry
    assert "old" in dry
    assert file.exists()

    done = mercarich.page("delete_old_items", "--expired-days", "7")
    assert "1 deleted" in done
    assert "2.5 KB" in done
    assert (shop.skus(), file.exists()) == ([], False)


@pytest.mark.parametrize("words", [["--expired-days", "-1"], ["--expired-days", "soon"], ["--expired-days"], ["7"]])
def test_bad_input_of_delete_old_items_is_refused(mercarich: Mercarich, words: list[str]) -> None:
    done = mercarich("delete_old_items", *words)

    assert done.returncode == 2
    assert "delete_old_items" in done.stderr
