"""What the sources of a marketplace need and what its budget gives: counted as runs plan it, heard from the proxy."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine
from tests.integration.checker.shop import LONG_AGO, Shop

from mercarich_checker.adapters.capacity_sql import SqlCapacities, demand
from mercarich_checker.adapters.coverage_sql import SqlCoverages
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.use_cases.measure_capacity import MeasureCapacity
from mercarich_checker.use_cases.run_check import make_batch
from mercarich_contracts.capacity import NOTHING_MEASURED, Demand, Measured
from mercarich_contracts.coverage import COUNT_LASTS
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import CheckBatch
from mercarich_contracts.proxy_api import Budget
from mercarich_contracts.sites import SITES, mercari
from mercarich_db import engine as engines
from mercarich_db.capacity import measured
from mercarich_platform.clock import utc_now
from mercarich_runs.ports import ProxyAway, Request
from mercarich_runs.use_cases.publish import Publishing, PublishSettings

AT = LONG_AGO
SECOND = timedelta(seconds=1)


@dataclass
class Proxy:
    """`ports.Budgets`: None is a proxy that does not answer."""

    told: Budget | None = field(default_factory=lambda: Budget(allowed_per_second=0.5, in_force_per_second=0.25))

    def budget(self) -> Budget:
        if self.told is None:
            raise ProxyAway("no proxy here")
        return self.told


def known(engine: Engine, marketplace: Marketplace) -> Measured:
    with engines.reading(engine) as connection:
        return measured(connection)[marketplace]


def counted(engine: Engine, marketplace: Marketplace) -> Demand | None:
    SqlCapacities(engine).count(marketplace, AT)
    return known(engine, marketplace).demand


def of_mercari(number: int, seller_id: str | None) -> tuple[str, dict[str, str | None]]:
    return f"m{number:010}", {"marketplace": "mercari", "seller_id": seller_id}


def test_each_source_on_sale_counts_once_and_twice_as_often_with_the_larger_plan(shop: Shop) -> None:
    twice, often = shop.seller("twice"), shop.seller("often", plan=4)
    for number in range(5):
        shop.listing(twice, f"x{number}")
    shop.listing(often, "x0")
    shop.listing(often, "x9")
    assert counted(shop.engine, Marketplace.YAHOO) == Demand(6, 6, 2, 2)


def test_what_no_run_looks_at_needs_nothing(shop: Shop) -> None:
    seller = shop.seller("seller")
    shop.listing(seller, "draft", listed=False)
    shop.listing(seller, "down", quantity=0)
    shop.listing(seller, "searched", searching=True)
    for name, wrong in (("left", {"active": False}), ("staff", {"staff": True}), ("unlinked", {"account": False})):
        shop.listing(shop.seller(name, **wrong), f"of-{name}")  # type: ignore[arg-type]

    assert counted(shop.engine, Marketplace.YAHOO) == Demand(0, 0, 0, 0)


def test_a_seller_who_wants_fewer_checks_than_the_plan_allows_is_counted_as_wanted(shop: Shop) -> None:
    shop.listing(shop.seller("seller", plan=4, checks=2), "x1")

    assert counted(shop.engine, Marketplace.YAHOO) == Demand(1, 1, 0, 0)


def test_items_of_one_source_seller_share_a_call_where_lists_show_them(shop: Shop) -> None:
    twice, often = shop.seller("twice"), shop.seller("often", plan=4)
    for number in range(250):
        item_id, source = of_mercari(number, "big")
        shop.listing(often if number < 120 else twice, item_id, source=source)
    for number in range(300, 303):
        item_id, source = of_mercari(number, None)
        shop.listing(twice, item_id, source=source)
    for letter in "ab":
        shop.listing(twice, letter * 22, source={"marketplace": "mercari", "seller_id": "shop"})

    assert counted(shop.engine, Marketplace.MERCARI) == Demand(255, 3 + 3 + 2, 120, 2)
    assert counted(shop.engine, Marketplace.YAHOO) == Demand(0, 0, 0, 0)


@dataclass
class Kept:
    """`ports.Batches` that nobody reads."""

    batches: list[CheckBatch] = field(default_factory=list)

    def publish(self, *batches: CheckBatch) -> None:
        self.batches += batches


@pytest.mark.parametrize("size", [10, 50])
def test_the_count_is_what_a_run_really_asks_for(shop: Shop, size: int) -> None:
    seller = shop.seller("seller")
    number = 0
    for source_seller, items in enumerate((1, 1, 2, 3, 7, 20, 64, 100)):
        for _ in range(items):
            item_id, source = of_mercari(number, f"s{source_seller}")
            shop.listing(seller, item_id, source=source)
            number += 1
    demand = counted(shop.engine, Marketplace.MERCARI)

    assert demand == Demand(198, 8, 0, 0)
    assert demand.calls == planned_calls(shop.engine, size)


def planned_calls(engine: Engine, size: int) -> int:
    """Return the calls that a run's batches make at the proxy."""
    request, plan, kept = Request(Marketplace.MERCARI, (2, 4)), SqlPlan(engine), Kept()
    run = SqlRuns(engine).start(request, None, utc_now())
    for _ in plan.mark(run, request, plan.sellers(request)):
        pass

    settings = PublishSettings(size, 1_000, timedelta(seconds=30), 3)
    Publishing(plan, kept, settings, run, partial(make_batch, run, request), utc_now).round()
    return sum(map(_calls, kept.batches))


def _calls(batch: CheckBatch) -> int:
    of_seller = Counter(item.seller_id for item in batch.items if mercari.ORDINARY.is_id(item.item_id))
    return sum(-(-items // 100) for items in of_seller.values())


def test_what_the_proxy_tells_is_kept_and_stays_while_it_is_away(shop: Shop) -> None:
    assert known(shop.engine, Marketplace.YAHOO) == NOTHING_MEASURED
    proxy = Proxy()
    counts = (SqlCapacities(shop.engine), SqlCoverages(shop.engine))
    measure = MeasureCapacity(*counts, proxy, Marketplace.YAHOO, lambda: AT)

    measure()
    told = Measured(Demand(0, 0, 0, 0), AT, 0.5, 0.25, AT)
    assert known(shop.engine, Marketplace.YAHOO) == told

    proxy.told = None
    with pytest.raises(ProxyAway):
        measure()
    assert known(shop.engine, Marketplace.YAHOO) == told


def test_it_is_counted_before_the_proxy_has_told_anything_and_then_every_ten_minutes(shop: Shop) -> None:
    shop.listing(shop.seller("seller"), "x1")
    now = [AT]
    proxy = Proxy(told=None)
    counts = (SqlCapacities(shop.engine), SqlCoverages(shop.engine))
    measure = MeasureCapacity(*counts, proxy, Marketplace.YAHOO, lambda: now[0])

    with pytest.raises(ProxyAway):
        measure()
    assert known(shop.engine, Marketplace.YAHOO) == Measured(Demand(1, 1, 0, 0), AT, None, None, None)

    proxy.told = Budget(allowed_per_second=1, in_force_per_second=1)
    shop.listing(shop.seller("other"), "x2")
    for minutes, sources, at in ((9, 1, AT), (10, 2, AT + timedelta(minutes=10))):
        now[0] = AT + timedelta(minutes=minutes)
        measure()
        assert _sources_and_time(shop.engine) == (sources, at)


def test_a_slow_count_comes_again_before_the_last_one_says_nothing(shop: Shop) -> None:
    shop.listing(shop.seller("seller"), "x1")
    now = [AT]
    measure = MeasureCapacity(
        SqlCapacities(shop.engine), SlowCoverages(now), Proxy(), Marketplace.YAHOO, lambda: now[0]
    )
    measure()
    assert now == [AT + SlowCoverages.TAKES]

    for wait, at in ((COUNT_LASTS / 2 - SECOND, AT), (COUNT_LASTS / 2, AT + COUNT_LASTS / 2)):
        now[0] = AT + wait
        measure()
        assert _sources_and_time(shop.engine) == (1, at)


@dataclass
class SlowCoverages:
    """`ports.Coverages` whose count takes minutes."""

    TAKES = timedelta(minutes=5)
    now: list[datetime]

    def count(self, marketplace: Marketplace, now: datetime) -> None:
        self.now[0] = now + self.TAKES


def _sources_and_time(engine: Engine) -> tuple[int, datetime]:
    found = known(engine, Marketplace.YAHOO)
    assert found.demand is not None
    assert found.counted_at is not None
    return found.demand.sources, found.counted_at


@pytest.mark.parametrize("marketplace", Marketplace)
def test_listings_are_read_from_an_index_alone(shop: Shop, marketplace: Marketplace) -> None:
    with engines.reading(shop.engine) as connection:
        query = demand(SITES[marketplace]).compile(shop.engine, compile_kwargs={"literal_binds": True})
        if shop.engine.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
            [listings_read] = [row.detail for row in plan if "listings" in row.detail]
            assert listings_read == "SEARCH listings USING COVERING INDEX ix_listings_shop (user_id=? AND listed=?)"
        else:
            plan = connection.exec_driver_sql(f"EXPLAIN {query}").all()
            [offers] = [row for row in plan if row.table == "listings"]
            assert (offers.key, "Using index" in offers.Extra) == ("ix_listings_shop", True)
