"""Offers at Amazon are shown, matched with their sources, and taken over by an import; the others are left alone."""

import tracemalloc
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.conftest import Deeds, Mercarich
from tests.integration.web.orders import link
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser, let_sign_in, served
from tests.integration.web.test_api import ALL, build, key_of
from tests.integration.web.workshop import Workshop

from mercarich_contracts.audit import Actor
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_reasons.accounts import AmazonUnreadable
from mercarich_reasons.jobs import FileEncoding, RowsImported, TooManyFiles
from mercarich_reasons.offers import (
    MatchingCells,
    MatchingColumns,
    NoSourceAddress,
    NoSuchOffer,
    NothingToTakeOver,
    OffersBeingRead,
    OffersReadOften,
    OfferWatched,
)
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.jobs.jobs import Kind
from mercarich_web.jobs.room import FILES_AN_HOUR
from mercarich_web.refusals import Refused
from mercarich_web.taking_over.desk import OfferDesk
from mercarich_web.taking_over.offers import Standing
from mercarich_web.taking_over.reading import MOST_READS
from mercarich_web.taking_over.sql.offers import unmatched
from mercarich_web.taking_over.wiring import offer_desk

ANN, BOB = 1, 2
BY = Actor("ann", ANN)
PAGE = "https://jp.mercari.com/item/m12345678901"
YAHOO_PAGE = "https://auctions.yahoo.co.jp/jp/auction/{}"


@pytest.fixture
def shop(engine: Engine, rows: Rows) -> Workshop:
    for user_id, name in enumerate(("ann", "bob"), start=ANN):
        assert rows.user(name) == user_id
        link(rows, user_id)
    return Workshop(engine)


@pytest.fixture
def desk(engine: Engine, shop: Workshop) -> OfferDesk:
    return offer_desk(engine, SqlAudit(engine), shop.start_import, shop.now)


def at_amazon(rows: Rows, sku: str, item_id: str | None = None, *, user_id: int = ANN, **values: Any) -> int:
    """Add an offer as feed writes it, with a source at Yahoo if its id is given."""
    told = {"user_id": user_id, "sku": sku, "asin": "B000000001", "title": f"時計 {sku}", "price_jpy": 3_000}
    told |= {"quantity": 1, "channel": "merchant", "status": "active", "seen_at": ago(minutes=5), "read_number": 1}
    if item_id is not None:
        told |= {"marketplace": "yahoo", "item_id": item_id, "matched_by": "note"}
    return rows.add(tables.amazon_offers_found, **told | values)


def was_read(rows: Rows, user_id: int = ANN, **values: Any) -> None:
    told = {"user_id": user_id, "seller_id": f"A{user_id}", "asked_at": ago(minutes=9), "asked": 0, "number": 1}
    told |= {"asked_from": ago(minutes=9), "begun_at": ago(minutes=9), "state": "done", "next_at": ago(minutes=5)}
    told |= {"attempts": 0, "found": 1, "unreadable": 0, "read_at": ago(minutes=5)}
    rows.add(tables.amazon_offer_reads, **told | values)


def alter(rows: Rows, **values: Any) -> None:
    """Change the reads of all sellers."""
    rows.change(update(tables.amazon_offer_reads).values(**values))


def source_of(engine: Engine, sku: str) -> tuple[str | None, str | None, str | None]:
    found = tables.amazon_offers_found.c
    with reading(engine) as connection:
        query = select(found.marketplace, found.item_id, found.matched_by).where(found.sku == sku)
        return tuple(connection.execute(query).one())


def standings(desk: OfferDesk) -> dict[str, Standing]:
    return {offer.sku: offer.standing for offer in desk.book.page(ANN, None, "", "").offers}


def test_every_offer_has_a_standing(desk: OfferDesk, rows: Rows) -> None:
    rows.listing(ANN, rows.source("x100000001"), "WATCHED")
    rows.listing(ANN, rows.source("x100000002"), "DRAFT", listed=False)
    rows.listing(ANN, rows.source("x100000003"), "HOLDER")
    rows.listing(BOB, rows.source("x100000004"), "BOBS")
    at_amazon(rows, "WATCHED")
    at_amazon(rows, "DRAFT", "x100000002")
    at_amazon(rows, "HELD", "x100000003")
    at_amazon(rows, "FREE", "x100000004")
    at_amazon(rows, "TWIN-1", "x100000005")
    at_amazon(rows, "TWIN-2", "x100000005")
    at_amazon(rows, "UP", "x100000006")
    at_amazon(rows, "DOWN", "x100000006", quantity=0)
    at_amazon(rows, "MANY", "x100000007", quantity=1_000)
    at_amazon(rows, "NONE")
    at_amazon(rows, "FBA", "x100000008", channel="amazon", quantity=None)
    at_amazon(rows, "UNTOLD", "x100000009", channel=None)
    at_amazon(rows, "OTHERS", "x100000004", user_id=BOB)

    assert standings(desk) == {
        "WATCHED": Standing.WATCHED,
        "DRAFT": Standing.MATCHED,
        "HELD": Standing.SHARED,
        "FREE": Standing.MATCHED,
        "TWIN-1": Standing.SHARED,
        "TWIN-2": Standing.SHARED,
        "UP": Standing.MATCHED,
        "DOWN": Standing.NOT_SELLING,
        "MANY": Standing.NOT_SELLING,
        "NONE": Standing.UNMATCHED,
        "FBA": Standing.SENT_BY_AMAZON,
        "UNTOLD": Standing.MATCHED,
    }
    counts = {"watched": 1, "matched": 4, "shared": 3, "unmatched": 1, "not_selling": 2, "sent_by_amazon": 1}
    assert desk.book.counts(ANN) == counts


def test_what_is_being_deleted_or_was_deleted_since_is_not_taken_over(desk: OfferDesk, rows: Rows) -> None:
    leaving = rows.listing(ANN, rows.source("x100000001"), "LEAVING", listed=False)
    rows.add(tables.listing_removals, listing_id=leaving, user_id=ANN, wanted_at=ago(hours=1), attempts=0)
    at_amazon(rows, "LEAVING", "x100000001")
    for number, (sku, at) in enumerate((("GONE", ago(minutes=1)), ("AGAIN", ago(minutes=9))), start=2):
        removed = {"user_id": ANN, "sku": sku, "listing_id": 90 + number, "created_at": ago(days=9)}
        rows.add(tables.removed_offers, **removed, removed_at=at, next_read_at=at, returns=0, attempts=0)
        at_amazon(rows, sku, f"x10000000{number}")

    found = {"LEAVING": Standing.WATCHED, "GONE": Standing.NOT_SELLING, "AGAIN": Standing.MATCHED}
    assert standings(desk) == found


def test_what_is_being_registered_is_not_taken_over(desk: OfferDesk, rows: Rows, engine: Engine) -> None:
    for number, sku in enumerate(("CREATED", "REFUSED", "UNKNOWN"), start=1):
        draft = rows.listing(ANN, rows.source(f"x10000000{number}"), sku, listed=False)
        ended_at = ago(minutes=1) if sku == "REFUSED" else None
        asked = {
            "user_id": ANN,
            "way": "create",
            "quantity": 1,
            "state": "sent",
            "attempts": 1,
            "asked_at": ago(hours=1),
        }
        rows.add(tables.listing_creations, listing_id=draft, ended_at=ended_at, **asked)
        at_amazon(rows, sku, None if sku == "UNKNOWN" else f"x10000000{number}")

    watched = {"CREATED": Standing.WATCHED, "UNKNOWN": Standing.WATCHED}
    assert standings(desk) == watched | {"REFUSED": Standing.MATCHED}
    with reading(engine) as connection:
        assert connection.execute(unmatched(ANN, 9)).scalar_one() == 0


def test_what_is_matched_becomes_listings_as_an_import_makes_them_and_nothing_else_changes(
    desk: OfferDesk, shop: Workshop, rows: Rows
) -> None:
    at_amazon(rows, "A-1", "x100000001", quantity=3, title="=cmd\x0b|calc", asin="none")
    at_amazon(rows, "A-2", "x100000002", price_jpy=None)
    at_amazon(rows, "A-3")
    at_amazon(rows, "A-4", "x100000004")
    at_amazon(rows, "A-5", "x100000004")
    at_amazon(rows, "B-1", "x100000005", user_id=BOB)

    job = desk.take_over(ANN, "ann", "ann")
    shop.work(Kind.IMPORT)

    assert shop.job(job.id).message == RowsImported(2, made=2, changed=0, unchanged=0)
    assert shop.skus(ANN) == ["A-1", "A-2"]
    assert shop.skus(BOB) == []
    listing = shop.listing("A-1")
    told = (listing.listed, listing.quantity, listing.listing_quantity, listing.push_pending, listing.offer_price_jpy)
    assert told == (True, 3, 3, 0, 3_000)
    assert (listing.title, listing.asin, shop.listing("A-2").offer_price_jpy) == ("=cmd |calc", None, None)
    assert shop.listing("A-2").next_read_at == shop.now()  # it may have been sold since the report
    assert standings(desk)["A-1"] is Standing.WATCHED
    with pytest.raises(Refused) as refused:
        desk.take_over(ANN, "ann", "ann")
    assert refused.value.reason == NothingToTakeOver()


def test_a_draft_that_is_at_amazon_is_listed(desk: OfferDesk, shop: Workshop, rows: Rows) -> None:
    rows.listing(ANN, rows.source("x100000001"), "A-1", listed=False)
    at_amazon(rows, "A-1", "x100000001")
    job = desk.take_over(ANN, "ann", "ann")
    shop.work(Kind.IMPORT)
    assert shop.job(job.id).message == RowsImported(1, made=0, changed=1, unchanged=0)
    assert shop.listing("A-1").listed


def test_a_source_is_named_by_hand_and_taken_away(
    desk: OfferDesk, shop: Workshop, rows: Rows, engine: Engine, deeds: Deeds
) -> None:
    rows.listing(ANN, rows.source("x100000009"), "WATCHED")
    at_amazon(rows, "WATCHED")
    at_amazon(rows, "A-1")

    desk.match.one(ANN, "A-1", " https://jp.mercari.com/item/m12345678901?x=1 ", BY)
    assert source_of(engine, "A-1") == ("mercari", "m12345678901", "hand")
    assert standings(desk)["A-1"] is Standing.MATCHED
    desk.match.one(ANN, "A-1", "", BY)
    assert source_of(engine, "A-1") == (None, None, None)
    assert [deed[:3] for deed in deeds()] == [("offers_matched", "ann", "A-1")] * 2

    for sku, given, reason in (
        ("A-1", "camera", NoSourceAddress("camera")),
        ("A-9", PAGE, NoSuchOffer("A-9")),
        ("WATCHED", PAGE, OfferWatched("WATCHED")),
    ):
        with pytest.raises(Refused) as refused:
            desk.match.one(ANN, sku, given, BY)
        assert refused.value.reason == reason


def test_a_file_names_sources_line_by_line(desk: OfferDesk, rows: Rows, engine: Engine) -> None:
    rows.listing(ANN, rows.source("x100000009"), "WATCHED")
    for sku in ("A-1", "A-2", "A-3", "-4", "WATCHED"):
        at_amazon(rows, sku)
    at_amazon(rows, "B-1", user_id=BOB)
    text = "\n".join(
        [
            "SKU,title,Source",
            f"A-1,時計,{YAHOO_PAGE.format('x100000001')}",
            "A-2,時計,camera",
            "A-3,時計,",
            f"'-4,時計,{PAGE}",
            "B-1,時計,https://auctions.yahoo.co.jp/jp/auction/x100000002",
            f"WATCHED,時計,{PAGE}",
            "A-3",
            f",,{PAGE}",
        ]
    )

    told = desk.match.file(ANN, iter([text.encode("cp932")]), BY)

    assert (told.matched, told.wrong) == (2, 5)
    problems = [(one.line, one.problem) for one in told.problems]
    assert problems == [
        (3, NoSourceAddress("camera")),
        (6, NoSuchOffer("B-1")),
        (7, OfferWatched("WATCHED")),
        (8, MatchingCells()),
        (9, MatchingCells()),
    ]
    assert source_of(engine, "A-1") == ("yahoo", "x100000001", "csv")
    assert source_of(engine, "-4") == ("mercari", "m12345678901", "csv")
    assert source_of(engine, "A-3") == (None, None, None)
    assert source_of(engine, "B-1") == (None, None, None)


def test_blank_lines_totals_and_a_templates_example_are_nothing_wrong(desk: OfferDesk, rows: Rows) -> None:
    at_amazon(rows, "A-1")
    text = (
        f"SKU,仕入れ元URL,価格\n(example) CAMERA-001,{PAGE},49800\nA-1,{PAGE},1\n,,\n,#N/A,\n合計,,38406\n,合計,38406\n"
    )
    told = desk.match.file(ANN, iter([text.encode()]), BY)

    assert (told.matched, told.wrong) == (1, 0)


def test_the_file_of_an_import_names_sources_too(desk: OfferDesk, rows: Rows, engine: Engine) -> None:
    at_amazon(rows, "A-1")
    text = "sku,marketplace,source_id\nA-1,Mercari,m12345678901\nA-1,ebay,1\nA-1,yahoo\n"
    told = desk.match.file(ANN, iter([text.encode()]), BY)
    assert (told.matched, [one.line for one in told.problems]) == (1, [3, 4])
    assert source_of(engine, "A-1") == ("mercari", "m12345678901", "csv")


def test_a_file_that_names_no_columns_is_refused(desk: OfferDesk) -> None:
    for data, reason in (
        (b"sku,notes\nA-1,x", MatchingColumns("sku, notes")),
        (b"", MatchingColumns("–")),
        (b"\xff\xfe\x00", FileEncoding()),
    ):
        with pytest.raises(Refused) as refused:
            desk.match.file(ANN, iter([data]), BY)
        assert refused.value.reason == reason


def test_a_file_of_sources_is_one_of_the_hours_files(desk: OfferDesk, shop: Workshop, rows: Rows) -> None:
    at_amazon(rows, "A-1")
    for _ in range(FILES_AN_HOUR - 1):
        shop.start_import.sent.count(ANN)
    text = f"SKU,URL\nA-1,{PAGE}\n".encode()

    assert desk.match.file(ANN, iter([text]), BY).matched == 1
    with pytest.raises(Refused) as refused:
        desk.match.file(ANN, iter([text]), BY)
    assert isinstance(refused.value.reason, TooManyFiles)


def test_a_large_file_is_held_once(desk: OfferDesk, rows: Rows) -> None:
    at_amazon(rows, "A-1")
    piece, count = b"x" * 100_000, 100
    chunks = chain([f"SKU,URL,memo\nA-1,{PAGE},😀\n".encode()], repeat(piece, count))
    tracemalloc.start()
    try:
        told = desk.match.file(ANN, (bytes(bytearray(chunk)) for chunk in chunks), BY)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (told.matched, told.wrong) == (1, 1)
    assert peak < 1.5 * count * len(piece)


def test_what_is_left_is_exported_and_the_filled_file_names_it(desk: OfferDesk, rows: Rows) -> None:
    at_amazon(rows, "=1+1", title="a")
    at_amazon(rows, "A-2", "x100000002")
    at_amazon(rows, "A-3", "x100000002")
    at_amazon(rows, "A-4", "x100000004")

    lines = "".join(desk.left(ANN)).removeprefix("\ufeff").splitlines()

    assert lines[0] == '"sku","source","asin","title","quantity","price","standing"'
    assert lines[1] == '"\'=1+1","","B000000001","a","1","3000","unmatched"'
    assert [line.split(",")[0] for line in lines[2:]] == ['"A-2"', '"A-3"']
    filled = "\r\n".join(lines).replace('"\'=1+1",""', f'"\'=1+1","{PAGE}"')
    told = desk.match.file(ANN, iter([b"\xef\xbb\xbf" + filled.encode()]), BY)
    assert (told.matched, told.wrong) == (3, 0)
    assert standings(desk)["=1+1"] is Standing.MATCHED


def test_offers_are_read_again_a_few_times_a_day(desk: OfferDesk, shop: Workshop, rows: Rows, engine: Engine) -> None:
    desk.read(ANN, BY)
    reading_now = desk.book.reading(ANN)
    assert reading_now is not None
    assert (reading_now.is_open, reading_now.state) == (True, "waiting")
    with pytest.raises(Refused) as refused:
        desk.read(ANN, BY)
    assert refused.value.reason == OffersBeingRead()
    for _ in range(MOST_READS - 1):
        alter(rows, begun_at=shop.now(), state="done")
        shop.now.go(seconds=1)
        desk.read(ANN, BY)
    alter(rows, begun_at=shop.now(), state="failed")
    with pytest.raises(Refused) as refused:
        desk.read(ANN, BY)
    assert refused.value.reason == OffersReadOften(MOST_READS, 24)
    shop.now.go(days=1)
    desk.read(ANN, BY)


def test_without_an_account_nothing_is_read(engine: Engine, rows: Rows) -> None:
    rows.user("ann")
    shop = Workshop(engine)
    with pytest.raises(Refused) as refused:
        offer_desk(engine, SqlAudit(engine), shop.start_import, shop.now).read(ANN, BY)
    assert refused.value.reason == AmazonUnreadable()


def test_pages_are_searched_and_go_on_behind_the_last_sku(desk: OfferDesk, rows: Rows) -> None:
    for number in range(120):
        at_amazon(rows, f"A-{number:03}", title="100% 時計" if number % 2 else "kamera_x")
    first = desk.book.page(ANN, Standing.UNMATCHED, "", "")
    second = desk.book.page(ANN, None, "", first.next or "")
    assert [offer.sku for offer in (*first.offers, *second.offers)] == [f"A-{number:03}" for number in range(100)]
    assert [offer.sku for offer in desk.book.page(ANN, None, "a-11", "").offers] == [f"A-11{n}" for n in range(10)]
    assert len(desk.book.page(ANN, None, "0%", "", 100).offers) == 60
    assert len(desk.book.page(ANN, None, "A_x", "", 100).offers) == 60
    assert desk.book.page(ANN, Standing.MATCHED, "", "").offers == []


@pytest.fixture
def ann(database_url: str, engine: Engine, shop: Workshop) -> Iterator[Browser]:
    let_sign_in(engine, ANN, "en")
    with served(build(database_url)) as site:
        browser = site.browser()
        browser.sign_in("ann")
        yield browser


def test_the_page_shows_offers_names_sources_and_takes_over(ann: Browser, rows: Rows, engine: Engine) -> None:
    was_read(rows, found=2, unreadable=3)
    at_amazon(rows, "A-1")
    at_amazon(rows, "A-2", "x100000002", title="<b>")
    at_amazon(rows, "B-1", "x100000003", user_id=BOB, title="Bobs")

    shown = ann.get("/amazon/offers").text
    for sentence in ("Without a source <b>1</b>", "Take over 1 offer", "&lt;b&gt;", "3 lines of Amazon"):
        assert sentence in shown
    assert "Bobs" not in shown
    assert "1 offer at Amazon has no source" in ann.get("/").text
    assert "A-2" not in ann.get("/amazon/offers?kind=unmatched").text

    wrong = ann.post("/amazon/offers/source", sku="A-1", source="<i>")
    assert wrong.status_code == 422
    assert "&lt;i&gt; is no address" in wrong.text
    answer = ann.post("/amazon/offers/source", sku="A-1", source=PAGE, back="//elsewhere")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert source_of(engine, "A-1") == ("mercari", "m12345678901", "hand")

    answer = ann.post("/amazon/offers/take-over")
    assert answer.headers["location"] == "/jobs/1"
    assert "offers-at-amazon.csv" in ann.get("/jobs/1").text


def test_the_page_takes_a_file_and_tells_what_is_wrong_with_it(ann: Browser, rows: Rows) -> None:
    at_amazon(rows, "A-1")
    ann.get("/amazon/offers")
    sent = {"data": {"form_token": ann.token}, "headers": {"Origin": ann.origin}}
    file = {"file": ("s.csv", f"sku,source\nA-1,{PAGE}\nA-9,{PAGE}\n".encode())}
    told = ann.client.post("/amazon/offers/sources", files=file, **sent).text
    assert "1 source is saved" in told
    assert "line 3: Amazon&#39;s last report has no offer A-9" in told
    refused = ann.client.post("/amazon/offers/sources", files={"file": ("s.csv", b"a\n")}, **sent)
    assert (refused.status_code, "the columns sku and source" in refused.text) == (422, True)
    assert '"A-1"' not in ann.get("/amazon/offers/left.csv").text


def test_the_page_asks_for_a_read_and_follows_it(ann: Browser, rows: Rows) -> None:
    ann.get("/amazon/offers")
    assert ann.post("/amazon/offers/read").headers["location"] == "/amazon/offers"
    assert "every 3s" in ann.get("/amazon/offers/progress").text
    assert ann.post("/amazon/offers/read").status_code == 422
    alter(rows, begun_at=ago(seconds=-60), state="requested", found=7)
    assert "7 offers so far" in ann.get("/amazon/offers/progress").text
    alter(rows, state="done", read_at=ago(seconds=1))
    assert "every 3s" not in ann.get("/amazon/offers/progress").text


def test_a_program_does_the_same(database_url: str, engine: Engine, rows: Rows, shop: Workshop) -> None:
    let_sign_in(engine, ANN)
    at_amazon(rows, "A-1")
    at_amazon(rows, "A-2", "x100000002")
    with served(build(database_url)) as site:
        ann, one = site.browser(), site.browser()
        ann.sign_in("ann")
        client = one.client
        client.headers["Authorization"] = f"Bearer {key_of(ann, *ALL)}"
        told = client.get("/api/v1/offers?standing=unmatched").json()
        assert [offer["sku"] for offer in told["offers"]] == ["A-1"]
        assert (told["counts"]["matched"], told["state"], told["next"]) == (1, None, None)
        assert client.post("/api/v1/offers/read").status_code == 202
        again = client.post("/api/v1/offers/read")
        assert (again.status_code, again.json()["reason_code"]) == (409, "offers_being_read")
        wish = {"sku": "A-1", "source": "https://jp.mercari.com/item/m12345678901"}
        assert client.post("/api/v1/offers/source", json=wish).status_code == 204
        offer = client.get("/api/v1/offers").json()["offers"][0]
        assert (offer["source"], offer["matched_by"]) == (wish["source"], "hand")
        sent = client.post("/api/v1/offers/sources", files={"file": b"sku,source\nA-2,x\n"}).json()
        assert (sent["matched"], sent["wrong"]) == (0, 1)
        assert sent["problems"][0]["reason_code"] == "no_source_address"
        assert client.get("/api/v1/offers/left.csv").text.count("\n") == 1
        job = client.post("/api/v1/offers/take-over")
        assert (job.status_code, job.json()["kind"]) == (201, "import")


def test_the_command_counts(mercarich: Mercarich, shop: Workshop, rows: Rows) -> None:
    was_read(rows)
    at_amazon(rows, "A-1")
    at_amazon(rows, "A-2", "x100000002")
    told = mercarich("offers")
    assert (told.returncode, "ann" in told.stdout, "bob" in told.stdout) == (0, True, False)
    assert '"unmatched": 1' in mercarich("offers", "--username", "ann", "--json").stdout
