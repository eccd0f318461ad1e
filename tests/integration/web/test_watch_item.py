"""One item to watch, by the address of its page: from a bookmark or typed, and imported as a file of one row is."""

import html
import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, select
from tests.integration.web.rows import Rows
from tests.integration.web.site import Browser
from tests.integration.web.workshop import Workshop

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_web.jobs.jobs import Kind

ADDRESS = "https://jp.mercari.com/item/m22222222222?utm_source=ios&source_location=share"
ITEM = {"source_id": ADDRESS, "sku": "NEW-1", "title": "=カメラ, 箱付き", "quantity": "2", "price": "¥12,800"}


def finish_import(engine: Engine) -> None:
    workshop = Workshop(engine)
    for _ in range(20):
        if not workshop.slice(Kind.IMPORT, steps=5):
            return
    raise AssertionError("the import did not end")


def listed(engine: Engine) -> list[tuple[object, ...]]:
    listing, item = tables.listings.c, tables.source_items.c
    columns = (listing.sku, item.marketplace, item.item_id, listing.title, listing.listing_quantity, listing.listed)
    found = select(*columns).join_from(tables.listings, tables.source_items).order_by(listing.sku)
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(found)]


def jobs(engine: Engine) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(tables.jobs.c.id)).all())


def test_an_item_is_imported_and_its_job_tells_how_far_it_is(ann: Browser, engine: Engine) -> None:
    started = ann.post("/jobs/item", **ITEM)
    assert started.status_code == 303
    finish_import(engine)

    assert listed(engine) == [("NEW-1", "mercari", "m22222222222", "=カメラ, 箱付き", 2, False)]
    assert "https://jp.mercari.com/item/m22222222222" in ann.get(started.headers["location"]).text


def test_an_offer_that_amazon_sells_already_is_one_from_the_beginning(ann: Browser, engine: Engine) -> None:
    ann.post("/jobs/item", **ITEM, listed="yes")
    finish_import(engine)

    [(*_, is_listed)] = listed(engine)
    assert is_listed


def test_a_bookmark_opens_the_form_filled_in_and_starts_nothing(ann: Browser, engine: Engine) -> None:
    page = ann.get("/jobs/item?" + urlencode({"source": ADDRESS, "title": 'Canon "EOS" <Kiss>'})).text

    assert f'value="{html.escape(ADDRESS)}"' in page
    assert "<Kiss>" not in page
    assert "Canon &#34;EOS&#34; &lt;Kiss&gt;" in page
    assert jobs(engine) == 0


def test_the_bookmark_leads_to_the_address_under_which_the_pages_are_open(ann: Browser) -> None:
    [address] = re.findall(r'href="(javascript:[^"]*)"', ann.get("/jobs/item").text)

    assert f"'{ann.origin}/jobs/item?source='+encodeURIComponent(location.href" in html.unescape(address)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"sku": ""}, "sku"),
        ({"sku": "x" * 41}, "sku"),
        ({"source_id": ""}, "source_id"),
        ({"source_id": "https://example.com/item/1"}, "source_id"),
        ({"source_id": "m22222222222"}, "source_id"),
        ({"quantity": "two"}, "quantity"),
        ({"quantity": "1000"}, "quantity"),
        ({"price": "cheap"}, "price"),
        ({"asin": "B0"}, "asin"),
        ({"listed": "yes", "title": "x" * 256}, "title"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    ann: Browser, engine: Engine, typed: dict[str, str], field: str
) -> None:
    refused = ann.post("/jobs/item", **(ITEM | typed))

    assert refused.status_code == 422
    assert re.findall(r'id="w-([a-z_]+)"', refused.text) == [field]
    assert html.escape((ITEM | typed)["title"]) in refused.text
    assert jobs(engine) == 0


def test_an_existing_listing_is_not_changed_by_the_form(ann: Browser, engine: Engine, rows: Rows, ann_id: int) -> None:
    rows.listing(ann_id, rows.source("x1"), "NEW-1", title="別の商品")
    before = listed(engine)
    refused = ann.post("/jobs/item", **ITEM)

    assert refused.status_code == 422
    assert "you have a listing with SKU NEW-1 already" in refused.text
    assert (listed(engine), jobs(engine)) == (before, 0)


def test_an_item_that_another_listing_has_is_refused_by_that_listings_sku(
    ann: Browser, rows: Rows, ann_id: int
) -> None:
    rows.listing(ann_id, rows.source("m22222222222", marketplace="mercari"), "OLD-1")
    bob = rows.user("bob")
    rows.listing(bob, rows.source("m33333333333", marketplace="mercari"), "BOB-1")
    refused = ann.post("/jobs/item", **ITEM)
    free = ann.post("/jobs/item", **(ITEM | {"source_id": ADDRESS.replace("2" * 11, "3" * 11), "sku": "BOB-1"}))

    assert "your SKU OLD-1 already has this source" in refused.text
    assert free.status_code == 303
