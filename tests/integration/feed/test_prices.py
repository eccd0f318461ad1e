"""Prices on their way to Amazon: read before and after, told with their reasons, and never in the way of a seller's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, update
from tests.integration.feed.conftest import Amazon
from tests.integration.feed.shop import Shop, now
from tests.integration.feed.test_creations import CLIENTS, account_of, api_of

from mercarich_contracts.orders import ORDERED
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listing_events, listings, repricings, source_items
from mercarich_feed.adapters.repricings_sql import SqlRepricings
from mercarich_feed.adapters.sp_api_prices import SpApiPrices
from mercarich_feed.domain.answers import Transient
from mercarich_feed.domain.pushes import Account
from mercarich_feed.use_cases.prices import ChangePrices
from mercarich_listings import repricing_store, store
from mercarich_listings.listing import FRESH, Listing
from mercarich_listings.read_back import SHOWS_WITHIN
from mercarich_listings.repricing import Next, ShownPrice, Step
from mercarich_reasons.push import UnknownSku
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import (
    FollowingStoppedByHand,
    OfferOnSalePrice,
    PriceAtAmazon,
    PriceChangedElsewhere,
    PriceFollows,
    PriceNotTaken,
    PriceOvertaken,
    PriceRefused,
    PriceTakenBack,
    Reached,
)

SELLER = 1
STOPPED = FollowingStoppedByHand("ann")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while CLIENTS:
        CLIENTS.pop().close()


@pytest.fixture
def amazon(start_amazon: Callable[..., Amazon]) -> Amazon:
    return start_amazon("--sellers", "3", "--listings", "30", "--quota-factor", "100")


class Unmetered:
    def priced(self, step: Step) -> None:
        pass


@dataclass
class Desk:
    """A seller's offer, its price on the way, and a worker; `ahead` is how far its clock is."""

    shop: Shop
    amazon: Amazon
    row: dict[str, Any]
    id: int
    ahead: timedelta = timedelta()

    @property
    def price(self) -> int:
        return int(self.row["price"])

    def ask(self, to: int) -> None:
        def ask(connection: Connection) -> None:
            [listing] = store.lock(connection, [self.id])
            known = connection.execute(select(listings.c.offer_price_jpy).where(listings.c.id == self.id)).scalar_one()
            reason = PriceFollows(known, to, 100, 0, 10, 0, 10, Reached.PROFIT)
            repricing_store.ask(connection, {self.id: reason}, [listing], now() + self.ahead)

        run_tx(self.shop.engine, ask)

    def end_following(self, how: str) -> None:
        """By the rule ("off"), by its "bounds" that are removed, or by a person's "stop"."""
        if how == "off":
            self.shop.set("REPRICING", "off")
        elif how == "bounds":
            self.shop.alter(listings, self.id, least_price_jpy=None, most_price_jpy=None)
        else:
            self._change(lambda connection, listing: repricing_store.stop(connection, listing, STOPPED, now()))

    def take_back(self, to: int) -> None:
        """As if the present price had been asked for."""
        back = PriceTakenBack(self.price, to, "ann")
        self._change(lambda connection, listing: repricing_store.take_back(connection, listing, back, now()))

    def _change(self, write: Callable[[Connection, Listing], None]) -> None:
        run_tx(self.shop.engine, lambda connection: write(connection, store.lock(connection, [self.id])[0]))

    def worker(self, prices: Any = None) -> ChangePrices:
        clock = lambda: now() + self.ahead  # noqa: E731
        prices = prices or SpApiPrices(api_of(self.amazon, self.shop))
        return ChangePrices(SqlRepricings(self.shop.engine, 1, clock), prices, lambda _: False, Unmetered(), clock)

    def work(self, prices: Any = None, *, turns: int = 6) -> None:
        """Let a worker do what is due, as time passes."""
        worker, account = self.worker(prices), account_of(self.shop, SELLER)
        for _ in range(turns):
            worker(account)
            self.ahead += timedelta(seconds=10)

    def edit(self, **price: int) -> None:
        """The seller sets the price in Seller Central."""
        offer = {"seller_id": self.row["seller_id"], "sku": self.row["sku"], "price": price}
        self.amazon.post("/_sim/offers", offers=[offer])

    def at_amazon(self) -> ShownPrice:
        return SpApiPrices(api_of(self.amazon, self.shop)).look(account_of(self.shop, SELLER), self.row["sku"])

    def due(self) -> datetime | None:
        """When its source is due for a look, whatever that is worth."""
        its = select(source_items.c.due_at).where(source_items.c.id == self.shop.row(self.id).source_item_id)
        with reading(self.shop.engine) as connection:
            return connection.execute(its).scalar_one()

    def wish(self) -> Any:
        with reading(self.shop.engine) as connection:
            return connection.execute(select(repricings).where(repricings.c.listing_id == self.id)).one()

    def events(self) -> list[tuple[str, Reason]]:
        mine = select(listing_events.c.kind, listing_events.c.reason).where(listing_events.c.listing_id == self.id)
        with reading(self.shop.engine) as connection:
            return [(row.kind, row.reason) for row in connection.execute(mine.order_by(listing_events.c.id))]

    def ledger(self) -> dict[str, int]:
        rule = f"follow={self.row['seller_id']}&band_least=1&band_most=1000&changes_a_day=9"
        found = self.amazon.get(f"/_sim/ledger?{rule}")
        return {name: found[name] for name in ("prices_changed", "prices_unasked", "price_fields_lost")}


@pytest.fixture
def desk(engine: Engine, shop: Shop, amazon: Amazon) -> Desk:
    mine = next(row for row in shop.rows(SELLER) if row.quantity)
    row = next(row for row in amazon.rows() if row["sku"] == mine.sku and row["seller_id"] == mine.seller_id)
    bounds = {"least_price_jpy": row["price"] - 1000, "most_price_jpy": row["price"] + 1000}
    shop.alter(listings, mine.id, offer_price_jpy=row["price"], **bounds)
    shop.set("REPRICING", "follow")
    return Desk(shop, amazon, row, mine.id)


def test_a_price_is_at_amazon_and_in_the_books_with_its_history(desk: Desk) -> None:
    desk.edit(most=9_000_000)
    desk.ask(desk.price + 100)
    desk.work()
    to = desk.price + 100
    assert desk.at_amazon() == ShownPrice(to, to)
    assert (desk.wish().state, desk.wish().attempts, desk.shop.row(desk.id).offer_price_jpy) == ("shown", 1, to)
    assert desk.events() == [("price_changed", PriceAtAmazon(desk.price, to))]
    assert desk.ledger() == {"prices_changed": 1, "prices_unasked": 0, "price_fields_lost": 0}


def test_a_price_that_the_seller_has_set_stays_and_is_known_from_then_on(desk: Desk) -> None:
    desk.edit(our=desk.price + 7)
    desk.ask(desk.price + 100)
    desk.work()
    why = PriceChangedElsewhere(desk.price, desk.price + 7)
    assert (desk.wish().stop_reason, desk.events()) == (why, [("following_stopped", why)])
    assert desk.at_amazon().given == desk.shop.row(desk.id).offer_price_jpy == desk.price + 7
    assert desk.ledger()["prices_changed"] == 0
    assert desk.shop.row(desk.id).quantity == 1


def test_a_price_that_the_seller_sets_after_it_was_sent_stays_too(desk: Desk) -> None:
    desk.ask(desk.price + 100)
    desk.work(turns=1)
    desk.edit(our=desk.price - 7)
    desk.work()
    assert desk.wish().stop_reason == PriceChangedElsewhere(desk.price + 100, desk.price - 7)
    assert desk.ledger()["prices_changed"] == 1


def test_a_sale_price_is_left_alone(desk: Desk) -> None:
    desk.edit(sale=desk.price - 50)
    desk.ask(desk.price + 100)
    desk.work()
    assert (desk.wish().stop_reason, desk.ledger()["prices_changed"]) == (OfferOnSalePrice(), 0)


def test_a_refusal_is_told_and_ends_the_following(engine: Engine, desk: Desk) -> None:
    desk.edit(most=desk.price + 10)
    desk.ask(desk.price + 100)
    desk.work()
    why = desk.wish().stop_reason
    assert isinstance(why, PriceRefused)
    assert (why.to_jpy, why.issue, why.text) == (
        desk.price + 100,
        "4000001",
        "The provided value for 'purchasable_offer' is invalid.",
    )
    with reading(engine) as connection:
        source = connection.execute(
            select(source_items.c.due_at).where(source_items.c.id == desk.shop.row(desk.id).source_item_id)
        ).scalar_one()
    assert source is not None, "its source is looked at first: the loss stop may have to decide"


def test_what_amazon_accepts_and_ignores_is_sent_again_and_then_told(desk: Desk) -> None:
    desk.amazon.fault("spapi", "ignored_200", share=1.0)
    desk.ask(desk.price + 100)
    for _ in range(4):
        desk.work(turns=2)
        desk.ahead += SHOWS_WITHIN
    assert (desk.wish().stop_reason, desk.wish().attempts) == (PriceNotTaken(desk.price + 100), 3)
    assert desk.at_amazon().given == desk.price


@pytest.mark.parametrize("arrives", [True, False])
def test_a_response_that_is_lost_is_read_back(desk: Desk, arrives: bool) -> None:
    class Lossy(SpApiPrices):
        def send(self, account: Account, sku: str, price_jpy: int) -> None:
            if arrives:
                super().send(account, sku, price_jpy)
            raise Transient("the response is lost")

    desk.ask(desk.price + 100)
    desk.work(Lossy(api_of(desk.amazon, desk.shop)), turns=1)
    assert desk.wish().state == "sent"
    desk.ahead += SHOWS_WITHIN
    desk.work()
    assert (desk.wish().state, desk.at_amazon().given) == ("shown", desk.price + 100)
    assert desk.ledger()["prices_changed"] == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"quantity": 0}, id="it is down"),
        pytest.param({"offer_price_jpy": 777}, id="its price was edited"),
        pytest.param({"source_item_id": 3}, id="it has another source"),
        pytest.param({"most_price_jpy": 100}, id="it is above the highest price now"),
        pytest.param({"least_price_jpy": 9_000_000}, id="it is below the lowest price now"),
        pytest.param({"least_price_jpy": None, "most_price_jpy": None}, id="its bounds were forgotten"),
    ],
)
def test_what_was_overtaken_is_not_sent(desk: Desk, change: dict[str, int | None]) -> None:
    desk.ask(desk.price + 100)
    desk.shop.alter(listings, desk.id, **change)
    desk.work()
    assert (desk.wish().state, desk.wish().stopped_at) == ("ended", None)
    assert desk.events() == [("price_overtaken", PriceOvertaken(desk.price + 100))]
    assert desk.ledger()["prices_changed"] == 0


def test_without_the_rule_nothing_is_sent_that_was_asked_for_before(desk: Desk) -> None:
    desk.ask(desk.price + 100)
    desk.shop.set("REPRICING", "off")
    desk.work()
    assert desk.events() == [("price_overtaken", PriceOvertaken(desk.price + 100))]
    assert desk.ledger()["prices_changed"] == 0


@pytest.mark.parametrize("how", ["off", "bounds", "stop"])
def test_what_ends_following_between_claim_and_send_ends_the_price(desk: Desk, how: str) -> None:
    desk.ask(desk.price + 100)
    worker = SqlRepricings(desk.shop.engine, 1, now)
    claim, [wish] = worker.claim(SELLER, 5)
    assert not wish.overtaken
    desk.end_following(how)
    step = worker.sending(claim, wish)
    assert step is not None
    assert step.next in (Next.OVERTAKEN, Next.WAIT)
    assert desk.wish().attempts == 0


def test_a_stop_has_the_source_looked_at_whose_loss_the_price_was_to_end(desk: Desk) -> None:
    desk.ask(desk.price + 100)
    desk.end_following("stop")
    assert desk.wish().state == "ended"
    assert desk.due() not in (None, ORDERED), "no buyer has ordered it: orders go first"


@pytest.mark.parametrize("how", ["off", "bounds", "old"])
def test_a_price_that_is_overtaken_has_its_source_looked_at(desk: Desk, how: str) -> None:
    """The loss stop had left the offer as it was, for this price."""
    desk.ask(desk.price + 100)
    if how == "old":
        desk.ahead += FRESH + timedelta(seconds=1)
    else:
        desk.end_following(how)
    desk.work()
    assert desk.events()[-1][0] == "price_overtaken"
    assert desk.due() is not None


def test_a_price_that_a_person_takes_back_has_its_source_looked_at(desk: Desk) -> None:
    """The former price may be a loss by now."""
    assert desk.due() is None
    desk.take_back(desk.price - 100)
    assert desk.due() is not None


def test_a_look_that_is_due_earlier_stays_due(desk: Desk) -> None:
    desk.ask(desk.price + 100)
    ended = now() - timedelta(minutes=5)
    desk.shop.alter(source_items, desk.shop.row(desk.id).source_item_id, due_at=ended)
    desk.end_following("stop")
    assert desk.due() == ended


def test_what_a_person_takes_back_needs_neither_rule_nor_bounds(desk: Desk) -> None:
    desk.take_back(desk.price - 100)
    desk.shop.set("REPRICING", "off")
    desk.shop.alter(listings, desk.id, least_price_jpy=None, most_price_jpy=None)
    desk.ahead += FRESH * 2
    desk.work()
    assert (desk.wish().state, desk.at_amazon().given) == ("shown", desk.price - 100)


def test_a_price_of_long_ago_is_not_sent(desk: Desk) -> None:
    """Its source may have another price by now: the next look decides."""
    desk.ask(desk.price + 100)
    desk.ahead += FRESH + timedelta(seconds=1)
    desk.work()
    assert desk.events() == [("price_overtaken", PriceOvertaken(desk.price + 100))]
    assert desk.ledger()["prices_changed"] == 0


@pytest.mark.parametrize("how", ["off", "bounds", "stop"])
def test_a_price_that_amazon_shows_late_is_no_change_of_the_sellers(desk: Desk, how: str) -> None:
    """It was sent, seemed ignored, and is not wanted any more when Amazon shows it after all."""
    desk.amazon.fault("spapi", "ignored_200", share=1.0)
    desk.ask(desk.price + 100)
    desk.work(turns=1)
    desk.ahead += SHOWS_WITHIN
    desk.work(turns=1)
    assert (desk.wish().state, desk.wish().attempts) == ("waiting", 1)
    desk.edit(our=desk.price + 100)
    desk.end_following(how)
    desk.work()
    assert (desk.wish().state, desk.shop.row(desk.id).offer_price_jpy) == ("shown", desk.price + 100)
    assert desk.events()[-1] == ("price_changed", PriceAtAmazon(desk.price, desk.price + 100))


def test_a_price_that_amazon_has_accepted_and_does_not_tell_yet_is_waited_for(desk: Desk) -> None:
    desk.amazon.post("/_sim/lag", seconds=1_000)
    desk.ask(desk.price + 100)
    desk.work()
    assert desk.at_amazon() == ShownPrice(desk.price, desk.price)
    assert (desk.wish().state, desk.wish().attempts, desk.wish().problem) == ("sent", 1, None)
    assert (desk.shop.row(desk.id).offer_price_jpy, desk.ledger()["prices_changed"]) == (desk.price, 1)


def test_of_an_offer_that_is_down_the_attribute_tells_the_price(desk: Desk) -> None:
    """As of one that is paused: its price is changed while it is down."""
    row = {"seller_id": desk.row["seller_id"], "sku": desk.row["sku"], "quantity": 0}
    desk.amazon.post("/_sim/offers", offers=[row])
    assert desk.at_amazon() == ShownPrice(desk.price, None)
    desk.ask(desk.price + 100)
    desk.work()
    assert (desk.wish().state, desk.at_amazon().given) == ("shown", desk.price + 100)


def test_a_worker_that_was_overtaken_writes_and_sends_nothing(engine: Engine, desk: Desk) -> None:
    desk.ask(desk.price + 100)
    first = SqlRepricings(engine, 1, now)
    claim, [change] = first.claim(SELLER, 5)
    assert first.claim(SELLER, 5)[1] == [], "the other worker has it"
    desk.ask(desk.price + 200)
    assert first.sending(claim, change) is not None
    first.settle(claim, change, Step("shown"))  # type: ignore[arg-type]
    assert (desk.wish().to_jpy, desk.wish().state, desk.wish().attempts) == (desk.price + 200, "waiting", 0)


def test_an_unknown_sku_ends_it(engine: Engine, desk: Desk) -> None:
    run_tx(
        engine, lambda connection: connection.execute(update(listings).where(listings.c.id == desk.id).values(sku="no"))
    )
    desk.ask(desk.price + 100)
    desk.work()
    assert isinstance(desk.wish().stop_reason, UnknownSku)
