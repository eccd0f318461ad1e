"""The picture of a replacement that waits: beside that of the offer, for its own seller, while it waits."""

import re

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.orders import found, link, ordered
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser

from mercarich_db import tables
from mercarich_db.engine import reading

JPEG = b"\xff\xd8\xff\xe0 what was found"


def waiting(rows: Rows, seller: int, sku: str = "DOWN-1", jpeg: bytes | None = JPEG) -> tuple[int, int]:
    """Return the ids of a listing and of the replacement that waits for it."""
    source = rows.source(f"old-{sku}", state="sold", reason="won")
    listing = rows.listing(seller, source, sku, quantity=0, searching=True, withdrawn_at=ago(hours=2))
    found = {"marketplace": "yahoo", "item_id": f"new-{sku}", "url": "https://auctions.example/new"}
    whose = {"listing_id": listing, "user_id": seller, "old_source_item_id": source}
    replacement = rows.add(tables.revivals, **whose, **found, state="proposed", at=ago(hours=1))
    if jpeg is not None:
        rows.add(tables.revival_pictures, listing_id=listing, revival_id=replacement, jpeg=jpeg)
    return listing, replacement


def kept(engine: Engine) -> list[int]:
    """Return the ids of listings whose replacement has a picture."""
    with reading(engine) as connection:
        query = select(tables.revival_pictures.c.listing_id).order_by(tables.revival_pictures.c.listing_id)
        return list(connection.execute(query).scalars())


def test_both_pictures_are_side_by_side_and_come_from_here(ann: Browser, rows: Rows, ann_id: int) -> None:
    listing, replacement = waiting(rows, ann_id)
    rows.add(tables.listing_pictures, listing_id=listing, slot=0, path=f"{ann_id}/a.jpg")
    address = f"/replacements/{listing}/pictures/{replacement}"

    page = ann.get("/replacements").text
    picture = ann.get(address)

    row = page.partition('<th scope="row">Picture</th>')[2].partition("</tr>")[0]
    ours, theirs = row.split("</td>")[:2]
    assert f'src="/listings/{listing}/pictures/0"' in ours
    assert 'alt="Picture of your offer"' in ours
    assert f'src="{address}"' in theirs
    assert 'alt="Picture of what was found"' in theirs
    assert (picture.status_code, picture.content, picture.headers["content-type"]) == (200, JPEG, "image/jpeg")
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert (picture.headers["cache-control"], picture.headers["vary"]) == ("private, max-age=3600", "Cookie")


def test_words_stand_where_no_picture_was_kept(ann: Browser, rows: Rows, ann_id: int) -> None:
    listing, replacement = waiting(rows, ann_id, jpeg=None)

    page = ann.get("/replacements").text

    assert page.count("No picture was kept") == 2
    assert "<img" not in page.partition('<article class="card pick"')[2].partition("</article>")[0]
    assert ann.get(f"/replacements/{listing}/pictures/{replacement}").status_code == 404


def test_a_picture_of_an_earlier_replacement_is_not_shown_for_the_newer_one(
    ann: Browser, rows: Rows, ann_id: int
) -> None:
    listing, replacement = waiting(rows, ann_id)
    rows.change(update(tables.revival_pictures).values(revival_id=replacement + 1))

    assert f"/replacements/{listing}/pictures/" not in ann.get("/replacements").text
    assert ann.get(f"/replacements/{listing}/pictures/{replacement}").status_code == 404
    assert ann.get(f"/replacements/{listing}/pictures/{replacement + 1}").status_code == 404


def test_another_seller_gets_none_of_it_by_any_ids(rows: Rows, database_url: str, engine: Engine, ann_id: int) -> None:
    listing, replacement = waiting(rows, ann_id)
    bob = rows.user("bob")
    own, other = waiting(rows, bob, "BOB-1", b"\xff\xd8\xff\xe0 of Bob")
    ids = [(listing, replacement), (own, replacement), (listing, other), (own, other)]

    with signed_in(database_url, engine, bob, "bob") as visitor:
        answers = [visitor.get(f"/replacements/{one}/pictures/{its}") for one, its in ids]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 200]
    assert answers[3].content == b"\xff\xd8\xff\xe0 of Bob"


@pytest.mark.parametrize("change", [{"searching": False}, {"listed": False}])
def test_a_replacement_for_which_nobody_is_asked_shows_none(
    ann: Browser, rows: Rows, ann_id: int, change: dict[str, bool]
) -> None:
    listing, replacement = waiting(rows, ann_id)
    rows.change(update(tables.listings).where(tables.listings.c.id == listing).values(**change))

    assert ann.get(f"/replacements/{listing}/pictures/{replacement}").status_code == 404


@pytest.mark.parametrize("decision", ["refuse", "refuse-seller"])
def test_a_refusal_takes_its_picture_along_and_no_other(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int, decision: str
) -> None:
    listing, replacement = waiting(rows, ann_id)
    other, _ = waiting(rows, ann_id, "DOWN-2")

    ann.post(f"/replacements/{listing}/{decision}", waiting="true")

    assert kept(engine) == [other]
    assert ann.get(f"/replacements/{listing}/pictures/{replacement}").status_code == 404


def test_an_approval_hides_its_picture_until_the_worker_has_taken_it(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int
) -> None:
    listing, replacement = waiting(rows, ann_id)

    ann.post(f"/replacements/{listing}/approve")

    assert kept(engine) == [listing]
    assert ann.get(f"/replacements/{listing}/pictures/{replacement}").status_code == 404


def test_a_refusal_of_all_takes_their_pictures_along(ann: Browser, rows: Rows, engine: Engine, ann_id: int) -> None:
    ids = [waiting(rows, ann_id, f"DOWN-{number}")[1] for number in range(3)]

    ann.post("/replacements/all", decision="refuse", ids=".".join(map(str, ids[:2])))

    assert len(kept(engine)) == 1


def test_what_was_found_for_an_order_stands_below_what_was_ordered(ann: Browser, rows: Rows, ann_id: int) -> None:
    order, listing = met_a_gone_source(rows, ann_id)
    found(rows, order, "y1", 1_100, 0, "Camera y1", jpeg=JPEG)
    found(rows, order, "y2", 1_200, 0, "Camera y2")
    rows.add(tables.listing_pictures, listing_id=listing, slot=0, path=f"{ann_id}/a.jpg")

    shown = re.findall(r'<img class="order-picture" src="([^"]+)" alt="([^"]+)"', ann.get("/orders").text)
    (ours, our_words), (theirs, their_words) = shown

    assert (ours, our_words) == (f"/listings/{listing}/pictures/0", "Picture of your offer")
    assert their_words == "Picture of what was found"
    picture = ann.get(theirs)
    assert (picture.status_code, picture.content, picture.headers["content-type"]) == (200, JPEG, "image/jpeg")
    assert (picture.headers["cache-control"], picture.headers["vary"]) == ("private, max-age=3600", "Cookie")


def test_what_was_ordered_is_shown_only_beside_something_to_compare(ann: Browser, rows: Rows, ann_id: int) -> None:
    order, listing = met_a_gone_source(rows, ann_id)
    found(rows, order, "y1", 1_100, 0, "Camera y1")
    rows.add(tables.listing_pictures, listing_id=listing, slot=0, path=f"{ann_id}/a.jpg")
    page = ann.get("/orders").text
    assert "Camera y1" in page
    assert "order-picture" not in page


def test_a_picture_for_an_order_is_shown_where_the_listing_has_none(ann: Browser, rows: Rows, ann_id: int) -> None:
    order, _ = met_a_gone_source(rows, ann_id)
    found(rows, order, "y1", 1_100, 0, "Camera y1", jpeg=JPEG)
    page = ann.get("/orders").text
    assert page.count('class="order-picture"') == 1
    assert "to compare with" not in page


def test_a_picture_for_an_order_is_its_sellers_and_there_is_no_other(
    ann: Browser, rows: Rows, ann_id: int, database_url: str, engine: Engine
) -> None:
    order, _ = met_a_gone_source(rows, ann_id)
    found(rows, order, "y1", 1_100, 0, "Camera y1", jpeg=JPEG)
    found(rows, order, "y2", 1_200, 0, "Camera y2")
    (y1,), (y2,) = rows.read("order_replacements", "source_item_id")

    wanted = [f"/orders/{order}/pictures/{y1}", f"/orders/{order}/pictures/{y2}", f"/orders/{order + 1}/pictures/{y1}"]

    assert [ann.get(path).status_code for path in wanted] == [200, 404, 404]
    with signed_in(database_url, engine, rows.user("bob"), "bob") as bob:
        assert [bob.get(path).status_code for path in wanted] == [404, 404, 404]


def met_a_gone_source(rows: Rows, seller: int) -> tuple[int, int]:
    """Return the ids of an order and of its listing, of a linked store."""
    link(rows, seller)
    source = rows.source("x1", state="sold")
    listing = rows.listing(seller, source, "A-1", quantity=0)
    return ordered(rows, seller, "250-1", sku="A-1", listing_id=listing, source_item_id=source), listing
