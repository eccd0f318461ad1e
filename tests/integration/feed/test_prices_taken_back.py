"""A price that a person takes back: Amazon is read before anything is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection
from tests.integration.feed.test_creations import api_of
from tests.integration.feed.test_prices import Desk, amazon, closed, desk

from mercarich_db.engine import run_tx
from mercarich_feed.adapters.sp_api_prices import SpApiPrices
from mercarich_feed.domain.pushes import Account
from mercarich_listings import repricing_store, store
from mercarich_listings.repricing import ShownPrice
from mercarich_platform.clock import utc_now
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import OfferOnSalePrice, PriceAtAmazon, PriceChangedElsewhere, PriceTakenBack

__all__ = ["amazon", "closed", "desk"]


def take_back(desk: Desk, present: int) -> None:
    def write(connection: Connection) -> None:
        [listing] = store.lock(connection, [desk.id])
        back = PriceTakenBack(present, desk.price, "ann")
        repricing_store.take_back(connection, listing, back, utc_now() + desk.ahead)

    run_tx(desk.shop.engine, write)


def test_it_is_sent_where_amazon_has_the_present_price(desk: Desk) -> None:
    present = desk.price + 500
    desk.ask(present)
    desk.work()
    take_back(desk, present)
    desk.work()

    assert (desk.at_amazon().given, desk.wish().state) == (desk.price, "shown")
    assert desk.events()[-1] == ("price_changed", PriceAtAmazon(present, desk.price))
    assert isinstance(desk.wish().stop_reason, PriceTakenBack)


@pytest.mark.parametrize(
    ("set_there", "given", "why"),
    [
        pytest.param(
            {"our": 700}, lambda _: 700, lambda present: PriceChangedElsewhere(present, 700), id="another price"
        ),
        pytest.param({"sale": 500}, lambda present: present, lambda _: OfferOnSalePrice(), id="a sale price"),
    ],
)
def test_it_is_not_sent_and_that_is_told_where_amazon_has_another_one(
    desk: Desk, set_there: Mapping[str, int], given: Callable[[int], int], why: Callable[[int], Reason]
) -> None:
    present = desk.price + 500
    desk.ask(present)
    desk.work()
    desk.edit(**set_there)
    take_back(desk, present)
    desk.work()

    assert (desk.at_amazon().given, desk.wish().state) == (given(present), "ended")
    assert desk.wish().stop_reason == why(present)
    assert desk.events()[-1] == ("following_stopped", why(present))
    assert desk.ledger()["prices_changed"] == 1, "the first change alone"


def test_it_is_sent_although_amazon_still_shows_the_former_price_for_a_while(desk: Desk) -> None:
    """What Amazon shows lags behind: that it is the wanted price already proves nothing before one was sent."""
    present = desk.price + 500
    desk.ask(present)
    desk.work()
    take_back(desk, present)
    amazon = SpApiPrices(api_of(desk.amazon, desk.shop))
    desk.work(Lagging(amazon, ShownPrice(desk.price, desk.price)))

    assert (desk.at_amazon().given, desk.wish().state) == (desk.price, "shown")
    assert desk.ledger()["prices_changed"] == 2


@dataclass
class Lagging:
    """Amazon, of which the first look is late."""

    amazon: SpApiPrices
    late: ShownPrice | None

    def look(self, account: Account, sku: str) -> ShownPrice:
        late, self.late = self.late, None
        return late or self.amazon.look(account, sku)

    def send(self, account: Account, sku: str, price_jpy: int) -> None:
        self.amazon.send(account, sku, price_jpy)

    def works_for(self, account: Account) -> bool:
        return self.amazon.works_for(account)
