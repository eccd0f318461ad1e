"""What a look tells of a source's postage and title is kept, and an unknown postage is never free."""

import pytest
from sqlalchemy import Engine
from tests.integration.checker.shop import Market, Shop
from tests.integration.checker.test_next_looks import Looks

from mercarich_platform.clock import utc_now

PAYS, FREE = {"shipping_payer": "buyer"}, {"shipping_payer": "seller"}
FLAT = {"shipping_payer": "buyer", "shipping_cost_jpy": 350}


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([{}], None),
        ([FREE], 0),
        ([FLAT], 350),
        ([FLAT, {}], 350),
        ([FLAT, PAYS], 350),
        ([FREE, {}], 0),
        ([FREE, PAYS], None),
        ([FREE, PAYS, {}], None),
        ([FLAT, FREE], 0),
        ([FREE, FLAT], 350),
    ],
)
def test_the_postage_is_what_was_last_told(
    engine: Engine, shop: Shop, market: Market, pages: list[dict[str, object]], expected: int | None
) -> None:
    shop.listing(shop.seller("ann"), "x1")
    looks = Looks(engine, shop, ["x1"])
    for page in pages:
        looks.at(utc_now(), {"x1": market.item("x1").model_copy(update=page)})

    row = shop.source("x1")
    assert (row.postage_jpy, row.price_jpy) == (expected, 1000)


def test_a_title_is_kept_from_the_first_look_that_tells_one(engine: Engine, shop: Shop, market: Market) -> None:
    """Also where nothing else of the source is new. A longer one is cut, and none is forgotten."""
    shop.listing(shop.seller("ann"), "x1")
    looks = Looks(engine, shop, ["x1"])
    for title in (None, "カメラ" * 100, None):
        looks.at(utc_now(), {"x1": market.item("x1").model_copy(update={"title": title})})

    assert shop.source("x1").title == ("カメラ" * 100)[:255]
