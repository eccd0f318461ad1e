"""A check run from start to end on a real database: which listings are withdrawn, and which are left alone."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.integration.checker.shop import VOUCHES, Market, Shop, Workers, check, planner, request, until

from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.use_cases.check_batch import BatchOutcome
from mercarich_contracts.market import Reason, State
from mercarich_contracts.messages import CheckBatch
from mercarich_db.tables import evidence, listing_events, listings, source_items
from mercarich_platform.outages import DatabaseAway
from mercarich_reasons.runs import ItemsSetAside
from mercarich_runs.ports import Outcome, Request, Run, Sellers
from mercarich_runs.use_cases.patience import Interrupted

OUT = [State.SOLD, State.ENDED, State.GONE, State.SUSPENDED, State.UNBUYABLE]


def test_a_source_that_sold_takes_its_offer_down_with_its_evidence(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    sold, on_sale = shop.listing(seller, "x1"), shop.listing(seller, "x2")
    market.states["x1"] = State.SOLD
    run = check(engine, market)
    assert run.outcome is Outcome.FINISHED
    offer = shop.offer(sold)
    assert (offer.quantity, offer.revision, offer.searching, offer.push_pending) == (0, 2, True, 1)
    assert offer.withdrawn_at is not None
    assert shop.events(sold) == ["withdrawn"]
    assert shop.count(evidence, evidence.c.state == "sold", evidence.c.url == "http://market/x1") == 1
    assert shop.offer(on_sale).quantity == 1
    assert shop.source("x2").state == "available"
    counts = shop.run(run.id)
    assert (counts.planned, counts.checked, counts.available, counts.withdrawn) == (2, 2, 1, 1)


@pytest.mark.parametrize("state", OUT)
def test_m4_every_positive_state_withdraws(engine: Engine, shop: Shop, market: Market, state: State) -> None:
    listing = shop.listing(shop.seller("a"), "x1")
    market.states["x1"] = state
    market.reasons["x1"] = Reason.SOLD_OUT
    check(engine, market, canaries=[VOUCHES])
    assert shop.offer(listing).quantity == 0


def test_m3_an_unknown_never_changes_stock_nor_counts_as_checked(engine: Engine, shop: Shop, market: Market) -> None:
    listing = shop.listing(shop.seller("a"), "x1", source={"state": "available"})
    market.states["x1"] = State.UNKNOWN
    market.reasons["x1"] = Reason.UNPARSABLE
    shop.setting("CHECK_RETRY_SECONDS", 1)
    shop.setting("CHECK_UNKNOWNS", 2)
    run = check(engine, market)
    assert run.outcome is Outcome.FINISHED
    source = shop.source("x1")
    assert (source.state, source.checked_at, source.check_run, source.check_problem) == (
        "available",
        None,
        None,
        "unparsable",
    )
    assert source.checked_run == run.id
    assert shop.offer(listing).quantity == 1
    assert market.looks == ["x1", "x1"]
    assert (shop.run(run.id).checked, shop.run(run.id).unknown, shop.run(run.id).unfinished) == (0, 2, 1)


def test_m1_what_is_withdrawn_or_searched_for_is_not_checked(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    shop.listing(seller, "x1", quantity=0, searching=True)
    shop.listing(seller, "x2", searching=True)
    shop.listing(seller, "x3", listed=False)
    shop.listing(seller, "x4")
    check(engine, market)
    assert market.looks == ["x4"]


def test_m2_without_update_only_marks(engine: Engine, shop: Shop, market: Market) -> None:
    listing = shop.listing(shop.seller("a"), "x1")
    market.states["x1"] = State.SOLD
    with Workers(engine, market) as workers:
        run = planner(engine, workers)(request(without_update=True), None, threading.Event())
    assert workers.woken.sellers == [], "neither feed nor the updater has anything to do before the next update run"
    offer = shop.offer(listing)
    assert (offer.quantity, offer.searching, offer.revision) == (1, True, 1)
    assert shop.events(listing) == ["searching"]
    assert shop.run(run.id).withdrawn == 0


def test_m5_one_look_serves_every_listing_of_the_source(engine: Engine, shop: Shop, market: Market) -> None:
    first, second = shop.seller("a"), shop.seller("b")
    ids = [shop.listing(first, "x1"), shop.listing(first, "x1", sku="other"), shop.listing(second, "x1")]
    market.states["x1"] = State.SOLD
    run = check(engine, market)
    assert [shop.offer(id).quantity for id in ids] == [0, 0, 0]
    assert market.looks == ["x1"]
    assert (shop.run(run.id).checked, shop.run(run.id).withdrawn) == (1, 3)


def test_a_marked_listing_stays_up_while_its_replacement_is_searched(
    engine: Engine, shop: Shop, market: Market
) -> None:
    listing = shop.listing(shop.seller("a"), "x1")
    market.states["x1"] = State.SOLD
    check(engine, market, request(without_update=True))
    other = shop.listing(shop.seller("b"), "x1")
    check(engine, market)
    assert (shop.offer(listing).quantity, shop.events(listing)) == (1, ["searching"])
    assert shop.offer(other).quantity == 0, "the look was made for this one"


def test_a_second_run_writes_no_second_evidence_of_the_same(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1")
    check(engine, market)
    first = shop.source("x1")
    check(engine, market)
    second = shop.source("x1")
    assert second.evidence_id == first.evidence_id
    assert second.checked_at > first.checked_at
    assert shop.count(evidence) == 1


def test_another_state_than_before_has_evidence_of_its_own(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1")
    check(engine, market)
    first = shop.source("x1")
    market.states["x1"] = State.SOLD
    check(engine, market)
    second = shop.source("x1")
    assert second.evidence_id != first.evidence_id
    assert shop.count(evidence, evidence.c.id == second.evidence_id, evidence.c.state == "sold") == 1


def test_a_message_that_comes_twice_changes_nothing_twice(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    ids = [shop.listing(seller, f"x{n}") for n in range(120)]
    market.states |= {"x3": State.SOLD, "x77": State.ENDED}
    with Workers(engine, market, twice=True) as workers:
        run = planner(engine, workers)(request(), None, threading.Event())
        assert run.outcome is Outcome.FINISHED
    assert sorted(market.looks) == sorted(f"x{n}" for n in range(120))
    assert shop.count(listing_events) == 2
    assert shop.run(run.id).checked == 120
    assert sum(shop.offer(id).revision for id in ids) == 122


def test_a_lost_message_is_published_again(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    for n in range(30):
        shop.listing(seller, f"x{n}")
    with Workers(engine, market, lose=2) as workers:
        run = planner(engine, workers, batch_items=10)(request(), None, threading.Event())
    assert run.outcome is Outcome.FINISHED
    assert shop.run(run.id).checked == 30
    assert len(market.looks) == 30


def test_an_item_that_kills_its_worker_is_set_aside_alone(
    engine: Engine, shop: Shop, market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    seller = shop.seller("a")
    for n in range(25):
        shop.listing(seller, f"x{n}")
    market.kills = {"x7"}
    with Workers(engine, market) as workers:
        run = planner(engine, workers, batch_items=10)(request(), None, threading.Event())
    row = shop.run(run.id)
    assert (run.outcome, row.checked, row.set_aside, row.note) == (Outcome.FINISHED, 24, 1, ItemsSetAside(1))
    assert [each.levelname for each in caplog.records if each.message == "rows stay set aside"] == ["WARNING"]
    assert shop.source("x7").check_problem == "set_aside"
    assert shop.source("x7").check_attempts == 3
    assert shop.source("x7").checked_run == run.id
    assert shop.count(listings, listings.c.quantity == 1) == 25


def test_what_was_set_aside_has_a_last_look_before_the_run_ends(engine: Engine, shop: Shop, market: Market) -> None:
    """What ended its workers has passed meanwhile."""
    seller = shop.seller("a")
    ids = [shop.listing(seller, f"x{n}") for n in range(5)]
    market.kills, market.states["x3"] = {"x3"}, State.SOLD
    put_back: list[int] = []

    class Healing(SqlPlan):
        def put_back(self, run: Run, attempts: int, now: datetime) -> int:
            market.kills.clear()
            put_back.append(super().put_back(run, attempts, now))
            return put_back[-1]

    with Workers(engine, market) as workers:
        run = replace(planner(engine, workers), plan=Healing(engine))(request(), None, threading.Event())
    row = shop.run(run.id)
    assert put_back == [1]
    assert (run.outcome, row.planned, row.checked, row.set_aside, row.note) == (Outcome.FINISHED, 5, 5, 0, None)
    assert (shop.offer(ids[3]).quantity, row.withdrawn) == (0, 1)
    assert (shop.source("x3").check_problem, shop.source("x3").checked_run) == (None, run.id)


def test_items_whose_worker_was_ended_by_something_else_are_tried_again_by_halves(
    engine: Engine, shop: Shop, market: Market
) -> None:
    seller = shop.seller("a")
    for n in range(32):
        shop.listing(seller, f"x{n}")
    market.at_once, market.kills = 32, {"x0"}
    tried: list[int] = []

    class Healing(Workers):
        def publish(self, *batches: CheckBatch) -> None:
            if self.batches:
                market.kills.clear()
                tried.extend(len(batch.items) for batch in batches)
            super().publish(*batches)

    with Healing(engine, market) as workers:
        run = planner(engine, workers)(request(), None, threading.Event())
    assert (run.outcome, shop.run(run.id).checked) == (Outcome.FINISHED, 32)
    assert tried == [16, 8, 4, 2, 1, 1]


def test_a_proxy_that_is_away_costs_time_and_nothing_else(engine: Engine, shop: Shop, market: Market) -> None:
    listing = shop.listing(shop.seller("a"), "x1")
    market.states["x1"] = State.SOLD
    market.away = True
    timer = threading.Timer(1.0, lambda: setattr(market, "away", False))
    timer.start()
    run = check(engine, market)
    assert run.outcome is Outcome.FINISHED
    assert shop.offer(listing).quantity == 0


def test_an_id_that_a_whole_answer_leaves_out_ends_its_record_and_is_asked_again(
    engine: Engine, shop: Shop, market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    """Else the record is never done: its partition has a backlog for ever."""
    seller = shop.seller("a")
    for n in range(3):
        shop.listing(seller, f"x{n}")
    market.left_out = {"x1", "x2"}
    shop.setting("CHECK_RETRY_SECONDS", 1)
    with Workers(engine, market) as workers, ThreadPoolExecutor(1) as process:
        planning = process.submit(planner(engine, workers), request(), "key", threading.Event())
        until(lambda: workers.outcomes)
        source = shop.source("x1")
        market.left_out = set()
        run = planning.result(60)

    assert workers.outcomes[0] is BatchOutcome.ANSWERED
    assert (source.check_problem, source.state, source.check_attempts) == ("transient", "unknown", 0)
    assert next(record.__dict__["items"] for record in caplog.records if "left ids out" in record.message) == 2
    assert (run.outcome, shop.run(run.id).checked) == (Outcome.FINISHED, 3)


def test_an_id_that_is_left_out_each_time_is_given_up_by_the_run(engine: Engine, shop: Shop, market: Market) -> None:
    offer = shop.listing(shop.seller("a"), "x1")
    market.left_out = {"x1"}
    shop.setting("CHECK_RETRY_SECONDS", 1)
    shop.setting("CHECK_UNKNOWNS", 2)
    run = check(engine, market)
    assert (run.outcome, shop.run(run.id).unfinished) == (Outcome.FINISHED, 1)
    assert shop.offer(offer).quantity == 1


@pytest.mark.parametrize("phase", ["begun", "start", "enter", "beat", "is_paused", "end"])
def test_a_planner_waits_in_each_phase_for_a_database_that_went_away(
    phase: str, engine: Engine, shop: Shop, market: Market
) -> None:
    listing = shop.listing(shop.seller("a"), "x1")
    market.states["x1"] = State.SOLD
    shaky = Shaky(engine, phase)
    with Workers(engine, market) as workers:
        run = replace(planner(engine, workers), runs=shaky)(request(), "key", threading.Event())
    assert shaky.calls > 2
    assert run.outcome is Outcome.FINISHED
    assert shop.offer(listing).quantity == 0


def test_a_planner_waits_while_it_marks(engine: Engine, shop: Shop, market: Market) -> None:
    for n in range(3):
        shop.listing(shop.seller(f"seller{n}"), f"x{n}")
    plan = ShakyPlan(engine)
    with Workers(engine, market) as workers:
        run = replace(planner(engine, workers), plan=plan)(request(), "key", threading.Event())
    assert plan.calls == 2
    assert (run.outcome, shop.run(run.id).planned, shop.run(run.id).checked) == (Outcome.FINISHED, 3, 3)


def test_a_planner_that_is_to_end_while_it_waits_for_the_database_says_so(
    engine: Engine, shop: Shop, market: Market
) -> None:
    shop.listing(shop.seller("a"), "x1")
    stop = threading.Event()
    stop.set()
    with Workers(engine, market) as workers, pytest.raises(Interrupted, match="waited for the database: it is away"):
        replace(planner(engine, workers), runs=Shaky(engine, "start"))(request(), "key", stop)


class Shaky:
    """The runs, of which the first two calls of a method meet a database that is away."""

    def __init__(self, engine: Engine, method: str) -> None:
        self._runs = SqlRuns(engine)
        self._method = method
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            self.calls += 1
            if self.calls <= 2:
                raise DatabaseAway("it is away")
        return getattr(self._runs, name)


class ShakyPlan(SqlPlan):
    """The database goes away after the first page that is marked."""

    calls = 0

    def mark(self, run: Run, planned: Request, sellers: Sellers) -> Iterator[int]:
        self.calls += 1
        for marked in super().mark(run, planned, sellers):
            yield marked
            if self.calls == 1:
                raise DatabaseAway("it is away")


def test_on_sigterm_what_was_answered_is_written_and_the_rest_given_back(
    engine: Engine, shop: Shop, market: Market
) -> None:
    seller = shop.seller("a")
    for n in range(50):
        shop.listing(seller, f"x{n}")
    workers = Workers(engine, market)
    stop, ends = threading.Event(), threading.Event()
    ends.set()
    with ThreadPoolExecutor(1) as process:
        planning = process.submit(planner(engine, workers), request(), "key", stop)
        outcome = workers.use_case()(workers.queue.get(timeout=10), ends)
        stop.set()
        with pytest.raises(Interrupted):
            planning.result(10)
    assert outcome is BatchOutcome.STOPPED
    given_back = (source_items.c.check_run.is_not(None), source_items.c.check_not_before.is_(None))
    assert shop.count(source_items, source_items.c.checked_at.is_not(None)) == 10
    assert shop.count(source_items, *given_back, source_items.c.check_attempts == 0) == 40
    with workers:
        run = planner(engine, workers)(request(), "key", threading.Event())
    assert run.outcome is Outcome.FINISHED
    assert shop.run(run.id).checked == 50
    assert len(market.looks) == 50
