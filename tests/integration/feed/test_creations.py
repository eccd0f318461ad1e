"""New offers: restrictions, a preview, one PUT, and looks until Amazon sells them, wherever the worker dies."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, event, select, update
from tests.integration.feed.conftest import Amazon, Eventually, Running, settings_for
from tests.integration.feed.shop import Shop, now

from mercarich_contracts.creations import CreationState, CreationWay, OfferCondition
from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import (
    catalog_searches,
    excluded_words,
    listing_creations,
    listings,
    removed_offers,
    source_items,
)
from mercarich_feed.adapters.creations_sql import SqlCreations
from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lwa import Application, Lwa
from mercarich_feed.adapters.numbers_sql import SqlNumbers
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.adapters.sp_api_creating import SpApiCreating
from mercarich_feed.adapters.token_cipher import TokenCipher
from mercarich_feed.domain.answers import Transient
from mercarich_feed.domain.creations import Product
from mercarich_feed.domain.pushes import Account
from mercarich_feed.use_cases.creations import CreateOffers
from mercarich_listings import creation_requests, creation_store, removed_store, store
from mercarich_listings.creation import SELLS_WITHIN, Creation, Next, Shown, Step, Terms
from mercarich_listings.read_back import SHOWS_WITHIN
from mercarich_reasons.creations import (
    AsinRestricted,
    CreationsOfToday,
    ExcludedWordInOffer,
    FoundAtAmazon,
    GivenUpByHand,
    NewOfferNotShown,
    NotAtAmazon,
    NotAtAmazonYet,
    PriceBelowCost,
    SkuTaken,
    SoldByAmazon,
    SourceNotLookedAt,
)
from mercarich_reasons.earnings import EarnsTooLittle
from mercarich_reasons.push import AmazonRefused, NotForSale
from mercarich_reasons.reason import Reason
from mercarich_reasons.stock import SourceSeen
from mercarich_simulator.amazon.products import Products
from mercarich_simulator.catalogue import Catalogue
from mercarich_simulator.names import brand_of, product_name
from mercarich_simulator.settings import SimulatorSettings

SELLER = 1
CLIENTS: list[Http] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while CLIENTS:
        CLIENTS.pop().close()


@pytest.fixture
def amazon(start_amazon: Callable[..., Amazon]) -> Amazon:
    """Three sellers with ten offers each, who may sell everything; nothing waits for a quota."""
    return start_amazon("--sellers", "3", "--listings", "30", "--restricted", "0", "--quota-factor", "100")


@dataclass
class Desk:
    """A seller's drafts, as web asks for their offers; `now` may run ahead."""

    shop: Shop
    amazon: Amazon
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return now() + self.ahead

    def draft(self, sku: str, *, state: str = "available", seen_at: datetime | None = None) -> int:
        """Add a draft with a source of its own, seen just now."""

        def write(connection: Any) -> int:
            source = {"marketplace": "yahoo", "item_id": f"x{sku}", "state": state, "check_rank": 0}
            source |= {"check_attempts": 0, "check_unknowns": 0, "observed_at": seen_at or self.now()}
            source_id = connection.execute(source_items.insert().values(source)).inserted_primary_key[0]
            row = {"user_id": SELLER, "sku": sku, "marketplace": "yahoo", "source_item_id": source_id, "listed": False}
            row |= {"listing_quantity": 1, "created_at": now(), "quantity": 1, "revision": 1, "searching": False}
            row |= {"changed_at": now(), "pushed_revision": 1, "push_attempts": 0, "orphan": False}
            [listing_id] = store.add(connection, [row])
            return listing_id

        return run_tx(self.shop.engine, write)

    def ask(self, *ids: int, asin: str | None = None, price: int = 2_980) -> None:
        terms = Terms(asin or self.asin(), OfferCondition.GOOD, "箱なし", price, 4)

        def ask(connection: Any) -> None:
            creation_requests.ask(connection, store.lock(connection, ids), dict.fromkeys(ids, terms), "ann", self.now())

        run_tx(self.shop.engine, ask)

    def take_over(self, *ids: int) -> None:
        run_tx(
            self.shop.engine,
            lambda connection: creation_requests.ask(connection, store.lock(connection, ids), {}, "ann", self.now()),
        )

    def list_by_hand(self, sku: str) -> None:
        """Their seller lists an offer in Seller Central."""
        terms = Terms(self.asin(), OfferCondition.GOOD, "", 2_980, 4)
        offer = Creation(
            listing_id=0,
            user_id=SELLER,
            sku=sku,
            way=CreationWay.CREATE,
            terms=terms,
            quantity=1,
            state=CreationState.WAITING,
            asked_at=self.now(),
            attempts=0,
            sent_at=None,
            problem=None,
            source_state="available",
            source_why=None,
            source_seen_at=None,
        )
        SpApiCreating(api_of(self.amazon, self.shop)).create(account_of(self.shop, SELLER), offer, terms)

    def asin(self, number: int = 3) -> str:
        """Return the ASIN of a product."""
        return Products(Catalogue(SimulatorSettings(listings=400), 0.0)).asin(number)

    def exclude(self, word: str) -> None:
        """The seller excludes a word or brand."""
        row = {"user_id": SELLER, "word": word}
        run_tx(self.shop.engine, lambda connection: connection.execute(excluded_words.insert().values(row)))

    def see(self, listing_id: int, state: str = "available", reason: str | None = None) -> None:
        """A look at the draft's source just now."""
        source = self.shop.row(listing_id).source_item_id
        self.shop.alter(source_items, source, state=state, reason=reason, observed_at=self.now())

    def creation(self, listing_id: int) -> Any:
        with reading(self.shop.engine) as connection:
            mine = select(listing_creations).where(listing_creations.c.listing_id == listing_id)
            return connection.execute(mine).one()

    def stage(self, listing_id: int) -> str:
        with reading(self.shop.engine) as connection:
            return store.read(connection, [listing_id])[0].stage

    def problem(self, listing_id: int) -> Reason | None:
        return self.creation(listing_id).problem

    def sold(self, sku: str) -> dict[str, Any]:
        return self.amazon.offer(self.shop.account(SELLER).seller_id, sku)

    def exists(self, sku: str) -> bool:
        return SpApiCreating(api_of(self.amazon, self.shop)).look(account_of(self.shop, SELLER), sku) is not None

    def ledger(self) -> dict[str, Any]:
        """What Amazon made of all, told which offers the seller wants: those that are registered or up."""
        seller_id = self.shop.account(SELLER).seller_id
        mine = [row for row in self.shop.rows(SELLER) if self.stage(row.id) in ("registering", "on_sale")]
        self.amazon.post("/_sim/meant", offers=[{"seller_id": seller_id, "sku": row.sku} for row in mine])
        return self.amazon.get("/_sim/ledger")


class Unmetered:
    def settled(self, step: Step) -> None:
        pass


class Killed(BaseException):
    """The process ends here."""


class Deadly:
    """Amazon, for a worker that is killed before or after its call number `at`."""

    def __init__(self, api: SpApiCreating, at: int, *, after: bool) -> None:
        self._api, self._left, self._after = api, at, after

    def _call(self, name: str, *given: Any) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        made = getattr(self._api, name)(*given)
        if self._left == 0:
            raise Killed
        return made

    def restriction(self, account: Account, terms: Terms) -> AsinRestricted | None:
        return self._call("restriction", account, terms)

    def product(self, account: Account, asin: str) -> Product | None:
        return self._call("product", account, asin)

    def preview(self, account: Account, creation: Creation, terms: Terms) -> None:
        self._call("preview", account, creation, terms)

    def create(self, account: Account, creation: Creation, terms: Terms) -> None:
        self._call("create", account, creation, terms)

    def look(self, account: Account, sku: str) -> Shown | None:
        return self._call("look", account, sku)

    def works_for(self, account: Account) -> bool:
        return self._api.works_for(account)

    def delete(self, account: Account, sku: str) -> None:
        self._call("delete", account, sku)


def account_of(shop: Shop, user_id: int) -> Account:
    row = shop.account(user_id)
    token = TokenCipher(base64.b64decode(shop.key)).decrypt(user_id, row.refresh_token)
    return Account(user_id, row.seller_id, row.marketplace_id, token, trusted=True)


def api_of(amazon: Amazon, shop: Shop) -> SpApi:
    own = settings_for(amazon, shop)
    http, pace = Http(own.call_seconds), Pace(lambda _: False)
    CLIENTS.append(http)
    application = Application(own.lwa_url, own.lwa_client_id, own.lwa_client_secret)
    return SpApi(http, own.spapi_url, Lwa(http, application, retry_seconds=1), pace)


@pytest.fixture
def desk(shop: Shop, amazon: Amazon) -> Desk:
    return Desk(shop, amazon)


@pytest.fixture
def create(shop: Shop, amazon: Amazon, desk: Desk) -> Callable[..., Any]:
    """Let a worker bring the seller's creations on until nothing is due; `at`: it is killed at this call."""
    account, own = account_of(shop, SELLER), SpApiCreating(api_of(amazon, shop))

    def run(at: int | None = None, *, after: bool = False, pushes_wait: bool = False) -> float | None:
        creations = SqlCreations(shop.engine, SqlNumbers(shop.engine), 1, desk.now)
        caller = own if at is None else Deadly(own, at, after=after)
        job = CreateOffers(creations, caller, lambda _: pushes_wait, Unmetered(), desk.now)
        while (again := job(account)) == 0.0:
            pass
        return again

    return run


def later(desk: Desk, by: timedelta) -> None:
    """Let time pass, for the product and for Amazon."""
    desk.ahead += by
    desk.amazon.post("/_sim/clock", advance_seconds=by.total_seconds())


def test_a_draft_becomes_an_offer_that_amazon_sells(
    shop: Shop, desk: Desk, feed: Running, eventually: Eventually
) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    assert desk.stage(draft) == "registering"
    eventually(lambda: desk.stage(draft) == "on_sale")

    assert shop.events(draft)[:3] == ["registering", "creation_sent", "listed"]
    assert shop.reasons(draft)[2] == SoldByAmazon(4)
    assert shop.row(draft).handling_days == 4, "the listing has the days that it was created with"
    assert desk.sold("NEW-1")["quantity"] == 1
    row = shop.row(draft)
    assert (row.listed, row.offer_price_jpy, row.asin) == (True, 2_980, desk.asin())
    eventually(lambda: shop.row(draft).verified_at is not None)
    told = desk.ledger()
    assert (told["created"], told["created_unmeant"], told["overwritten"]) == (1, 0, 0)


def test_nothing_is_on_sale_before_amazon_sells_it(
    start_amazon: Callable[..., Amazon], shop: Shop, desk: Desk, create: Callable[..., Any], amazon: Amazon
) -> None:
    amazon.post("/_sim/lag", seconds=5)
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    create()

    assert desk.stage(draft) == "registering"
    assert not shop.row(draft).listed
    assert desk.creation(draft).state == "sent"
    later(desk, timedelta(minutes=10))
    create()
    assert desk.stage(draft) == "on_sale"


def test_a_restricted_product_is_told_and_nothing_is_sent(start_amazon: Callable[..., Amazon], engine: Engine) -> None:
    amazon = start_amazon("--sellers", "1", "--listings", "10", "--restricted", "1")
    shop = Shop(engine)
    shop.fill(amazon.get("/_sim/seed"), amazon.rows())
    desk = Desk(shop, amazon)
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    job = CreateOffers(
        SqlCreations(engine, SqlNumbers(engine), 1, now),
        SpApiCreating(api_of(amazon, shop)),
        lambda _: False,
        Unmetered(),
        now,
    )
    job(account_of(shop, SELLER))

    why = desk.problem(draft)
    assert isinstance(why, AsinRestricted)
    assert why.issue in ("APPROVAL_REQUIRED", "NOT_ELIGIBLE")
    assert (desk.stage(draft), desk.creation(draft).attempts) == ("draft", 0)
    assert shop.events(draft)[-1] == "not_registered"
    assert shop.reasons(draft)[-1] == why
    assert amazon.get("/_sim/ledger")["created"] == 0


def test_a_product_whose_name_has_an_excluded_word_is_told_and_nothing_is_sent(
    shop: Shop, desk: Desk, create: Callable[..., Any]
) -> None:
    brand = brand_of(3)
    desk.exclude(brand.upper())
    refused, other = desk.draft("NEW-1"), desk.draft("NEW-2")
    number = next(number for number in range(400) if brand not in product_name(number))
    desk.ask(refused, asin=desk.asin(3))
    desk.ask(other, asin=desk.asin(number))
    create()

    assert desk.problem(refused) == ExcludedWordInOffer(brand.upper())
    assert (desk.stage(refused), desk.creation(refused).attempts) == ("draft", 0)
    assert desk.creation(other).attempts == 1
    assert not desk.exists("NEW-1")


def test_a_document_that_amazon_would_refuse_is_told_by_the_preview(
    shop: Shop, desk: Desk, create: Callable[..., Any]
) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft, price=0)
    create()

    assert isinstance(desk.problem(draft), AmazonRefused)
    assert (desk.stage(draft), desk.creation(draft).attempts) == ("draft", 0)


def test_a_sku_that_amazon_refuses_to_serve_is_told_and_keeps_no_other_waiting(
    amazon: Amazon, desk: Desk, create: Callable[..., Any]
) -> None:
    refused, other = desk.draft("NEW-1"), desk.draft("NEW-2")
    desk.ask(refused, other)
    amazon.fault("spapi", "403", only=["NEW-1"])
    create()
    later(desk, timedelta(seconds=2))
    create()

    assert (desk.stage(refused), desk.stage(other)) == ("draft", "on_sale")
    assert isinstance(desk.problem(refused), AmazonRefused)


def test_an_offer_that_amazon_has_is_not_touched(shop: Shop, desk: Desk, create: Callable[..., Any]) -> None:
    other = shop.rows(SELLER)[0]
    run_tx(shop.engine, lambda connection: connection.execute(delete(listings).where(listings.c.id == other.id)))
    before = desk.sold(other.sku)
    draft = desk.draft(other.sku)
    desk.ask(draft)
    create()

    assert desk.problem(draft) == SkuTaken()
    assert desk.stage(draft) == "draft"
    assert desk.sold(other.sku) == before
    assert desk.ledger()["overwritten"] == 0


def test_an_offer_is_taken_over_once_it_was_seen_at_amazon(shop: Shop, desk: Desk, create: Callable[..., Any]) -> None:
    other = shop.rows(SELLER)[0]
    run_tx(shop.engine, lambda connection: connection.execute(delete(listings).where(listings.c.id == other.id)))
    there, missing = desk.draft(other.sku), desk.draft("NEW-1")
    desk.take_over(there, missing)
    create()

    assert (desk.stage(there), desk.stage(missing)) == ("on_sale", "registering")
    assert desk.problem(missing) == NotAtAmazonYet()
    later(desk, SHOWS_WITHIN)
    create()

    assert desk.stage(missing) == "draft"
    assert shop.events(there)[:2] == ["taking_over", "listed"]
    assert shop.reasons(there)[1] == FoundAtAmazon()
    assert desk.problem(missing) == NotAtAmazon()


def test_an_offer_that_amazon_shows_late_is_taken_over(shop: Shop, desk: Desk, create: Callable[..., Any]) -> None:
    """Its seller listed it in Seller Central just now."""
    missing = desk.draft("NEW-1")
    desk.take_over(missing)
    create()
    assert desk.stage(missing) == "registering"
    desk.list_by_hand("NEW-1")
    later(desk, timedelta(minutes=1))
    create()

    assert desk.stage(missing) == "on_sale"
    assert shop.reasons(missing)[1] == FoundAtAmazon()


def test_a_source_must_be_seen_on_sale_before_anything_is_sent(desk: Desk, create: Callable[..., Any]) -> None:
    old, gone = desk.draft("OLD-1", seen_at=now() - timedelta(hours=1)), desk.draft("GONE-1", state="sold")
    desk.ask(old, gone)
    create()

    assert (desk.stage(old), desk.problem(old)) == ("registering", SourceNotLookedAt())
    assert desk.stage(gone) == "draft"
    assert isinstance(desk.problem(gone), SourceSeen)
    assert not desk.exists("OLD-1")
    desk.see(old)
    later(desk, timedelta(seconds=11))
    create()
    later(desk, timedelta(seconds=2))
    create()
    assert desk.stage(old) == "on_sale"


@pytest.mark.parametrize(("cost", "sent"), [(2_533, True), (2_534, False)])
def test_a_source_that_got_dearer_is_told_and_nothing_is_sent(
    shop: Shop, desk: Desk, create: Callable[..., Any], cost: int, sent: bool
) -> None:
    """Of 2,980 yen, a fee of 15 per cent leaves 2,533."""
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    shop.alter(source_items, shop.row(draft).source_item_id, price_jpy=cost, postage_jpy=0)
    create()
    later(desk, timedelta(seconds=2))

    assert desk.exists("NEW-1") is sent
    assert desk.problem(draft) == (None if sent else PriceBelowCost(2_980, 2_990))
    assert desk.stage(draft) == ("registering" if sent else "draft")


def test_a_source_that_gets_dearer_while_amazon_is_asked_is_weighed_before_the_put(
    shop: Shop, desk: Desk, engine: Engine
) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    creations = SqlCreations(engine, SqlNumbers(engine), 1, desk.now)
    claim, [mine] = creations.claim(SELLER, 5)
    shop.alter(source_items, shop.row(draft).source_item_id, price_jpy=2_534, postage_jpy=0)

    assert creations.sending(claim, mine) == Step(Next.REFUSE, PriceBelowCost(2_980, 2_990))
    assert desk.creation(draft).attempts == 0


def test_a_new_offer_that_the_loss_rule_would_take_down_is_not_sent(
    shop: Shop, desk: Desk, create: Callable[..., Any]
) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    shop.alter(source_items, shop.row(draft).source_item_id, price_jpy=2_433, postage_jpy=0)
    shop.alter(listings, draft, least_profit_jpy=101)
    create()

    assert not desk.exists("NEW-1")
    assert isinstance(reason := desk.problem(draft), EarnsTooLittle)
    assert (reason.profit_jpy, reason.limit_jpy) == (100, 101)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 7))
def test_a_worker_that_is_killed_at_any_call_leaves_one_offer(
    desk: Desk, create: Callable[..., Any], at: int, after: bool
) -> None:
    """The calls: product, restriction, look, preview, create; then the look of a later turn."""
    desk.exclude("no such brand")
    draft = desk.draft("NEW-1")
    desk.ask(draft)

    def work() -> None:
        create(at, after=after)
        later(desk, timedelta(seconds=2))
        create(at - 5, after=after)

    with pytest.raises(Killed):
        work()
    for _ in range(4):  # the lease ends, then what was never sent is sent again, then it is read
        later(desk, SHOWS_WITHIN)
        desk.see(draft)
        create()

    assert desk.stage(draft) == "on_sale"
    told = desk.ledger()
    assert (told["created"], told["created_unmeant"], told["overwritten"]) == (1, 0, 0)


@pytest.mark.parametrize("arrives", [False, True])
def test_a_put_whose_response_is_lost_is_read_back_and_not_repeated(
    shop: Shop, amazon: Amazon, desk: Desk, create: Callable[..., Any], arrives: bool
) -> None:
    draft, api = desk.draft("NEW-1"), SpApiCreating(api_of(amazon, shop))
    desk.ask(draft)

    class Lossy(Deadly):
        def create(self, account: Account, creation: Creation, terms: Terms) -> None:
            if arrives:
                api.create(account, creation, terms)
            raise Transient("the response was lost")

    creations = SqlCreations(shop.engine, SqlNumbers(shop.engine), 1, desk.now)
    CreateOffers(creations, Lossy(api, 99, after=False), lambda _: False, Unmetered(), desk.now)(
        account_of(shop, SELLER)
    )
    assert (desk.creation(draft).state, desk.creation(draft).attempts) == ("sent", 1)
    for _ in range(3):
        later(desk, SHOWS_WITHIN)
        desk.see(draft)
        create()

    assert desk.stage(draft) == "on_sale"
    assert desk.creation(draft).attempts == 1 if arrives else 2
    assert desk.ledger()["overwritten"] == 0


def test_what_amazon_accepts_and_never_shows_is_told_in_the_end(
    start_amazon: Callable[..., Amazon], shop: Shop, desk: Desk, create: Callable[..., Any], amazon: Amazon
) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    amazon.fault("spapi", "ignored_200", only=["putListingsItem"])
    for _ in range(12):
        create()
        later(desk, SHOWS_WITHIN)
        desk.see(draft)

    assert (desk.stage(draft), desk.problem(draft)) == ("draft", NewOfferNotShown())
    assert desk.creation(draft).attempts == 3
    with reading(shop.engine) as connection:
        watched = connection.execute(select(removed_offers.c.sku)).scalars().all()
    assert watched == ["NEW-1"], "it may show up weeks later, when nobody watches its source"


def test_what_amazon_does_not_sell_is_deleted_there_and_told_why(
    amazon: Amazon, shop: Shop, desk: Desk, create: Callable[..., Any]
) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    amazon.post("/_sim/lag", seconds=5)
    create()
    later(desk, timedelta(minutes=10))
    issue = {"code": "18299", "message": "You need approval to list this product."}
    amazon.post("/_sim/offers", offers=[{"seller_id": shop.account(SELLER).seller_id, "sku": "NEW-1", "issue": issue}])
    for _ in range(6):
        later(desk, SHOWS_WITHIN)
        desk.see(draft)
        create()

    assert desk.stage(draft) == "draft"
    assert isinstance(desk.problem(draft), NotForSale)
    assert not desk.exists("NEW-1")
    assert desk.ledger()["created_unmeant"] == 0


def test_an_offer_whose_source_sells_before_amazon_shows_it_is_taken_back(
    amazon: Amazon, desk: Desk, create: Callable[..., Any]
) -> None:
    amazon.post("/_sim/lag", seconds=5)
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    create()
    desk.see(draft, "sold", "won")
    later(desk, timedelta(seconds=1))
    create()
    assert desk.creation(draft).state == "taking_back"
    for _ in range(6):
        later(desk, SHOWS_WITHIN)
        create()

    assert desk.stage(draft) == "draft"
    assert isinstance(desk.problem(draft), SourceSeen)
    assert not desk.exists("NEW-1")


def test_an_offer_whose_source_went_before_amazon_sold_it_is_at_0_as_soon_as_it_is_one(
    shop: Shop, amazon: Amazon, desk: Desk, create: Callable[..., Any]
) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    create()
    desk.see(draft, "sold", "won")
    later(desk, timedelta(seconds=2))
    create()

    row = shop.row(draft)
    assert (desk.stage(draft), row.quantity, row.push_pending) == ("searching", 0, 1)
    assert shop.events(draft) == ["registering", "creation_sent", "listed", "withdrawn"]
    assert shop.reasons(draft)[-1] == SourceSeen(State.SOLD, StateReason.WON)


def test_a_look_that_sees_the_source_of_a_sent_offer_gone_wakes_feed_at_once(
    shop: Shop, amazon: Amazon, desk: Desk, create: Callable[..., Any], engine: Engine
) -> None:
    """Amazon shows it after a while; between two reads of it the updater sees that the source has sold."""
    amazon.post("/_sim/lag", seconds=600)
    draft, other = desk.draft("NEW-1"), desk.draft("NEW-2")
    desk.ask(draft, other)
    create()
    later(desk, timedelta(seconds=100))  # the next read is as far ahead as the offer is old
    create()
    assert desk.creation(draft).not_before > desk.now() + timedelta(seconds=10)
    desk.see(draft, "sold", "won")
    source = shop.row(draft).source_item_id
    run_tx(engine, lambda connection: creation_store.sources_gone(connection, [source], desk.now()))

    assert SqlCreations(engine, SqlNumbers(engine), 1, desk.now).sellers() == [SELLER]
    create()
    assert (desk.creation(draft).state, desk.creation(other).state) == ("taking_back", "sent")


def test_what_is_given_up_is_a_draft_again_once_amazon_has_nothing_of_it(
    amazon: Amazon, shop: Shop, desk: Desk, create: Callable[..., Any]
) -> None:
    amazon.post("/_sim/lag", seconds=5)
    sent, waiting = desk.draft("NEW-1"), desk.draft("NEW-2", seen_at=now() - timedelta(hours=1))
    desk.ask(sent, waiting)
    create()

    def give_up(connection: Any) -> None:
        creation_requests.give_up(connection, store.lock(connection, [sent, waiting]), "ann", desk.now())

    run_tx(shop.engine, give_up)
    assert (desk.stage(sent), desk.stage(waiting)) == ("registering", "draft")
    for _ in range(6):
        later(desk, SHOWS_WITHIN)
        create()

    assert desk.stage(sent) == "draft"
    assert desk.problem(sent) == GivenUpByHand("ann")
    assert not desk.exists("NEW-1")
    assert shop.events(sent) == ["registering", "creation_sent", "given_up", "not_registered"]
    assert shop.events(waiting) == ["registering", "given_up", "not_registered"]


def test_a_worker_sends_nothing_of_what_is_given_up_meanwhile(shop: Shop, desk: Desk, engine: Engine) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    worker = SqlCreations(engine, SqlNumbers(engine), 1, desk.now)
    claim, [mine] = worker.claim(SELLER, 5)
    run_tx(
        engine, lambda connection: creation_requests.give_up(connection, store.lock(connection, [draft]), "ann", now())
    )

    assert worker.sending(claim, mine) is not None
    assert (desk.stage(draft), desk.creation(draft).attempts) == ("draft", 0)


def test_a_seller_sends_no_more_in_a_day_than_the_limit(shop: Shop, desk: Desk, create: Callable[..., Any]) -> None:
    shop.set("CREATE_DAILY_LISTINGS", "2")
    drafts = [desk.draft(f"NEW-{n}") for n in range(4)]
    desk.ask(*drafts)
    create()
    later(desk, timedelta(seconds=2))
    create()

    assert [desk.stage(draft) for draft in drafts] == ["on_sale", "on_sale", "registering", "registering"]
    assert desk.problem(drafts[2]) == CreationsOfToday(2)
    later(desk, timedelta(hours=25))
    for draft in drafts[2:]:
        desk.see(draft)
    create()
    later(desk, timedelta(seconds=2))
    create()
    assert [desk.stage(draft) for draft in drafts] == ["on_sale"] * 4


def test_new_offers_wait_for_withdrawals_and_restores(desk: Desk, create: Callable[..., Any]) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft)

    assert create(pushes_wait=True) == 1.0
    assert desk.creation(draft).attempts == 0


def test_a_worker_that_was_overtaken_writes_nothing(shop: Shop, desk: Desk, engine: Engine) -> None:
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    first, second = (SqlCreations(engine, SqlNumbers(engine), 1, desk.now) for _ in range(2))
    claim, [mine] = first.claim(SELLER, 5)
    later(desk, timedelta(minutes=3))
    newer, [theirs] = second.claim(SELLER, 5)
    desk.see(draft)
    assert second.sending(newer, theirs) is None

    assert first.sending(claim, mine) is not None
    first.settle(claim, mine, Step(Next.REFUSE, NotAtAmazon()))
    assert (desk.stage(draft), desk.creation(draft).attempts) == ("registering", 1)


def test_a_worker_that_is_overtaken_as_it_is_about_to_send_sends_nothing(
    shop: Shop, desk: Desk, engine: Engine
) -> None:
    """Another worker claims the creation after this one has read it: on MariaDB a read sees no later claim."""
    draft = desk.draft("NEW-1")
    desk.ask(draft)
    claim, [mine] = SqlCreations(engine, SqlNumbers(engine), 1, desk.now).claim(SELLER, 5)
    run_tx(engine, lambda connection: removed_store.watch(connection, [draft], desk.now(), was_sent=True))

    def overtaken(connection: Connection) -> Step | None:
        @event.listens_for(connection, "after_cursor_execute")
        def overtake(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("SELECT listing_creations."):
                theirs = update(listing_creations).where(listing_creations.c.listing_id == draft)
                connection.execute(theirs.values(claim="theirs"))

        return creation_store.sending(connection, mine, claim, 100, desk.now())

    assert run_tx(engine, overtaken) == Step(Next.WAIT)
    assert (desk.creation(draft).state, desk.creation(draft).attempts) == ("waiting", 0)
    with reading(engine) as connection:
        assert connection.execute(select(removed_offers.c.sku)).scalars().all() == ["NEW-1"]


def test_a_removed_offer_that_is_created_again_is_not_set_to_0(
    shop: Shop, desk: Desk, feed: Running, eventually: Eventually
) -> None:
    """The watch over deleted offers would take it for one that came back."""
    draft = desk.draft("NEW-1")
    with shop.engine.begin() as connection:
        row = {"user_id": SELLER, "sku": "NEW-1", "listing_id": 99, "created_at": now(), "removed_at": now()}
        row |= {"next_read_at": now() + timedelta(seconds=1), "returns": 0, "attempts": 0}
        connection.execute(removed_offers.insert().values(row))
    desk.ask(draft)
    eventually(lambda: desk.stage(draft) == "on_sale")

    assert desk.sold("NEW-1")["quantity"] == 1
    with reading(shop.engine) as connection:
        assert connection.execute(select(removed_offers.c.sku)).all() == []


def _buyable(api: SpApiCreating, account: Account, sku: str) -> bool:
    for _ in range(5):  # a busy machine may keep Amazon from responding in time
        try:
            shown = api.look(account, sku)
        except Transient:
            continue
        return shown is not None and shown.buyable
    raise AssertionError(f"Amazon does not tell of {sku}")


def test_two_hundred_drafts_are_all_buyable_or_told_why(start_amazon: Callable[..., Amazon], engine: Engine) -> None:
    """In a world with restrictions, issues after acceptance, ignored offers and a lag, in one run."""
    unkind = ("--restricted", "0.1", "--late-issues", "0.1", "--ignored-creations", "0.05", "--lag-seconds", "3")
    amazon = start_amazon("--sellers", "1", "--listings", "400", *unkind, "--quota-factor", "100")
    shop = Shop(engine)
    shop.fill(amazon.get("/_sim/seed"), amazon.rows()[:5])
    desk = Desk(shop, amazon)
    api, account = SpApiCreating(api_of(amazon, shop)), account_of(shop, SELLER)
    drafts = [desk.draft(f"NEW-{n}") for n in range(200)]
    for number, draft in enumerate(drafts):
        desk.ask(draft, asin=desk.asin(number))
    creations = SqlCreations(engine, SqlNumbers(engine), 1, desk.now)
    job = CreateOffers(creations, api, lambda _: False, Unmetered(), desk.now)

    def turn() -> float | None:
        """As the gate: a busy machine may keep Amazon from responding in time."""
        try:
            return job(account)
        except Transient:
            return 0.0

    for _ in range(16):
        while turn() == 0.0:
            pass
        later(desk, SHOWS_WITHIN)
        with shop.engine.begin() as connection:
            connection.execute(update(source_items).values(observed_at=desk.now()))

    stages = {draft: desk.stage(draft) for draft in drafts}
    assert set(stages.values()) == {"on_sale", "draft"}
    assert all(desk.problem(draft) is not None for draft, stage in stages.items() if stage == "draft")
    assert all(desk.sold(f"NEW-{n}")["quantity"] == 1 for n, draft in enumerate(drafts) if stages[draft] == "on_sale")
    told = desk.ledger()
    assert (told["created_unmeant"], told["overwritten"]) == (0, 0)
    sold = list(stages.values()).count("on_sale")
    buyable = sum(_buyable(api, account, f"NEW-{n}") for n in range(200))
    assert buyable == sold, "Amazon sells exactly what is on sale here"
    assert 100 < sold < 200


@pytest.mark.parametrize(("query", "is_code"), [("MX-00003", False), ("jan", True), ("asin", False)])
def test_the_catalogue_is_searched_for_a_seller_who_waits(
    shop: Shop, desk: Desk, feed: Running, eventually: Eventually, query: str, is_code: bool
) -> None:
    asin = desk.asin()
    typed = {"jan": "4901234567894", "asin": asin.lower()}.get(query, query)
    with shop.engine.begin() as connection:
        row = {"user_id": SELLER, "query": typed, "is_code": is_code, "asked_at": now(), "not_before": now()}
        key = connection.execute(catalog_searches.insert().values(row | {"attempts": 0})).inserted_primary_key[0]

    def done() -> Any:
        with reading(shop.engine) as connection:
            return connection.execute(select(catalog_searches).where(catalog_searches.c.id == key)).one()

    eventually(lambda: done().done_at is not None)
    assert done().problem is None
    assert (asin in done().found) == (query != "jan")


def test_a_seller_who_links_another_store_is_told(shop: Shop, desk: Desk) -> None:
    draft, sent = desk.draft("NEW-1"), desk.draft("NEW-2")
    desk.ask(draft, sent)
    shop.alter(listing_creations, sent, attempts=1, state="sent", sent_at=now())
    run_tx(shop.engine, lambda connection: creation_store.end_of_store(connection, SELLER, now()))

    assert (desk.stage(draft), desk.stage(sent)) == ("draft", "draft")
    with reading(shop.engine) as connection:
        assert connection.execute(select(removed_offers.c.sku)).scalars().all() == ["NEW-2"]


def test_a_day_is_enough_for_every_wait() -> None:
    assert SHOWS_WITHIN < SELLS_WITHIN
