"""The figures of an update run are of rows, for each of its sellers as for the whole."""

import threading

from tests.integration.updater.shop import Inline, Market, RevivalShop, item, planner, run

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import RevivalWanted
from mercarich_platform.clock import utc_now
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation, Request, Run
from mercarich_updater.adapters.plan_sql import SqlPlan
from mercarich_updater.ports import Batch
from mercarich_web.home.home import OwnRun
from mercarich_web.home.sql import SqlSellersDesk
from mercarich_web.runs.runs import SellerCounts
from mercarich_web.runs.sql.runs import SqlRuns as Pages

EVERYBODY = Request(marketplace=Marketplace.YAHOO, plans=(2, 4))


def _begun(shop: RevivalShop, asked: Request = EVERYBODY) -> Run:
    begun = SqlRuns(shop.engine, Operation.UPDATE).start(asked, None, utc_now())
    plan = SqlPlan(shop.engine, shop.rules, utc_now)
    list(plan.mark(begun, asked, plan.sellers(asked)))
    return begun


def _search(shop: RevivalShop, run: Run, *listing_ids: int) -> None:
    of = {"marketplace": Marketplace.YAHOO, "run_id": run.id, "generation": run.generation}
    shop.worker()(Batch(RevivalWanted(**of, listing_ids=listing_ids)), threading.Event())  # type: ignore[arg-type]


def _told(shop: RevivalShop, run: Run) -> dict[str, tuple[int, int, int | None, int]]:
    """Return planned, searched for, left and revived by seller, as `run show` and the run's page tell them."""
    return {each.username: _four(each) for each in Pages(shop.engine).details(run.id).sellers}


def _four(each: SellerCounts | OwnRun) -> tuple[int, int, int | None, int]:
    return each.planned, each.checked, each.left, each.revived


def test_each_seller_is_told_its_own_part_while_the_run_goes_on_and_after(shop: RevivalShop, market: Market) -> None:
    first, second, idle = shop.seller("a"), shop.seller("b"), shop.seller("c")
    own = [shop.gone(first, f"a{number}") for number in range(5)]
    shop.gone(second, "b1")
    market.for_sale = [item("new1"), item("new2")]
    begun = _begun(shop)
    assert _told(shop, begun) == {"a": (5, 0, 5, 0), "b": (1, 0, 1, 0)}
    _search(shop, begun, *own[:3])

    assert _told(shop, begun) == {"a": (5, 3, 2, 2), "b": (1, 0, 1, 0)}
    whole = Pages(shop.engine).details(begun.id).run
    assert (whole.planned, whole.checked, whole.pending, whole.revived) == (6, 3, 3, 2)
    desk = SqlSellersDesk(shop.engine)
    assert [_four(its) for its in desk.runs(first)] == [(5, 3, 2, 2)]
    assert [(_four(its), its.share) for its in desk.runs(second)] == [((1, 0, 1, 0), 0)]
    assert not desk.runs(idle)


def test_what_a_narrower_run_takes_is_its_own_for_the_seller_too(shop: RevivalShop, market: Market) -> None:
    two, four = shop.seller("two", plan=2), shop.seller("four", plan=4)
    shop.gone(two, "old1")
    taken = shop.gone(four, "old2")
    wide = _begun(shop)
    narrow = _begun(shop, Request(marketplace=Marketplace.YAHOO, plans=(4,)))
    _search(shop, wide, taken)
    _search(shop, narrow, taken)

    assert _told(shop, wide) == {"two": (1, 0, 1, 0)}
    assert _told(shop, narrow) == {"four": (1, 1, 0, 0)}


def test_listings_that_another_batchs_search_ended_are_searched_for(shop: RevivalShop, market: Market) -> None:
    seller = shop.seller("a")
    for sku in ("one", "two"):
        shop.gone(seller, "shared", sku=sku)
    market.for_sale = [item("new1")]
    batches = Inline(shop)
    ended = planner(shop, batches)(
        Request(marketplace=Marketplace.YAHOO, plans=(2, 4), group_lower=1), None, threading.Event()
    )

    row = shop.run(ended.id)
    assert (row.planned, row.checked, row.revived) == (2, 2, 2)
    assert _told(shop, ended) == {"a": (2, 2, 0, 2)}


def test_a_search_that_found_nothing_is_a_search(shop: RevivalShop, market: Market) -> None:
    seller = shop.seller("a")
    for number in range(3):
        shop.gone(seller, f"old{number}")
    ended, _ = run(shop)

    assert _told(shop, ended) == {"a": (3, 3, 0, 0)}
