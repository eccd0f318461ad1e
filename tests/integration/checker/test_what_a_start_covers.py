"""A start names sellers and SKUs that there are, or nothing is started and the sentence says which is nearest."""

import threading

import pytest
from sqlalchemy import Engine
from tests.integration.checker.shop import Market, Shop, Workers, planner, request

from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_contracts.market import Marketplace
from mercarich_db.tables import runs
from mercarich_platform.clock import utc_now
from mercarich_runs.ports import CoversNothing, NamesNobody, Outcome, Request
from mercarich_runs.use_cases.patience import Interrupted


@pytest.fixture
def shop_of_two(shop: Shop) -> Shop:
    first, second = shop.seller("seller001", plan=2), shop.seller("hanako", plan=2)
    shop.listing(first, "x1", sku="AB-0001")
    shop.listing(second, "m1", sku="AB-0002", source={"marketplace": "mercari"})
    return shop


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (request(usernames=("selller001",)), "there is no seller 'selller001'; the nearest name is 'seller001'"),
        (request(usernames=("hanako", "xyz")), "there is no seller 'xyz'"),
        (request(skus=("AB-0001", "AB-001")), "no seller has the SKU 'AB-001'; the nearest is 'AB-0001'"),
        (request(skus=("ZZZ",)), "no seller has the SKU 'ZZZ'"),
    ],
    ids=["a username", "a username that is like no other", "a SKU", "a SKU that is like no other"],
)
def test_an_unknown_name_is_refused_and_the_nearest_is_named(
    engine: Engine, shop_of_two: Shop, market: Market, asked: Request, sentence: str
) -> None:
    wide = SqlRuns(engine).start(request(), None, utc_now())
    with Workers(engine, market) as workers, pytest.raises(NamesNobody) as refused:
        planner(engine, workers)(asked, None, threading.Event())
    assert str(refused.value) == sentence
    assert (shop_of_two.count(runs), shop_of_two.run(wide.id).outcome) == (1, "running")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (request((4,)), "no seller with 4 checks a day takes part in runs"),
        (request((4,), usernames=("hanako",)), "none of these sellers has 4 checks a day and takes part in runs"),
        (request(skus=("AB-0002",)), "none of these SKUs is one of those sellers' at yahoo"),
        (request(usernames=("hanako",), skus=("AB-0001",)), "none of these SKUs is one of those sellers' at yahoo"),
    ],
    ids=["plans", "plans of a seller", "SKUs of another marketplace", "SKUs of another seller"],
)
def test_a_start_that_covers_nothing_is_refused(
    engine: Engine, shop_of_two: Shop, market: Market, asked: Request, sentence: str
) -> None:
    with Workers(engine, market) as workers, pytest.raises(CoversNothing) as refused:
        planner(engine, workers)(asked, None, threading.Event())
    assert str(refused.value) == sentence
    assert shop_of_two.count(runs) == 0


def test_a_seller_who_cannot_be_served_covers_nothing(engine: Engine, shop: Shop, market: Market) -> None:
    shop.seller("a", active=False)
    shop.seller("b", account=False)
    with Workers(engine, market) as workers, pytest.raises(CoversNothing) as refused:
        planner(engine, workers)(request((2,)), None, threading.Event())
    assert str(refused.value) == "no seller with 2 checks a day takes part in runs (inactive: 1, no_amazon_account: 1)"


def test_sellers_without_a_source_to_look_at_are_no_mistake(engine: Engine, shop_of_two: Shop, market: Market) -> None:
    with Workers(engine, market) as workers:
        run = planner(engine, workers)(request(usernames=("hanako",)), None, threading.Event())
    assert (run.outcome, shop_of_two.run(run.id).planned) == (Outcome.FINISHED, 0)


def test_a_planner_that_is_told_to_end_says_what_its_run_has_left(engine: Engine, shop: Shop, market: Market) -> None:
    seller, stop = shop.seller("a"), threading.Event()
    for number in range(7):
        shop.listing(seller, f"x{number}")
    market.blocked = True
    told = Workers(engine, market)
    told.publish = lambda *_: stop.set()  # type: ignore[method-assign]
    with pytest.raises(Interrupted) as ended:
        planner(engine, told)(request(), "a-key", stop)
    assert str(ended.value) == "run 1 stops with 7 left"


def test_whoever_goes_on_with_a_run_does_it_by_the_request_of_its_start(
    engine: Engine, shop_of_two: Shop, market: Market
) -> None:
    """A scheduler takes a run over with its own row's command, and the key."""
    shop_of_two.listing(2, "x2", sku="AB-0003")  # of hanako
    stop = threading.Event()
    stop.set()
    with Workers(engine, market) as workers:
        with pytest.raises(Interrupted):
            planner(engine, workers)(request(usernames=("seller001",)), "a-key", stop)
        run = planner(engine, workers)(request(), "a-key", threading.Event())
        again = planner(engine, workers)(request((4,)), "a-key", threading.Event())
    assert (run.outcome, shop_of_two.run(run.id).planned, again) == (Outcome.FINISHED, 1, run)
    assert (shop_of_two.source("x1").checked_run, shop_of_two.source("x2").checked_run) == (run.id, None)


def test_a_known_sku_of_a_named_seller_is_covered(engine: Engine, shop_of_two: Shop, market: Market) -> None:
    asked = Request(Marketplace.YAHOO, (2, 4), usernames=("seller001",), skus=("AB-0001",))
    with Workers(engine, market) as workers:
        run = planner(engine, workers)(asked, None, threading.Event())
    assert shop_of_two.run(run.id).checked == 1
