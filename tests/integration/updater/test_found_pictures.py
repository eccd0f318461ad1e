"""The picture of a replacement that waits for a person: kept with it as it was compared, and gone with its decision."""

import pytest
from sqlalchemy import insert
from tests.integration.updater.shop import Market, RevivalShop, item, no_longer

from mercarich_db import engine as engines
from mercarich_db.tables import revival_pictures

NEW1 = b"JPEG of https://pictures/new1"


@pytest.fixture
def asked(shop: RevivalShop, market: Market) -> int:
    """A listing with one proposal, of a seller who approves replacements."""
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    listing = shop.gone(user, "old1", sku="s1")
    market.for_sale = [item("dear", price_jpy=9_000), item("new1")]
    shop.wake(listing)
    return listing


def test_it_is_kept_with_the_replacement(shop: RevivalShop, asked: int) -> None:
    assert shop.found_picture(asked) == (shop.desk.waiting()[0].id, NEW1)


def test_the_one_of_the_items_page_is_kept_as_it_decided(shop: RevivalShop, market: Market, asked: int) -> None:
    shop.desk.undo("s1", None, "yuki")
    market.for_sale = [item("new2")]
    market.pages["new2"] = item("new2", images=("https://pictures/large", "https://pictures/other"))
    shop.wake(asked)
    assert shop.found_picture(asked) == (shop.desk.waiting()[0].id, b"JPEG of https://pictures/large")


def test_a_replacement_is_proposed_without_a_picture_that_is_not_at_hand(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    listing = shop.gone(user, "old1", sku="s1")
    market.for_sale, market.evicted = [item("new1")], {"https://pictures/new1"}
    shop.wake(listing)
    assert ([one.item_id for one in shop.desk.waiting()], shop.found_picture(listing)) == (["new1"], None)


def test_what_goes_up_by_itself_has_none(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1", sku="s1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    assert (shop.states(listing), shop.found_picture(listing)) == (["applied"], None)


def test_a_refusal_takes_it_along(shop: RevivalShop, asked: int) -> None:
    shop.desk.undo("s1", None, "yuki")
    assert shop.found_picture(asked) is None


def test_an_approved_one_stays_until_it_is_in_use(shop: RevivalShop, asked: int) -> None:
    """A restored backup asks the person again."""
    shop.desk.approve("s1", None, "yuki")
    assert shop.found_picture(asked) is not None
    shop.decide()
    assert (shop.states(asked), shop.found_picture(asked)) == (["applied", "applied"], None)


def test_one_that_was_sold_before_it_was_taken_takes_it_along(shop: RevivalShop, market: Market, asked: int) -> None:
    shop.desk.approve("s1", None, "yuki")
    market.pages["new1"] = no_longer("new1")
    shop.decide()
    assert (shop.states(asked), shop.found_picture(asked)) == (["lapsed"], None)


def test_one_whose_listing_needs_it_no_longer_takes_it_along(shop: RevivalShop, asked: int) -> None:
    shop.desk.approve("s1", None, "yuki")
    shop.change(asked, searching=False)
    shop.decide()
    assert (shop.states(asked), shop.found_picture(asked)) == (["lapsed"], None)


def test_another_sellers_stays(shop: RevivalShop, market: Market, asked: int) -> None:
    user = shop.seller("b")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    other = shop.gone(user, "old1", sku="s2")
    shop.wake(other)
    shop.desk.undo("s1", None, "yuki")
    assert (shop.found_picture(asked), shop.found_picture(other)) == (None, (2, NEW1))


def test_one_left_by_a_replacement_that_was_dropped_gives_way(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    listing = shop.gone(user, "old1", sku="s1")
    row = {"listing_id": listing, "revival_id": 99, "jpeg": b"old"}
    engines.run_tx(shop.engine, lambda connection: connection.execute(insert(revival_pictures).values(row)))
    market.for_sale = [item("new1")]
    shop.wake(listing)
    assert shop.found_picture(listing) == (shop.desk.waiting()[0].id, NEW1)
