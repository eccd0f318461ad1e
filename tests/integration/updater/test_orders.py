"""Orders whose source is gone: what is searched for, what may serve them, and when it is searched for again."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import Connection, Table, delete, event, insert, select, update
from tests.integration.updater.shop import SAME, Market, RevivalShop, item, no_longer

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.orders import OrderDecision, OrderStatus
from mercarich_db import engine as engines
from mercarich_db.tables import (
    amazon_accounts,
    order_decisions,
    order_items,
    order_replacements,
    order_searches,
    source_items,
    users,
)
from mercarich_platform.clock import utc_now
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings
from mercarich_reasons.candidates import AlreadyUsed
from mercarich_reasons.order_searches import FoundForOrder, NoneForOrder, OrderSearchFailed, OrderSearchUnsure
from mercarich_reasons.stock import ApprovedItemUsed
from mercarich_replacements.matching import Likeness
from mercarich_runs.ports import ProxyAway
from mercarich_updater.adapters.meter import PrometheusMeter
from mercarich_updater.adapters.order_searches_sql import SqlOrderSearches
from mercarich_updater.bootstrap import ORDERS_AT_ONCE, build_worker
from mercarich_updater.dependencies import Dependencies
from mercarich_updater.domain.order_searches import FIRST_UNSURE, LAST_WAIT, UNFINISHED, WAITS
from mercarich_updater.ports import Judged, UsedMeanwhile
from mercarich_updater.ports_orders import ClaimLost, Fitting, OrderWanted
from mercarich_updater.settings import UpdaterSettings
from mercarich_updater.use_cases.orders import MOST, FindForOrders
from mercarich_updater.use_cases.revive import BatchOutcome

MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=30)


class Silent:
    """A publisher that nobody listens to."""

    def publish(self, topic: str, value: bytes, *, key: bytes | None = None) -> None: ...

    def flush(self, timeout_seconds: float) -> None: ...


class Orders:
    """Orders of a shop, and the turn that searches for them, on a clock of its own."""

    def __init__(self, shop: RevivalShop) -> None:
        self.shop = shop
        self.now = utc_now()
        self.port = SqlOrderSearches(shop.engine, LEASE, MOST)
        self.stop = threading.Event()

    def of(self, listing: int, *, gone: bool = True, **more: Any) -> int:
        """Store an order of the listing as feed does, an hour ago; its source was seen gone since."""
        offer, at = self.shop.offer(listing), self.now - timedelta(hours=1)
        row = {
            "user_id": offer.user_id,
            "seller_id": f"A{offer.user_id}",
            "order_id": "1",
            "order_item_id": str(listing),
            "sku": offer.sku,
            "quantity": 1,
            "price_jpy": 2000,
            "status": OrderStatus.UNSHIPPED,
            **dict.fromkeys(("ordered_at", "changed_at", "seen_at"), at),
            "listing_id": offer.id,
            "source_item_id": offer.source_item_id,
            **more,
        }
        seen = {"state": "sold", "observed_at": self.now - MINUTE}
        source = update(source_items).where(source_items.c.id == offer.source_item_id).values(seen)

        def write(connection: Any) -> int:
            if gone:
                connection.execute(source)
            id: int = connection.execute(insert(order_items).values(**row).returning(order_items.c.id)).scalar_one()
            return id

        return engines.run_tx(self.shop.engine, write)

    def decide(self, listing: int, decision: OrderDecision | None) -> None:
        """Store what the seller of this listing's order decided."""
        its = {"user_id": self.shop.offer(listing).user_id, "order_item_id": str(listing)}
        row = its | {"revision": 1, "decision": decision, "decided_at": self.now, "decided_by": "a"}

        def write(connection: Any) -> None:
            connection.execute(delete(order_decisions).where(order_decisions.c.order_item_id == str(listing)))
            connection.execute(insert(order_decisions).values(**row))

        engines.run_tx(self.shop.engine, write)

    def turn(self) -> None:
        find = FindForOrders(
            *(self.port, self.shop.listings_port, self.shop.find, PrometheusMeter()),
            *(lambda: self.now, LEASE, self.stop),
        )
        find(Marketplace.YAHOO)

    def found(self, order: int) -> list[str]:
        rows = select(source_items.c.item_id).join(
            order_replacements, order_replacements.c.source_item_id == source_items.c.id
        )
        with engines.reading(self.shop.engine) as connection:
            mine = rows.where(order_replacements.c.order_item_id == order).order_by(source_items.c.item_id)
            return list(connection.execute(mine).scalars())

    def rows(self, order: int) -> Sequence[Any]:
        mine = select(order_replacements).where(order_replacements.c.order_item_id == order)
        with engines.reading(self.shop.engine) as connection:
            return connection.execute(mine).all()

    def search(self, order: int) -> Any:
        with engines.reading(self.shop.engine) as connection:
            mine = select(order_searches).where(order_searches.c.order_item_id == order)
            return connection.execute(mine).one_or_none()

    def change(self, order: int, **values: Any) -> None:
        mine = update(order_items).where(order_items.c.id == order).values(values)
        engines.run_tx(self.shop.engine, lambda connection: connection.execute(mine))


@pytest.fixture
def orders(shop: RevivalShop) -> Orders:
    return Orders(shop)


def sold_out(shop: RevivalShop, user_id: int, item_id: str, **more: Any) -> int:
    """A listing whose last piece was ordered: it is down, and nothing is searched for."""
    return shop.gone(user_id, item_id, **{"searching": False, **more})


def test_an_order_whose_source_is_gone_gets_others_and_none_of_them_is_offered(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    listing = sold_out(shop, shop.seller("a"), "old1")
    order = orders.of(listing)
    fine = [item(f"new{number}", price_jpy=900 + number) for number in range(5)]
    market.for_sale = [item("old1"), item("other", title="ソニー ヘッドホン MX-00002"), *fine]

    orders.turn()

    assert orders.found(order) == ["new0", "new1", "new2"]
    row = orders.rows(order)[0]
    assert (row.title, row.price_jpy, row.landed_jpy) == (fine[0].title, 900, 900)
    assert orders.search(order).result == FoundForOrder(3, 5)
    assert shop.source("new0").state == "available"
    offer = shop.offer(listing)
    assert (offer.quantity, offer.searching, shop.source_of(listing), shop.events(listing)) == (0, False, "old1", [])


@pytest.mark.parametrize(("sold_for", "offered", "limit"), [(2000, 4000, 1700), (None, 4000, 3400), (None, None, 1500)])
def test_the_limit_is_the_break_even_of_the_order_or_of_its_offer_or_the_sellers_rule(
    shop: RevivalShop, market: Market, orders: Orders, sold_for: int | None, offered: int | None, limit: int
) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_PRICE_FACTOR", 1.5)
    order = orders.of(sold_out(shop, user, "old1", offer_price_jpy=offered), price_jpy=sold_for)
    market.for_sale = [item("dear", price_jpy=limit + 1), item("fits", price_jpy=limit)]
    orders.turn()
    assert orders.found(order) == ["fits"]


def test_the_break_even_is_by_amazons_estimate_for_the_listing_where_there_is_one(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    listing = sold_out(shop, shop.seller("a"), "old1", offer_price_jpy=4000)
    shop.estimated(listing, fee_jpy=480, fixed_jpy=80, of_price_jpy=4000)
    order = orders.of(listing, price_jpy=2000)
    market.for_sale = [item("dear", price_jpy=1721), item("fits", price_jpy=1720)]  # less 80, and ten per cent
    orders.turn()
    assert orders.found(order) == ["fits"]


def test_an_item_of_unknown_postage_serves_an_order_while_it_costs_less_than_the_break_even(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"), price_jpy=2000)
    market.for_sale = [
        item("nothing-left", price_jpy=1700, shipping_payer="buyer"),
        item("unknown", price_jpy=1699, shipping_payer="buyer"),
        item("told", price_jpy=900, shipping_payer="buyer", shipping_cost_jpy=700),
    ]

    orders.turn()

    assert {(row.price_jpy, row.postage_jpy, row.landed_jpy) for row in orders.rows(order)} == {
        (1699, None, 1699),
        (900, 700, 1600),
    }
    assert orders.search(order).result == FoundForOrder(2, 3)


def test_items_of_unknown_postage_never_keep_one_of_known_postage_away(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"), price_jpy=2000)
    unknown = [item(f"a-unknown{number}", price_jpy=900 + number, shipping_payer="buyer") for number in range(3)]
    told = item("told", price_jpy=1000, shipping_payer="buyer", shipping_cost_jpy=500)
    later = item("z-unknown", price_jpy=1001, shipping_payer="buyer")
    market.for_sale = [*unknown, told, later]

    orders.turn()

    assert orders.search(order).result == FoundForOrder(5, 5)
    assert orders.found(order)[-1] == "told"
    assert [row.postage_jpy for row in orders.rows(order)].count(None) == 2


def test_where_nothing_fits_what_the_pictures_alone_refused_is_kept_to_be_looked_at(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"), price_jpy=2000)
    market.alike = replace(SAME, changed_share=0.12)
    market.for_sale = [item("other-colour"), item("dear", price_jpy=9000)]

    orders.turn()
    [row] = orders.rows(order)
    assert (row.price_jpy, row.doubt.code) == (900, "part_in_other_colour")
    assert row.jpeg == b"JPEG of https://pictures/other-colour"
    search = orders.search(order)
    assert (search.result, search.found_at) == (NoneForOrder(2, 1), None)

    orders.now += WAITS[0]
    market.alike = SAME
    orders.turn()
    [row] = orders.rows(order)
    assert row.doubt is None
    assert orders.search(order).found_at == orders.now


def test_any_of_the_first_five_pictures_may_show_that_an_item_serves_an_order(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"), price_jpy=2000)
    market.alike = replace(SAME, changed_share=0.12)
    market.likenesses = {"second/2": SAME, "fifth/5": SAME, "sixth/6": SAME}
    pictures = {of: tuple(f"{of}/{number}" for number in range(1, 7)) for of in ("second", "fifth", "sixth")}
    market.for_sale = [item(of, images=some) for of, some in pictures.items()]

    orders.turn()

    assert orders.found(order) == ["fifth", "second"]
    assert [row.doubt for row in orders.rows(order)] == [None, None]
    assert {row.jpeg for row in orders.rows(order)} == {b"JPEG of second/2", b"JPEG of fifth/5"}


def test_an_item_is_found_without_a_picture_that_is_not_at_hand(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    market.for_sale, market.evicted = [item("new1")], {"https://pictures/new1"}
    orders.turn()
    [row] = orders.rows(order)
    assert (row.doubt, row.jpeg) == (None, None)


def test_a_further_picture_that_cannot_be_had_now_takes_no_find_away(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"), price_jpy=2000)
    market.alike = replace(SAME, changed_share=0.12)
    market.likenesses = {"new1/2": SAME}
    market.for_sale = [item("new1", images=("new1/1", "new1/2", "new1/3"))]
    orders.turn()
    orders.now += WAITS[0]
    market.blocked_pictures = {"new1/2"}
    orders.turn()

    assert orders.found(order) == ["new1"]
    assert [row.doubt for row in orders.rows(order)] == [None]
    assert isinstance(orders.search(order).result, OrderSearchUnsure)


def test_the_claim_is_kept_however_long_the_pictures_take(shop: RevivalShop, market: Market, orders: Orders) -> None:
    orders.of(sold_out(shop, shop.seller("a"), "old1"), price_jpy=2000)
    market.for_sale = [item("new1", images=tuple(f"new1/{number}" for number in range(5)))]
    claims: list[OrderWanted | None] = []

    def slow(_ours: object, _theirs: object) -> Likeness:
        orders.now += LEASE / 2
        claims.append(orders.port.claim(Marketplace.YAHOO, "another", orders.now))
        return replace(SAME, changed_share=0.12)

    market.likeness = slow  # type: ignore[method-assign]
    orders.turn()

    assert claims == [None] * 5


def test_an_offer_gets_what_the_main_picture_shows_alone(shop: RevivalShop, market: Market) -> None:
    """No person looks at it before it is sold."""
    listing = shop.gone(shop.seller("a"), "old1")
    market.alike = replace(SAME, changed_share=0.12)
    market.likenesses = {"second/2": SAME}
    market.for_sale = [item("second", images=("second/1", "second/2"))]

    assert shop.wake(listing) is BatchOutcome.SEARCHED

    assert shop.source_of(listing) == "old1"


def test_what_fits_is_never_given_up_for_what_the_pictures_refused(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"), price_jpy=2000)
    market.for_sale = [item("fits")]
    orders.turn()
    orders.now += WAITS[0]
    market.alike = replace(SAME, changed_share=0.12)
    market.for_sale = [item("fits"), *(item(f"doubt{number}") for number in range(4))]
    market.pages = {"fits": item("fits", state=State.UNKNOWN, reason=Reason.BLOCKED)}
    orders.turn()
    assert orders.found(order) == ["doubt0", "doubt1", "fits"]


def test_a_worker_searches_for_orders_unless_its_marketplace_is_paused(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    market.for_sale = [item("new1")]
    shared = SharedSettings(database_url=SecretStr(shop.engine.url.render_as_string(hide_password=False)))
    seconds = count()  # the switch is asked again after a second
    given = Dependencies(
        engine=shop.engine, publisher=Silent(), market=market, pictures=market, monotonic=lambda: 2.0 * next(seconds)
    )
    worker = build_worker(Marketplace.YAHOO, shared, UpdaterSettings(), orders.stop, given)
    ticks = [tick for tick in worker.ticks if tick.name.startswith("orders")]
    assert [(tick.takes_long, tick.alone) for tick in ticks] == [(True, False)] * ORDERS_AT_ONCE
    shop.setting("MARKETPLACE_YAHOO", "paused")
    ticks[0].run()
    assert market.asked == []
    shop.setting("MARKETPLACE_YAHOO", "on")
    ticks[0].run()
    assert orders.found(order) == ["new1"]


def test_the_postage_counts(shop: RevivalShop, market: Market, orders: Orders) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    paid = {"shipping_payer": "buyer", "shipping_cost_jpy": 800}
    market.for_sale = [item("dear", price_jpy=901, **paid), item("fits", price_jpy=900, **paid)]
    orders.turn()
    assert [(row.price_jpy, row.postage_jpy, row.landed_jpy) for row in orders.rows(order)] == [(900, 800, 1700)]
    assert orders.found(order) == ["fits"]


@pytest.mark.parametrize(
    "not_wanted",
    [
        {"status": OrderStatus.SHIPPED},
        {"status": OrderStatus.CANCELLED},
        {"seen_at": utc_now() + timedelta(days=1)},
        {"source_item_id": None},
    ],
    ids=["shipped", "cancelled", "not looked at since", "no source"],
)
def test_an_order_that_needs_no_other_source_is_not_searched_for(
    shop: RevivalShop, market: Market, orders: Orders, not_wanted: dict[str, Any]
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"), **not_wanted)
    market.for_sale = [item("new1")]
    orders.turn()
    assert (market.asked, orders.search(order)) == ([], None)


def test_what_its_seller_has_decided_on_is_not_searched_for_until_the_decision_is_taken_back(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    listing = sold_out(shop, shop.seller("a"), "old1")
    order = orders.of(listing)
    market.for_sale = [item("new1")]
    orders.decide(listing, OrderDecision.BOUGHT)
    orders.turn()
    assert (market.asked, orders.search(order)) == ([], None)
    orders.decide(listing, None)
    orders.turn()
    assert orders.found(order) == ["new1"]


def test_neither_is_one_whose_source_is_there_or_whose_seller_is_stopped(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    there = {"state": "available", "observed_at": utc_now()}
    orders.of(sold_out(shop, shop.seller("a"), "old1", source=there), gone=False)
    orders.of(sold_out(shop, shop.seller("b", active=False), "old2"))
    orders.turn()
    assert market.asked == []


def test_what_the_seller_uses_already_serves_no_order(shop: RevivalShop, market: Market, orders: Orders) -> None:
    user = shop.seller("a")
    order = orders.of(sold_out(shop, user, "old1"))
    shop.listing(user, "source-of-another")
    shop.listing(shop.seller("b"), "of-another-seller")
    market.for_sale = [item("source-of-another"), item("of-another-seller")]
    orders.turn()
    assert orders.found(order) == ["of-another-seller"]


def test_what_became_a_source_since_it_was_judged_is_not_kept(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    user = shop.seller("a")
    order = orders.of(sold_out(shop, user, "old1"))
    shop.listing(user, "new1")
    claimed = orders.port.claim(Marketplace.YAHOO, "a" * 32, orders.now)
    assert claimed is not None
    with pytest.raises(UsedMeanwhile):
        orders.port.keep(claimed, fitting("new1"), orders.now)
    assert orders.found(order) == []


def test_what_is_shown_for_an_open_order_becomes_no_source_of_an_offer(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    """One piece cannot serve the order and a buyer of the offer."""
    user = shop.seller("a")
    order = orders.of(sold_out(shop, user, "old1"))
    other = shop.gone(user, "old2")
    market.for_sale = [item("new1")]
    orders.turn()
    shop.wake(other)
    assert (shop.seen_of(other)[0].reason, shop.source_of(other)) == (AlreadyUsed(), "old2")
    orders.change(order, status=OrderStatus.SHIPPED)
    shop.wake(other)
    assert shop.source_of(other) == "new1"


def test_what_is_only_shown_to_be_looked_at_may_become_the_source_of_an_offer(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    user = shop.seller("a")
    order = orders.of(sold_out(shop, user, "old1"))
    other = shop.gone(user, "old2")
    market.for_sale, market.alike = [item("new1")], replace(SAME, changed_share=0.12)
    orders.turn()
    market.alike = SAME
    shop.wake(other)
    assert (orders.found(order), shop.source_of(other)) == (["new1"], "new1")


def test_an_approved_replacement_that_is_shown_for_an_order_meanwhile_lapses(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    order = orders.of(sold_out(shop, user, "old1"))
    other = shop.gone(user, "old2", sku="s2")
    market.for_sale = [item("new1")]
    shop.wake(other)
    shop.desk.approve("s2", None, "yuki")
    orders.turn()
    shop.decide()
    assert (orders.found(order), shop.states(other), shop.source_of(other)) == (["new1"], ["lapsed"], "old2")
    assert shop.reasons(other)[-1] == ApprovedItemUsed("new1")


def test_at_most_three_are_shown_those_that_were_seen_last(shop: RevivalShop, market: Market, orders: Orders) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    market.for_sale = [item(f"new{number}") for number in range(3)]
    orders.turn()
    orders.now += timedelta(hours=1)
    market.for_sale = [item("new3"), item("silent")]
    market.pages = {"silent": item("silent", state=State.UNKNOWN, reason=Reason.BLOCKED)}
    orders.turn()
    assert (len(orders.found(order)), "new3" in orders.found(order)) == (MOST, True)


def test_one_that_a_person_refused_for_the_listing_serves_no_order_of_it(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    listing = shop.gone(user, "old1", sku="s1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    shop.desk.undo("s1", None, "yuki")
    order = orders.of(listing)
    orders.turn()
    assert (orders.found(order), orders.search(order).result) == ([], NoneForOrder(1, 0))


def test_why_none_was_found_is_told(shop: RevivalShop, market: Market, orders: Orders) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    market.for_sale = [item("dear", price_jpy=5000), item("other", title="ソニー ヘッドホン MX-00002")]
    orders.turn()
    assert orders.search(order).result == NoneForOrder(judged=2, too_dear=1)


def test_an_open_order_is_searched_for_again_and_again_and_what_is_gone_is_no_longer_shown(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    for number, wait in enumerate((*WAITS, LAST_WAIT, LAST_WAIT)):
        market.for_sale = [item(f"new{number}")]
        orders.turn()
        assert (orders.found(order), orders.search(order).searches) == ([f"new{number}"], number + 1)
        market.for_sale = []
        orders.now += wait - timedelta(seconds=1)
        orders.turn()
        assert orders.found(order) == [f"new{number}"], "it is too early"
        orders.now += timedelta(seconds=2)
    orders.change(order, status=OrderStatus.SHIPPED)
    orders.turn()
    assert orders.search(order).searches == 5


def test_an_inconclusive_search_is_soon_repeated_and_forgets_nothing(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    market.for_sale = [item("new1")]
    orders.turn()
    orders.now += timedelta(minutes=11)
    market.pages = {"new1": item("new1", state=State.UNKNOWN, reason=Reason.BLOCKED)}
    orders.turn()
    assert (orders.found(order), orders.search(order).result) == (["new1"], OrderSearchUnsure(1, 1))
    market.unsearchable = "breaker_open"
    for _ in range(2):
        orders.now += MINUTE + timedelta(seconds=1)
        orders.turn()
    assert (orders.found(order), orders.search(order).result) == (["new1"], OrderSearchFailed("breaker_open"))
    assert (orders.search(order).searches, orders.search(order).unsure) == (1, 3)
    market.unsearchable, market.pages = "", {"new1": no_longer("new1")}
    orders.now += 3 * MINUTE
    orders.turn()
    assert (orders.found(order), orders.search(order).unsure) == ([], 0)


def test_the_order_that_was_searched_for_least_is_first_and_then_what_is_to_be_shipped_first(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    user, day = shop.seller("a"), timedelta(days=1)
    later = orders.of(sold_out(shop, user, "old1"), ship_by=orders.now + 2 * day)
    soon = orders.of(sold_out(shop, user, "old2"), ship_by=orders.now + day)
    orders.turn()
    assert (orders.search(later), orders.search(soon).searches) == (None, 1)
    orders.now += day
    orders.turn()
    assert (orders.search(later).searches, orders.search(soon).searches) == (1, 1)


def test_several_workers_at_once_search_for_each_order_once(shop: RevivalShop, market: Market, orders: Orders) -> None:
    user = shop.seller("a")
    made = [orders.of(sold_out(shop, user, f"old{number}")) for number in range(3)]
    market.for_sale = [item("new1")]
    start = threading.Barrier(6)

    def work() -> None:
        start.wait(60)
        orders.turn()

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(work) for _ in range(6)]:
            done.result(60)
    assert [orders.search(order).searches for order in made] == [1, 1, 1]
    assert len(market.asked) == 3


def test_a_claim_that_nobody_ended_is_taken_over_and_its_worker_writes_nothing_more(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    lost = orders.port.claim(Marketplace.YAHOO, "a" * 32, orders.now)
    assert lost is not None
    market.for_sale = [item("new1")]
    orders.turn()
    assert market.asked == [], "another worker has it"
    orders.now += LEASE
    orders.turn()
    assert (orders.found(order), orders.search(order).unfinished) == (["new1"], 0)
    writes: list[Callable[[], object]] = [
        lambda: orders.port.keep(lost, fitting("new2"), orders.now),
        lambda: orders.port.renew(lost, orders.now),
    ]
    for write in writes:
        with pytest.raises(ClaimLost):
            write()
    orders.port.release(lost, orders.now)
    assert (orders.found(order), orders.search(order).not_before > orders.now) == (["new1"], True)


def test_an_order_that_makes_workers_fail_is_taken_up_seldom(shop: RevivalShop, orders: Orders) -> None:
    orders.of(sold_out(shop, shop.seller("a"), "old1"))
    for number in range(UNFINISHED):
        assert orders.port.claim(Marketplace.YAHOO, str(number) * 32, orders.now) is not None
        orders.now += LEASE
    assert orders.port.claim(Marketplace.YAHOO, "a" * 32, orders.now) is None
    orders.now += LAST_WAIT
    assert orders.port.claim(Marketplace.YAHOO, "a" * 32, orders.now) is not None


def test_an_order_is_given_back_where_the_proxy_is_away_or_the_process_ends(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    market.for_sale = [item("new1")]
    market.away = True
    with pytest.raises(ProxyAway):
        orders.turn()
    market.away = False
    orders.turn()
    assert orders.found(order) == []
    orders.now += FIRST_UNSURE
    orders.stop.set()
    orders.turn()
    assert (orders.found(order), orders.search(order).unfinished, orders.search(order).claim) == ([], 0, None)
    orders.stop.clear()
    orders.turn()
    assert orders.found(order) == ["new1"]


def test_an_order_is_given_back_as_soon_as_the_database_is_there_again(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    class Away(SqlOrderSearches):
        """Is away when a result is to be written."""

        def keep(self, order: OrderWanted, fitting: Fitting, now: datetime) -> bool:
            raise DatabaseAway("away")

    order = orders.of(sold_out(shop, shop.seller("a"), "old1"))
    market.for_sale = [item("new1")]
    there, orders.port = orders.port, Away(shop.engine, LEASE, MOST)
    with pytest.raises(DatabaseAway):
        orders.turn()
    assert (orders.search(order).claim, orders.search(order).unfinished) == (None, 0)
    orders.port = there
    orders.turn()
    assert orders.found(order) == ["new1"]


def test_orders_and_what_is_kept_for_them_are_found_by_indexes(shop: RevivalShop, orders: Orders) -> None:
    user, number = shop.seller("a"), 1500
    open_order = orders.of(sold_out(shop, user, "old1"), order_item_id="open")
    counts = dict.fromkeys(("check_rank", "check_attempts", "check_unknowns"), 0)
    source = {"marketplace": "yahoo", "state": "sold", "observed_at": orders.now, **counts}
    at = dict.fromkeys(("ordered_at", "changed_at", "seen_at"), orders.now)
    sent = {"user_id": user, "seller_id": "A", "order_id": "1", "quantity": 1, "status": "shipped", **at}
    told = {"price_jpy": 1, "landed_jpy": 1, "seen_at": orders.now}
    person = {"plan": 2, "checks_a_day": 2, "active": True, "is_staff": False, "created_at": orders.now}
    account = {"marketplace_id": "A1VC38T7YXB528", "refresh_token": "x", "token_verdict": "valid"}
    decided = {"revision": 1, "decision": "bought", "decided_at": orders.now, "decided_by": "a"}
    others = range(user + 1, user + number)
    many: dict[Table, list[dict[str, Any]]] = {
        users: [{**person, "id": each, "username": f"u{each}"} for each in others],
        amazon_accounts: [{**account, "user_id": each, "seller_id": f"A{each}"} for each in others],
        order_decisions: [{**decided, "user_id": user, "order_item_id": str(each)} for each in range(number)],
        source_items: [{**source, "item_id": f"x{each}"} for each in range(number)],
        order_items: [{**sent, "order_item_id": str(each), "source_item_id": each} for each in range(number)],
        order_replacements: [{**told, "order_item_id": each, "source_item_id": each} for each in range(number)],
    }

    def fill(connection: Connection) -> None:
        for table, rows in many.items():
            connection.execute(insert(table).values(rows))

    def analyse(connection: Connection) -> None:
        for table in many:
            connection.exec_driver_sql(f"ANALYZE TABLE {table.name}").all()

    engines.run_tx(shop.engine, fill)
    if shop.engine.dialect.name == "mysql":
        engines.run_tx(shop.engine, analyse)
    asked: list[tuple[str, Any]] = []
    event.listen(shop.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))

    claimed = orders.port.claim(Marketplace.YAHOO, "a" * 32, orders.now)
    shop.listings_port.used(user, [item("x1")])

    assert claimed is not None
    assert claimed.order_item_id == open_order
    due = next(one for one in asked if "LIMIT" in one[0])
    kept = next(one for one in asked if "candidates" in one[0])
    word = "EXPLAIN QUERY PLAN" if shop.engine.dialect.name == "sqlite" else "EXPLAIN"
    for (statement, values), index in ((due, "ix_order_items_status"), (kept, "")):
        with engines.reading(shop.engine) as connection:
            steps = connection.exec_driver_sql(f"{word} {statement}", values).mappings().all()
        whole = [step for step in steps if "SCAN" in step.get("detail", "") or step.get("type") in ("ALL", "index")]
        assert whole == [], steps
        assert index in str(steps)


def test_an_order_of_a_listing_that_is_gone_is_searched_for_by_its_source(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    order = orders.of(sold_out(shop, shop.seller("a"), "old1"), listing_id=987654)
    market.for_sale = [item("new1")]
    orders.turn()
    assert orders.found(order) == ["new1"]


def test_results_and_the_time_to_the_first_replacement_are_counted(
    shop: RevivalShop, market: Market, orders: Orders
) -> None:
    def sample(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, {"marketplace": "yahoo", **labels}) or 0

    def counts() -> tuple[float, ...]:
        searches = "mercarich_updater_order_searches_total"
        return (
            sample(searches, result="none_for_order"),
            sample(searches, result="found_for_order"),
            sample("mercarich_updater_order_found_seconds_count"),
            sample("mercarich_updater_order_found_seconds_sum"),
        )

    before = counts()
    orders.of(sold_out(shop, shop.seller("a"), "old1"))
    orders.turn()
    market.for_sale = [item("new1")]
    for _ in range(2):
        orders.now += timedelta(hours=1)
        orders.turn()
    grown = [round(after - earlier) for after, earlier in zip(counts(), before, strict=True)]
    assert grown == [1, 2, 1, 3660], "gone a minute before the first search, found an hour after it"


def fitting(item_id: str) -> Fitting:
    return Fitting(Judged(item(item_id), None, page_seen=True), 900)
