"""A seller's rule approves replacements that wait: by the facts of each, at most so many a day, and only while it is
on."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update
from tests.integration.updater.shop import Market, RevivalShop, item

from mercarich_contracts.market import Marketplace
from mercarich_db import engine as engines
from mercarich_db import settings_store
from mercarich_db.tables import excluded_sellers, listings, revivals, seller_settings, users
from mercarich_platform.clock import utc_now
from mercarich_reasons.replacements import ApprovedByRuleAlready, RuleApproved, WentUpByItself
from mercarich_replacements.approval import ByRule
from mercarich_updater.adapters.meter import PrometheusMeter
from mercarich_updater.adapters.proposals_sql import SqlApprovals
from mercarich_updater.domain.reports import Refused
from mercarich_updater.use_cases.approve import ApproveByRule


def turn(shop: RevivalShop) -> None:
    ApproveByRule(SqlApprovals(shop.engine), PrometheusMeter(), utc_now)(Marketplace.YAHOO)


def rows(shop: RevivalShop, *columns: Any) -> list[Any]:
    with engines.reading(shop.engine) as connection:
        return list(connection.execute(select(*columns).order_by(revivals.c.id)).all())


def write(shop: RevivalShop, statement: Any) -> None:
    engines.run_tx(shop.engine, lambda connection: connection.execute(statement))


def change_all(shop: RevivalShop, **values: Any) -> None:
    write(shop, update(revivals).values(**values))


@pytest.fixture
def seller(shop: RevivalShop) -> int:
    """A seller who wants to be asked, except for what the rule approves."""
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    shop.own(user, "REVIVAL_APPROVE", "on")
    return user


def found(shop: RevivalShop, market: Market, user: int, name: str = "1", **more: Any) -> int:
    """Return a listing for which a replacement was found; the keywords change the item."""
    listing = shop.gone(user, f"old{name}", sku=f"s{name}")
    market.for_sale = [item(f"new{name}", **more)]
    shop.wake(listing)
    return listing


def test_what_fulfils_the_rule_goes_up_without_a_person(shop: RevivalShop, market: Market, seller: int) -> None:
    listing = found(shop, market, seller)

    turn(shop)
    shop.decide()

    assert (shop.offer(listing).quantity, shop.source_of(listing)) == (1, "new1")
    assert shop.events(listing) == ["proposed", "approved", "restored"]
    figures = RuleApproved("new1", 90, 30, 900, 100, 98, 100, 20, 3, 3, most_jpy=1000)
    assert shop.reasons(listing)[1] == figures
    [decided, _applied] = rows(shop, revivals.c.decided_by, revivals.c.rule_approved_at, revivals.c.rule_reason)
    assert decided.decided_by is None
    assert decided.rule_approved_at is not None
    assert decided.rule_reason == figures


def test_the_facts_are_kept_with_the_proposal(shop: RevivalShop, market: Market, seller: int) -> None:
    shop.own(seller, "REVIVAL_FEE_PERCENT", 10)
    listing = shop.gone(seller, "old1", offer_price_jpy=3000)
    market.for_sale = [item("new1", shipping_payer="buyer", shipping_cost_jpy=50, price_jpy=900)]
    shop.wake(listing)

    [row] = rows(shop, revivals)

    assert (row.proposed, row.seller_id, row.alike_parts, row.postage_jpy) == (True, "good-seller", 9000, 50)
    assert (row.rating_good, row.rating_bad, row.condition_code) == (100, 0, 3)
    assert (row.first_price_jpy, row.first_condition_code) == (1000, 3)
    assert (row.offer_price_jpy, row.profit_jpy) == (3000, 2700 - 950)


@pytest.mark.parametrize(
    "more",
    [
        {"price_jpy": 1000, "shipping_payer": "buyer", "shipping_cost_jpy": 1},
        {"seller_rating_good": 97, "seller_rating_bad": 3},
        {"seller_rating_good": 19},
    ],
)
def test_what_misses_the_rule_waits(shop: RevivalShop, market: Market, seller: int, more: dict[str, Any]) -> None:
    shop.own(seller, "REVIVAL_PRICE_FACTOR", 2)
    listing = found(shop, market, seller, **more)

    turn(shop)

    assert shop.states(listing) == ["proposed"]


@pytest.mark.parametrize("unknown", ["alike_parts", "postage_jpy", "rating_good", "rating_bad", "condition_code"])
def test_what_is_not_known_waits(shop: RevivalShop, market: Market, seller: int, unknown: str) -> None:
    listing = found(shop, market, seller)
    change_all(shop, **{unknown: None})

    turn(shop)

    assert shop.states(listing) == ["proposed"]


@pytest.mark.parametrize("how", ["off", "inactive", "paused", "stopped", "other source", "excluded"])
def test_what_changed_a_moment_ago_stops_the_rule(shop: RevivalShop, market: Market, seller: int, how: str) -> None:
    """The proposals were read before: the approving transaction reads rule, account, pause and listing anew."""
    listing = found(shop, market, seller)
    approvals = SqlApprovals(shop.engine)
    [waiting] = approvals.waiting(Marketplace.YAHOO, seller, 0)
    own, other = seller_settings.c, shop.offer(shop.gone(shop.seller("b"), "other")).source_item_id
    changes: dict[str, Any] = {
        "off": update(seller_settings).where(own.key == "REVIVAL_APPROVE").values(value="off"),
        "inactive": update(users).values(active=False),
        "stopped": update(listings).values(searching=False, stopped_at=utc_now()),
        "other source": update(listings)
        .values(source_item_id=shop.offer(other).source_item_id)
        .where(listings.c.id == listing),
        "excluded": excluded_sellers.insert().values(user_id=seller, marketplace="yahoo", seller_id="good-seller"),
    }
    if how == "paused":
        engines.run_tx(
            shop.engine, lambda c: settings_store.write(c, "MARKETPLACE_YAHOO", "paused", by="test", at=utc_now())
        )
    else:
        write(shop, changes[how])

    assert approvals.approve(Marketplace.YAHOO, seller, [waiting], utc_now()) == ByRule()
    assert shop.states(listing) == ["proposed"]


def test_a_person_who_decided_meanwhile_is_not_overruled(shop: RevivalShop, market: Market, seller: int) -> None:
    listing = found(shop, market, seller)
    approvals = SqlApprovals(shop.engine)
    [waiting] = approvals.waiting(Marketplace.YAHOO, seller, 0)
    shop.desk.undo("s1", None, "yuki")

    assert approvals.approve(Marketplace.YAHOO, seller, [waiting], utc_now()) == ByRule()
    assert shop.states(listing) == ["undone"]


def test_no_more_than_a_days_number_within_24_hours(shop: RevivalShop, market: Market, seller: int) -> None:
    shop.own(seller, "REVIVAL_APPROVE_A_DAY", 2)
    for name in "123":
        found(shop, market, seller, name)
    approvals, now = SqlApprovals(shop.engine), utc_now()
    ids = approvals.waiting(Marketplace.YAHOO, seller, 0)

    assert approvals.approve(Marketplace.YAHOO, seller, ids, now) == ByRule((ids[0], ids[1]), left=1)
    almost = now + timedelta(hours=23, minutes=59)
    assert approvals.approve(Marketplace.YAHOO, seller, ids, almost) == ByRule(left=1)
    assert approvals.approve(Marketplace.YAHOO, seller, ids, now + timedelta(hours=24)) == ByRule((ids[2],))


def test_what_waits_is_not_judged_while_there_is_no_room(shop: RevivalShop, market: Market, seller: int) -> None:
    """Those that miss the rule are among those left: nobody has asked."""
    shop.own(seller, "REVIVAL_APPROVE_A_DAY", 1)
    found(shop, market, seller, "1")
    found(shop, market, seller, "2", seller_rating_good=19)
    found(shop, market, seller, "3")
    approvals, now = SqlApprovals(shop.engine), utc_now()
    ids = approvals.waiting(Marketplace.YAHOO, seller, 0)
    assert approvals.approve(Marketplace.YAHOO, seller, ids, now) == ByRule((ids[0],), left=2)
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(shop.engine, "before_cursor_execute", note)
    later = approvals.approve(Marketplace.YAHOO, seller, ids, now + timedelta(hours=1))
    event.remove(shop.engine, "before_cursor_execute", note)

    assert later == ByRule(left=2)
    assert asked
    assert not [one for one in asked if "listing_fees" in one or "excluded" in one or "listings.sku" in one]


def test_a_number_of_none_approves_nothing(shop: RevivalShop, market: Market, seller: int) -> None:
    shop.own(seller, "REVIVAL_APPROVE_A_DAY", 0)
    listing = found(shop, market, seller)
    approvals = SqlApprovals(shop.engine)
    ids = approvals.waiting(Marketplace.YAHOO, seller, 0)

    assert approvals.approve(Marketplace.YAHOO, seller, ids, utc_now()) == ByRule(left=1)
    assert shop.states(listing) == ["proposed"]


def test_the_days_number_is_each_sellers_own(shop: RevivalShop, market: Market, seller: int) -> None:
    other = shop.seller("b")
    for user in (seller, other):
        shop.own(user, "REVIVAL_APPROVE_A_DAY", 1)
    shop.own(other, "REVIVAL_ASK_FIRST", "on")
    shop.own(other, "REVIVAL_APPROVE", "on")
    listed = [found(shop, market, user, name) for user, name in ((seller, "1"), (other, "2"))]

    turn(shop)

    assert [shop.states(one) for one in listed] == [["approved"], ["approved"]]


def test_one_that_was_taken_back_counts_where_it_was_approved(shop: RevivalShop, market: Market, seller: int) -> None:
    shop.own(seller, "REVIVAL_APPROVE_A_DAY", 1)
    found(shop, market, seller)
    turn(shop)
    shop.desk.undo("s1", None, "yuki")
    second = found(shop, market, seller, "2")

    turn(shop)

    assert shop.states(second) == ["proposed"]


def test_of_several_listings_with_one_source_the_cheapest_first_source_counts(
    shop: RevivalShop, market: Market, seller: int
) -> None:
    """All of them get the replacement, whichever it was proposed for."""
    first = shop.gone(seller, "old1", sku="s1", first_price_jpy=2000)
    second = shop.gone(seller, "old1", sku="s2", first_price_jpy=1000)
    market.for_sale = [item("new1", price_jpy=1001)]
    shop.own(seller, "REVIVAL_PRICE_FACTOR", 2)
    shop.wake(first, second)

    turn(shop)
    assert shop.states(first) == ["proposed"]

    shop.change(second, first_price_jpy=1001)
    turn(shop)
    assert shop.states(first) == ["approved"]


def test_after_several_replacements_the_first_source_is_that_of_the_first(
    shop: RevivalShop, market: Market, seller: int
) -> None:
    """The source that is replaced now is worse than the first one was: as one from another marketplace may be."""
    listing = found(shop, market, seller)
    shop.desk.approve("s1", None, "yuki")
    shop.decide()
    shop.seen("new1", condition_code=4, state="sold", reason="won")
    shop.change(listing, searching=True, quantity=0, withdrawn_at=utc_now())
    market.for_sale = [item("new2", condition_code=4)]
    shop.wake(listing)

    turn(shop)
    assert shop.states(listing)[-1] == "proposed"

    change_all(shop, condition_code=3)
    turn(shop)
    assert shop.states(listing)[-1] == "approved"


def test_by_earnings_the_offers_price_of_now_counts(shop: RevivalShop, market: Market, seller: int) -> None:
    shop.own(seller, "REVIVAL_APPROVE_COST_BY", "earnings")
    listing = shop.gone(seller, "old1", sku="s1", offer_price_jpy=3000)
    market.for_sale = [item("new1")]
    shop.wake(listing)
    shop.change(listing, offer_price_jpy=1100)

    turn(shop)
    assert shop.states(listing) == ["proposed"]

    shop.change(listing, offer_price_jpy=1200)  # 15 % fee: 1,020 less 900 are 120, a tenth
    turn(shop)
    assert shop.states(listing) == ["approved"]
    assert shop.reasons(listing)[-1] == RuleApproved(
        "new1", 90, 30, 900, 100, 98, 100, 20, 3, 3, profit_jpy=120, least_profit_jpy=120
    )


def test_by_earnings_a_fee_that_nobody_told_is_not_known(shop: RevivalShop, market: Market, seller: int) -> None:
    shop.own(seller, "REVIVAL_APPROVE_COST_BY", "earnings")
    shop.own(seller, "REVIVAL_FEE_PERCENT", "0")
    listing = shop.gone(seller, "old1", sku="s1", offer_price_jpy=3000)
    market.for_sale = [item("new1")]
    shop.wake(listing)

    turn(shop)

    assert shop.states(listing) == ["proposed"]


def test_what_does_not_fit_is_judged_again_when_all_were(shop: RevivalShop, market: Market, seller: int) -> None:
    listing = found(shop, market, seller, seller_rating_good=19)
    approve = ApproveByRule(SqlApprovals(shop.engine), PrometheusMeter(), utc_now)
    approve(Marketplace.YAHOO)
    write(shop, update(revivals).values(rating_good=20))

    for _ in range(2):
        approve(Marketplace.YAHOO)

    assert shop.states(listing) == ["approved"]


def test_a_second_decision_is_told_that_the_rule_approved(shop: RevivalShop, market: Market, seller: int) -> None:
    listing = found(shop, market, seller)
    turn(shop)

    with pytest.raises(Refused) as approved:
        shop.desk.approve("s1", None, "yuki")
    shop.decide()
    with pytest.raises(Refused) as applied:
        shop.desk.approve("s1", None, "yuki")

    [decided, in_use] = rows(shop, revivals.c.rule_approved_at, revivals.c.at)
    assert approved.value.reason == ApprovedByRuleAlready("s1", "new1", decided.rule_approved_at)
    assert applied.value.reason == WentUpByItself("s1", "new1", in_use.at)
    assert shop.source_of(listing) == "new1"


def test_a_rule_that_is_switched_off_while_its_approval_begins_approves_nothing(
    shop: RevivalShop, market: Market, seller: int, database_url: str
) -> None:
    """The switch commits after the worker's transaction has begun, and before it asks for the rule."""
    found(shop, market, seller)
    worker = engines.create(database_url, pool_size=2)
    if worker.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: the transactions follow each other")
    begun, switched = threading.Event(), threading.Event()
    _stop_before_the_lock(worker, begun, switched)
    approvals = SqlApprovals(worker)
    ids = approvals.waiting(Marketplace.YAHOO, seller, 0)
    done: list[ByRule] = []
    approving = threading.Thread(
        target=lambda: done.append(approvals.approve(Marketplace.YAHOO, seller, ids, utc_now()))
    )
    approving.start()
    assert begun.wait(30)
    shop.desk.set("a", "REVIVAL_APPROVE", "off", "yuki")
    switched.set()
    approving.join(30)
    worker.dispose()

    assert done == [ByRule()]


def _stop_before_the_lock(worker: Engine, begun: threading.Event, switched: threading.Event) -> None:
    def stop(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "users" in statement and "FOR UPDATE" in statement:
            begun.set()
            assert switched.wait(30)

    event.listen(worker, "before_cursor_execute", stop)
