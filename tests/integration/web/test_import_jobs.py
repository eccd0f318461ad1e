"""CSV imports: read, compared and applied by workers; completely or not at all, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor, wait
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update
from tests.conftest import REAL_SERVICES
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import events
from tests.integration.web.workshop import HEADER, Workshop, csv_of, offers

from mercarich_contracts.hazards import FIRST_LOOK
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_db.tables import listings, source_items
from mercarich_reasons.edits import ListingEdited
from mercarich_reasons.imports import (
    BeingDeleted,
    ListedAlready,
    ListingExists,
    SkuTwice,
    SourceFixed,
    SourceTaken,
    SourceTwice,
)
from mercarich_reasons.jobs import ImportStopped, RowsImported, RowsWrong
from mercarich_reasons.reason import dumps
from mercarich_reasons.repricing import PriceBoundsCrossed
from mercarich_reasons.stock import ByImport
from mercarich_reasons.telling import Language, tell
from mercarich_web.jobs.jobs import Kind, Overtaken
from mercarich_web.jobs.starting import ImportWish


@pytest.fixture
def shop(engine: Engine, rows: Rows) -> Workshop:
    rows.user("hanako")
    rows.user("jiro")
    return Workshop(engine)


def test_a_hundred_rows_become_listings_that_wait_for_no_push(shop: Workshop) -> None:
    job = shop.import_rows("hanako", offers(100))

    assert (job.state, job.made, job.wrong, job.progress) == ("finished", 100, 0, 100)
    assert job.message == RowsImported(100, made=100, changed=0, unchanged=0)
    assert len(shop.skus(1)) == 100
    listing = shop.listing("S-00001")
    assert (listing.listed, listing.quantity, listing.push_pending, listing.title) == (True, 1, 0, "時計 1")
    told = [
        (one.kind, one.reason, one.quantity_before, one.quantity_after, one.revision) for one in events(shop.engine)
    ]
    assert told == [("listed", ByImport(job.id), 1, 1, 1)] * 100
    assert shop.staged() == 0


def test_the_sources_of_new_offers_are_looked_at_first_and_those_of_drafts_are_not(shop: Workshop) -> None:
    rows = offers(4)
    rows[3] |= {"listed": "false"}
    shop.import_rows("hanako", rows)
    with reading(shop.engine) as connection:
        before = connection.execute(select(source_items.c.look_class)).scalars().all()
    assert sorted(before, key=str) == [FIRST_LOOK] * 3 + [None]

    shop.import_rows("hanako", [rows[3] | {"listed": "true"}])

    with reading(shop.engine) as connection:
        assert set(connection.execute(select(source_items.c.look_class)).scalars()) == {FIRST_LOOK}


def test_every_bad_row_is_told_by_line_and_column_and_nothing_is_imported(shop: Workshop) -> None:
    rows = offers(4)
    rows[1] |= {"asin": "short", "quantity": "0"}
    rows[2] |= {"source_id": "m123"}
    rows[3] |= {"sku": "", "marketplace": "ebay", "listed": "maybe"}

    job = shop.import_rows("hanako", rows)

    assert job.state == "failed"
    assert job.message == RowsWrong(6)
    assert [each[:2] for each in shop.problems(job.id)] == [
        (3, "asin"),
        (3, "quantity"),
        (4, "source_id"),
        (5, "marketplace"),
        (5, "sku"),
        (5, "listed"),
    ]
    assert (shop.skus(1), shop.staged()) == ([], 0)


def test_rows_that_contradict_each_other_or_the_listings_are_told(shop: Workshop, rows: Rows) -> None:
    source = rows.source("x900000001")
    rows.listing(1, source, "OLD-1")
    wanted = offers(5)
    wanted[1]["sku"] = wanted[0]["sku"]
    wanted[2] |= {"marketplace": "yahoo", "source_id": "x900000001"}
    wanted[3] |= {"sku": "OLD-1", "listed": "no"}
    wanted[4] |= {"source_id": wanted[0]["source_id"]}

    job = shop.import_rows("hanako", wanted)

    assert shop.problems(job.id) == [
        (3, "sku", SkuTwice(2)),
        (4, "source_id", SourceTaken("OLD-1")),
        (5, "source_id", SourceFixed("x900000001")),
        (5, "listed", ListedAlready("OLD-1")),
        (6, "source_id", SourceTwice(2)),
    ]
    assert shop.skus(1) == ["OLD-1"]


def bounds(least: str, most: str) -> bytes:
    """Return a file with bounds of the price of a listing whose source is known."""
    return f"sku,marketplace,source_id,least_price,most_price\nOLD-1,yahoo,x900000001,{least},{most}\n".encode()


@pytest.mark.parametrize(
    ("given", "column", "crossed"),
    [
        (("", "3000"), "most_price", PriceBoundsCrossed(5_000, 3_000)),
        (("9500", ""), "least_price", PriceBoundsCrossed(9_500, 9_000)),
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_one_bound_of_a_price_does_not_cross_the_other_one_that_is_there(
    shop: Workshop, rows: Rows, given: tuple[str, str], column: str, crossed: PriceBoundsCrossed, listed: bool
) -> None:
    rows.listing(1, rows.source("x900000001"), "OLD-1", listed=listed, least_price_jpy=5_000, most_price_jpy=9_000)
    job = shop.import_bytes("hanako", bounds(*given))

    assert (job.state, shop.problems(job.id)) == ("failed", [(2, column, crossed)])
    kept = shop.listing("OLD-1")
    assert (kept.least_price_jpy, kept.most_price_jpy) == (5_000, 9_000)
    assert shop.import_bytes("hanako", bounds("", "5000")).state == "finished"


def test_a_bound_that_is_set_in_the_last_moment_is_not_crossed(shop: Workshop, rows: Rows) -> None:
    rows.listing(1, rows.source("x900000001"), "OLD-1")
    started = shop.start_import("hanako", "offers.csv", [bounds("", "3000")], "taro")
    claim = shop.claim(Kind.IMPORT)
    while claim is not None and claim.phase != "applying":
        claim = shop.steps[Kind.IMPORT](claim)
    rows.change(update(tables.listings).values(least_price_jpy=5_000))

    while claim is not None:
        claim = shop.steps[Kind.IMPORT](claim)

    assert shop.problems(started.id) == [(2, "most_price", PriceBoundsCrossed(5_000, 3_000))]
    assert shop.listing("OLD-1").most_price_jpy is None


def test_an_import_edits_what_is_there_and_leaves_a_listed_offers_stock_to_the_checks(
    shop: Workshop, rows: Rows
) -> None:
    gone = rows.source("x900000001", state="sold")
    rows.listing(1, gone, "OLD-1", quantity=0, revision=2, searching=True, title="old", asin="B000000001")
    draft = rows.source("x900000002")
    rows.listing(1, draft, "DRAFT-1", listed=False)

    job = shop.import_rows(
        "hanako",
        [
            {"sku": "OLD-1", "marketplace": "yahoo", "source_id": "x900000001", "title": "new", "quantity": 3},
            {"sku": "DRAFT-1", "marketplace": "mercari", "source_id": "m20000000001", "listed": "yes"},
        ],
    )

    assert (job.state, job.made) == ("finished", 2)
    old, drawn = shop.listing("OLD-1"), shop.listing("DRAFT-1")
    assert (old.title, old.asin, old.listing_quantity) == ("new", "B000000001", 3)
    assert (old.quantity, old.revision, old.searching) == (0, 2, True)
    assert (drawn.listed, drawn.marketplace, drawn.push_pending) == (True, "mercari", 0)
    told = [(one.listing_id, one.kind) for one in events(shop.engine)]
    assert told == [(old.id, "edited"), (drawn.id, "edited"), (drawn.id, "listed")]
    edit, redrawn, made = [one.reason for one in events(shop.engine)]
    of_import = {"job_id": job.id, "file": "offers.csv"}
    assert edit == ListingEdited(
        *("taro",), title="new", old_title="old", listing_quantity=3, old_listing_quantity=1, **of_import
    )
    source = {"marketplace": "mercari", "item_id": "m20000000001", "source_item_id": drawn.source_item_id}
    assert redrawn == ListingEdited("taro", **source, **of_import)
    assert made == ByImport(job.id)


def test_an_import_tells_of_each_listing_what_it_changes_and_of_the_others_nothing(shop: Workshop, rows: Rows) -> None:
    for number in (1, 2, 3):
        its = {"title": "old", "offer_price_jpy": 1000, "least_price_jpy": 500, "most_price_jpy": 2000}
        rows.listing(1, rows.source(f"x90000000{number}"), f"OLD-{number}", **its)
    same = {"marketplace": "yahoo", "title": "old", "price": 1000}
    wanted = [{"sku": f"OLD-{number}", "source_id": f"x90000000{number}", **same} for number in (1, 2, 3)]
    wanted[1] |= {"price": 1500, "most_price": 3000, "note": "a secret"}

    file = csv_of(wanted, (*HEADER, "most_price", "note"))
    job = shop.import_bytes("hanako", file)

    assert job.message == RowsImported(3, made=0, changed=1, unchanged=2)
    [told] = events(shop.engine)
    changed = shop.listing("OLD-2")
    assert (told.listing_id, told.kind, changed.note, changed.edited_quantity) == (
        changed.id,
        "edited",
        "a secret",
        None,
    )
    reason = told.reason
    assert (reason.offer_price_jpy, reason.old_offer_price_jpy) == (1500, 1000)
    assert (reason.most_price_jpy, reason.old_most_price_jpy, reason.least_price_jpy) == (3000, 2000, None)
    assert (reason.note_length, reason.title, "secret" in dumps(reason)) == (8, None, False)
    words = tell(reason, Language.EN)
    assert words.startswith("by an import of offers.csv, by taro; price at Amazon: 1,500 yen, before: 1,000 yen")
    shop.import_rows("hanako", wanted)
    shop.import_bytes("hanako", file)
    assert len(events(shop.engine)) == 1, "an empty cell keeps the note, and nothing is told twice"


def test_handling_days_of_a_file_are_pushed_as_those_that_are_typed(shop: Workshop, rows: Rows) -> None:
    seen = {"verified_at": ago(hours=1), "handling_days": 2}
    down = {"quantity": 0, "pushed_quantity": 0, "withdrawn_at": ago(hours=1)}
    for number, its in enumerate([{}, {}, down, {"listed": False}, {"verified_at": None}], start=1):
        rows.listing(1, rows.source(f"x90000000{number}"), f"OLD-{number}", **seen | its)
    wanted = [
        {"sku": f"OLD-{number}", "source_id": f"x90000000{number}", "marketplace": "yahoo"} for number in range(1, 7)
    ]
    for one, days in zip(wanted, ("7", "", "7", "0", "7", "5"), strict=True):
        one |= {"出荷までの日数": days}

    job = shop.import_bytes("hanako", csv_of(wanted, ("sku", "source_id", "marketplace", "出荷までの日数")))

    assert job.message == RowsImported(6, made=1, changed=4, unchanged=1)
    found = [shop.listing(f"OLD-{number}") for number in range(1, 7)]
    assert [one.handling_days for one in found] == [7, 2, 7, None, 7, 5]
    assert [one.revision for one in found] == [2, 1, 1, 1, 1, 1], "only what is up, and was seen at Amazon"
    told = {
        one.listing_id: (one.reason.handling_days, one.revision) for one in events(shop.engine) if one.kind == "edited"
    }
    assert told == {found[0].id: (7, 2), found[2].id: (7, 1), found[3].id: (0, 1), found[4].id: (7, 1)}


def test_a_quantity_of_a_file_is_kept_over_a_pause_as_one_that_is_typed(shop: Workshop, rows: Rows) -> None:
    rows.listing(1, rows.source("x900000001"), "OLD-1", quantity=1)

    shop.import_rows("hanako", [{"sku": "OLD-1", "marketplace": "yahoo", "source_id": "x900000001", "quantity": 4}])

    old = shop.listing("OLD-1")
    assert (old.quantity, old.listing_quantity, old.edited_quantity) == (1, 4, 4)


def test_an_import_that_changes_nothing_says_so_and_writes_nothing(shop: Workshop) -> None:
    wanted = offers(4)
    wanted[3]["listed"] = "no"
    shop.import_rows("hanako", wanted)
    before = [shop.listing(row["sku"]) for row in wanted]

    same = shop.import_rows("hanako", wanted)
    assert (same.state, same.made, same.message) == ("finished", 0, RowsImported(4, made=0, changed=0, unchanged=4))
    assert [shop.listing(row["sku"]) for row in wanted] == before

    wanted[0]["title"], wanted[3]["listed"] = "another", "yes"
    job = shop.import_rows("hanako", [*wanted, *offers(6)[4:]])
    assert (job.made, job.message) == (4, RowsImported(6, made=2, changed=2, unchanged=2))


def test_m7_an_imported_offer_keeps_what_its_source_costs_where_that_is_known(shop: Workshop, rows: Rows) -> None:
    rows.source("x900000001", price_jpy=1200)
    old, same = rows.source("x900000002", price_jpy=100), rows.source("x900000003", price_jpy=2000)
    rows.listing(1, old, "DRAFT-1", listed=False, first_price_jpy=100)
    rows.listing(1, same, "DRAFT-2", listed=False, first_price_jpy=1900)
    sources = {"NEW-1": "x900000001", "NEW-2": "x900000009", "DRAFT-1": "x900000004", "DRAFT-2": "x900000003"}

    shop.import_rows("hanako", [{"sku": sku, "marketplace": "yahoo", "source_id": id} for sku, id in sources.items()])

    assert {sku: shop.listing(sku).first_price_jpy for sku in sources} == {
        "NEW-1": 1200,
        "NEW-2": None,
        "DRAFT-1": None,
        "DRAFT-2": 1900,
    }


def test_m7_what_a_buyer_pays_is_kept_for_the_break_even(shop: Workshop, rows: Rows) -> None:
    for number in (1, 2):
        source = rows.source(f"x90000000{number}")
        rows.listing(1, source, f"OLD-{number}", listed=number == 1, offer_price_jpy=3000)
    sources = {"OLD-1": "x900000001", "OLD-2": "x900000002", "NEW-1": "x900000003"}
    file = [{"sku": sku, "marketplace": "yahoo", "source_id": id, "price": ""} for sku, id in sources.items()]

    shop.import_rows("hanako", file)
    assert [shop.listing(sku).offer_price_jpy for sku in sources] == [3000, 3000, None]
    shop.import_rows("hanako", [row | {"price": "4980"} for row in file])
    assert [shop.listing(sku).offer_price_jpy for sku in sources] == [4980, 4980, 4980]


def test_the_same_file_twice_changes_nothing_more(shop: Workshop) -> None:
    shop.import_rows("hanako", offers(30))
    before = shop.listing("S-00007")

    again = shop.import_rows("hanako", offers(30))

    assert (again.state, again.made) == ("finished", 0)
    assert shop.listing("S-00007") == before


@pytest.mark.parametrize("steps_before_the_kill", range(1, 14))
def test_a_worker_killed_at_any_step_is_followed_by_another_and_the_import_ends_whole(
    shop: Workshop, steps_before_the_kill: int
) -> None:
    started = shop.start_import("hanako", "offers.csv", [csv_of(offers(1200))], "taro")
    claim = shop.claim(Kind.IMPORT, "killed")
    for _ in range(steps_before_the_kill):
        if claim is not None:
            assert shop.skus(1) == []
            claim = shop.steps[Kind.IMPORT](claim)

    shop.work(Kind.IMPORT)
    assert shop.job(started.id).state == ("running" if claim is not None else "finished"), "its lease still runs"
    shop.now.go(seconds=121)
    shop.work(Kind.IMPORT)

    assert (shop.job(started.id).state, shop.job(started.id).made) == ("finished", 1200)
    assert len(shop.skus(1)) == 1200


@pytest.mark.parametrize("apart", [2, 700])
def test_a_row_that_is_left_out_is_another_ones_double_however_far_that_is(
    shop: Workshop, rows: Rows, apart: int
) -> None:
    rows.listing(1, rows.source("x100000001"), "OTHER")
    wanted = offers(800)
    wanted[apart]["sku"] = wanted[0]["sku"]
    shop.start_import("hanako", "offers.csv", [csv_of(wanted)], "taro", ImportWish(right_ones=True))
    shop.work(Kind.IMPORT)

    assert [each[:2] for each in shop.problems(1)] == [(2, "source_id"), (apart + 2, "sku")]
    assert len(shop.skus(1)) == 799, "OTHER, and all but two"
    assert shop.staged() == 0


def test_a_worker_whose_job_was_taken_over_writes_nothing_more(shop: Workshop) -> None:
    started = shop.start_import("hanako", "offers.csv", [csv_of(offers(1200))], "taro")
    frozen = shop.claim(Kind.IMPORT, "frozen")
    assert frozen is not None
    shop.now.go(seconds=121)
    shop.slice(Kind.IMPORT, steps=1, worker="second")
    staged = shop.staged()

    with pytest.raises(Overtaken):
        shop.steps[Kind.IMPORT](frozen)

    assert shop.staged() == staged == 499, "a header and 499 rows are a step"
    shop.work(Kind.IMPORT)
    assert shop.job(started.id).made == 1200


def test_a_stopped_import_has_imported_nothing_even_just_before_its_last_step(shop: Workshop) -> None:
    started = shop.start_import("hanako", "offers.csv", [csv_of(offers(3))], "taro")
    claim = shop.claim(Kind.IMPORT)
    while claim is not None and claim.phase != "applying":
        claim = shop.steps[Kind.IMPORT](claim)
    assert claim is not None

    stopped = shop.stop(started.id, "hanako")

    assert (stopped.changed, stopped.job.state) == (True, "stopped")
    assert stopped.job.message == ImportStopped("hanako")
    with pytest.raises(Overtaken):
        shop.steps[Kind.IMPORT](claim)
    assert (shop.skus(1), shop.staged()) == ([], 0)
    assert shop.stop(started.id, "hanako").changed is False


def test_an_offer_made_in_the_last_moment_sends_the_import_back_to_comparing(shop: Workshop, rows: Rows) -> None:
    started = shop.start_import("hanako", "offers.csv", [csv_of(offers(3))], "taro")
    claim = shop.claim(Kind.IMPORT)
    while claim is not None and claim.phase != "applying":
        claim = shop.steps[Kind.IMPORT](claim)
    assert claim is not None
    rows.listing(1, rows.source("x900000009"), "S-00002")

    claim = shop.steps[Kind.IMPORT](claim)
    while claim is not None:
        claim = shop.steps[Kind.IMPORT](claim)

    assert shop.job(started.id).state == "failed"
    assert [each[:2] for each in shop.problems(started.id)] == [(3, "source_id")]
    assert shop.skus(1) == ["S-00002"]


@pytest.mark.parametrize("taken_by_the_file", ["S-00002", "DRAFT-1"])
def test_a_source_that_another_offer_took_in_the_last_moment_is_not_sold_twice(
    shop: Workshop, rows: Rows, engine: Engine, taken_by_the_file: str
) -> None:
    rows.listing(1, rows.source("x900000001"), "DRAFT-1", listed=False)
    wanted = offers(3)
    wanted[1]["sku"] = taken_by_the_file
    started = shop.start_import("hanako", "offers.csv", [csv_of(wanted)], "taro")
    claim = shop.claim(Kind.IMPORT)
    while claim is not None and claim.phase != "applying":
        claim = shop.steps[Kind.IMPORT](claim)
    assert claim is not None
    with reading(engine) as connection:
        taken = connection.execute(select(source_items.c.id).where(source_items.c.item_id == wanted[1]["source_id"]))
        source_id = taken.scalar_one()
    rows.listing(1, source_id, "REVIVED", marketplace="mercari")
    rows.listing(2, source_id, "OF-JIRO", marketplace="mercari")

    while claim is not None:
        claim = shop.steps[Kind.IMPORT](claim)

    assert shop.job(started.id).state == "failed"
    assert shop.problems(started.id) == [(3, "source_id", SourceTaken("REVIVED"))]
    assert shop.skus(1) == ["DRAFT-1", "REVIVED"]


def test_d3_a_listing_that_is_being_deleted_at_amazon_is_not_listed_again_before(shop: Workshop, rows: Rows) -> None:
    shop.import_rows("hanako", offers(1))
    listing = shop.listing("S-00001")
    rows.change(update(tables.listings).where(tables.listings.c.id == listing.id).values(listed=False))
    rows.add(tables.listing_removals, listing_id=listing.id, user_id=1, wanted_at=shop.now(), attempts=0)

    job = shop.import_rows("hanako", offers(1))

    assert job.state == "failed"
    text = BeingDeleted("S-00001")
    assert shop.problems(job.id) == [(2, "sku", text)]
    assert shop.listing("S-00001").listed is False


@pytest.mark.skipif(REAL_SERVICES, reason="asks SQLite how it reads; MariaDB chooses by its statistics")
def test_no_step_of_an_import_reads_all_of_the_sellers_listings(shop: Workshop) -> None:
    """Else 50,000 rows take the longer, the more the seller has: seven times as long at 300,000."""
    shop.import_rows("hanako", offers(10))
    asked: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if "listings" in statement and statement.startswith(("SELECT", "UPDATE", "DELETE")):
            asked[statement] = values[0] if many else values

    event.listen(shop.engine, "before_cursor_execute", note)
    assert shop.import_rows("hanako", [*offers(5), *offers(10, first=11)]).state == "finished"
    event.remove(shop.engine, "before_cursor_execute", note)
    with reading(shop.engine) as connection:
        steps = [
            (step.detail, statement)
            for statement, values in asked.items()
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(asked) > 5
    whole = [
        (step, of) for step, of in steps if "SCAN listings" in step or ("listings" in step and "(user_id=?)" in step)
    ]
    assert whole == []


@pytest.mark.parametrize("listed", ["yes", "no"])
def test_what_changes_while_the_rows_are_applied_is_not_written_over(
    engine: Engine, shop: Workshop, listed: str
) -> None:
    """An order takes a piece off, while the import of a new title waits for the row."""
    [offer] = offers(1)
    shop.import_rows("hanako", [offer | {"quantity": 3, "listed": listed}])
    of_it = listings.c.sku == offer["sku"]
    titled = {name: offer[name] for name in ("sku", "marketplace", "source_id")} | {"title": "A new title"}
    started = shop.start_import("hanako", "titles.csv", iter([csv_of([titled])]), "taro")
    with engine.connect() as order, ThreadPoolExecutor(1) as worker:
        order.execute(update(listings).where(of_it).values(listing_quantity=2, offer_price_jpy=9_999))
        work = worker.submit(shop.work, Kind.IMPORT)
        until = monotonic() + 2  # a file of SQLite lets the import not even begin
        while shop.row(started.id).phase != "applying" and monotonic() < until:
            wait([work], timeout=0.02)
        wait([work], timeout=0.2)
        order.commit()
        work.result(30)

    after = shop.listing("S-00001")
    assert (after.title, after.listing_quantity, after.offer_price_jpy) == ("A new title", 2, 9_999)


def test_an_import_of_new_listings_alone_changes_none_that_came_meanwhile(shop: Workshop) -> None:
    """Two tabs send the same SKU."""
    [offer] = offers(1)
    first, second = (
        shop.start_import("hanako", "one.csv", iter([csv_of([offer | more])]), "taro", ImportWish(new_only=True))
        for more in ({}, {"title": "Another one", "source_id": "x999999999"})
    )
    shop.work(Kind.IMPORT)

    assert (shop.job(first.id).state, shop.job(second.id).state) == ("finished", "failed")
    assert [problem for *_, problem in shop.problems(second.id)][:1] == [ListingExists("S-00001")]
    assert shop.listing("S-00001").title == offer["title"]
