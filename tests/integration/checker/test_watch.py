"""The watch: the most valuable sources are looked at all day, a few at a time, beside the runs."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select
from tests.integration.checker.shop import VOUCHES, Market, Shop, Workers, planner, request, until

from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.adapters.watch_sql import SqlWatched
from mercarich_checker.domain.freshness import KEPT_A_DAY, SOONEST, look_class
from mercarich_checker.ports import WindowEnded
from mercarich_checker.use_cases import watch as watch_module
from mercarich_checker.use_cases.rounds import RunSettings
from mercarich_checker.use_cases.trust import Trust
from mercarich_checker.use_cases.watch import EPOCH, LAST_LOOK_AFTER, WINDOW, Watch
from mercarich_checker.watching import WatchProcess
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.orders import ORDERED
from mercarich_contracts.schedule import DAY
from mercarich_contracts.sites import SITES
from mercarich_db import engine as engines
from mercarich_db.tables import hazard_cells, holds, run_heads, runs, source_items
from mercarich_platform.clock import monotonic, utc_now
from mercarich_platform.heartbeat import Heartbeat
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings
from mercarich_runs.ports import Operation, Outcome, Request, Run
from mercarich_runs.use_cases.publish import PublishSettings

HOUR = timedelta(hours=1)
CLASS = look_class(1e-6, HOUR * 12)
SEEN = {"state": "available", "checked_at": utc_now() - 3 * HOUR, "look_class": CLASS}


@pytest.fixture(autouse=True)
def within_a_window() -> None:
    """No window ends within a test: tests count windows, and a window ends at each half hour of the clock."""
    until(lambda: (utc_now() - EPOCH) % WINDOW < WINDOW - timedelta(seconds=40), 45)


def watch(engine: Engine, workers: Any, share: Callable[[], float] = lambda: 0.8, plan: SqlPlan | None = None) -> Watch:
    market = workers.market
    return Watch(
        runs=SqlRuns(engine, Operation.WATCH),
        plan=plan or SqlPlan(engine),
        batches=workers,
        trust=Trust(
            market,
            lambda: [VOUCHES],
            SITES[Marketplace.YAHOO],
            every=timedelta(seconds=300),
            retry=timedelta(seconds=0.2),
            monotonic=monotonic,
        ),
        settings=RunSettings(PublishSettings(50, 20, timedelta(seconds=2), 3), 0.10, timedelta(minutes=10), HOUR),
        now=utc_now,
        monotonic=monotonic,
        report=lambda phase, counts: None,
        marketplace=Marketplace.YAHOO,
        watched=SqlWatched(engine),
        share=share,
        beat=Heartbeat(monotonic),
    )


@contextmanager
def watching(engine: Engine, market: Market, **more: Any) -> Iterator[Workers]:
    stop = threading.Event()
    with Workers(engine, market) as workers, ThreadPoolExecutor(1) as process:
        done = process.submit(watch(engine, workers, **more), stop)
        try:
            yield workers
        finally:
            stop.set()
            assert done.result(20) == 0


def windows(engine: Engine) -> list[Any]:
    with engines.reading(engine) as connection:
        return list(connection.execute(select(runs).where(runs.c.operation == "watch").order_by(runs.c.id)))


def _seen(shop: Shop) -> int:
    return shop.count(source_items, source_items.c.checked_run.is_not(None), source_items.c.check_problem.is_(None))


def test_it_looks_at_what_is_on_sale_and_leaves_the_rest(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    for number in range(40):
        shop.listing(seller, f"x{number}", source=SEEN)
    shop.listing(seller, "down", quantity=0, source=SEEN)
    with watching(engine, market):
        until(lambda: _seen(shop) == 40)
        until(lambda: shop.source("down").look_class is None)

    assert sorted(set(market.looks) - {"alive"}) == sorted(f"x{number}" for number in range(40))
    assert len(market.looks) - market.looks.count("alive") == 40
    assert set(market.background) == {None, 0.8}  # None: canaries
    [window] = windows(engine)
    assert (window.outcome, window.planned, window.checked) == ("running", 40, 40)


def test_an_auction_is_looked_at_when_it_has_ended_and_its_offer_comes_down(
    engine: Engine, shop: Shop, market: Market
) -> None:
    seller, now = shop.seller("a"), utc_now()
    for number in range(60):
        shop.listing(seller, f"x{number}", source=SEEN | {"checked_at": now - DAY})
    ended = shop.listing(seller, "ended", source=SEEN | {"checked_at": now - HOUR, "due_at": now - HOUR / 60})
    market.states["ended"] = State.SOLD
    with watching(engine, market):
        until(lambda: shop.offer(ended).quantity == 0)

    assert market.looks.index("ended") < 35
    assert shop.events(ended) == ["withdrawn"]


def test_what_a_buyer_has_ordered_keeps_its_mark_and_is_taken_first_where_it_is_on_sale(
    engine: Engine, shop: Shop
) -> None:
    """Workers look at it, too, but not while a run is held. One of two places may go to a draw."""
    seller = shop.seller("a")
    for number in range(40):
        shop.listing(seller, f"x{number}", source=SEEN)
    for name, quantity in (("sold", 0), ("some-left", 1)):
        shop.listing(seller, name, quantity=quantity, source=SEEN | {"due_at": ORDERED})
    window = Request(Marketplace.YAHOO, plans=(), dual_boot=True)
    run = SqlRuns(engine, Operation.WATCH).start(window, "w", utc_now())
    SqlWatched(engine).take(run, 2, frozenset(), utc_now())

    sold = shop.source("sold")
    assert shop.source("some-left").check_run == run.id
    assert (sold.due_at, sold.look_class, sold.check_run) == (ORDERED, None, None)


def test_what_goes_faster_is_looked_at_first_and_what_was_seen_just_now_is_not(
    engine: Engine, shop: Shop, market: Market
) -> None:
    seller, now = shop.seller("a"), utc_now()
    for number in range(60):
        shop.listing(seller, f"slow{number}", source=SEEN)
    shop.listing(seller, "fast", source=SEEN | {"look_class": look_class(1e-4, DAY / 2)})
    shop.listing(seller, "new", source=SEEN | {"checked_at": now - SOONEST / 2})
    shop.listing(seller, "waits", source=SEEN | {"check_not_before": now + HOUR})
    with watching(engine, market):
        until(lambda: shop.source("slow59").checked_at > now)

    assert market.looks.index("fast") < 35
    assert not {"new", "waits"} & set(market.looks)


def test_it_takes_nothing_that_a_run_is_to_look_at(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    shop.listing(seller, "of-a-run")
    run = SqlRuns(engine).start(request(), None, utc_now())
    list(SqlPlan(engine).mark(run, request(), SqlPlan(engine).sellers(request())))
    shop.listing(seller, "free", source=SEEN)
    with watching(engine, market):
        until(lambda: shop.source("free").checked_run is not None)

    assert shop.source("of-a-run").check_run == run.id
    assert shop.run(run.id).outcome == "running"


def test_a_run_takes_from_it_what_it_covers_and_looks_at_nothing_twice(
    engine: Engine, shop: Shop, market: Market
) -> None:
    seller = shop.seller("a")
    for number in range(50):
        shop.listing(seller, f"x{number}", source=SEEN)
    market.gate = threading.Event()
    with Workers(engine, market, threads=1) as workers, ThreadPoolExecutor(2) as processes:
        stop = threading.Event()
        watches_on = processes.submit(watch(engine, _Trusting(workers)), stop)
        until(lambda: shop.count(source_items, source_items.c.check_run.is_not(None)) >= 30)
        run = processes.submit(planner(engine, workers), request(), None, threading.Event())
        until(lambda: any(batch.generation for batch in workers.batches))
        market.gate.set()
        ended = run.result(20)
        stop.set()
        watches_on.result(20)

    assert ended.outcome is Outcome.FINISHED
    assert shop.count(source_items, source_items.c.checked_run == ended.id) == 50
    assert shop.run(ended.id).checked == 50


class _Trusting:
    """Workers whose market has an open gate for canaries."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self.market = Market()

    def publish(self, *batches: Any) -> None:
        self._workers.publish(*batches)


def test_while_the_marketplace_is_silent_no_budget_is_spent_on_it(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    for number in range(40):
        shop.listing(seller, f"x{number}", source=SEEN)
    market.blocked = True
    with watching(engine, market):
        until(lambda: any(window.phase == "held" for window in windows(engine)))
        assert set(market.looks) == {"alive"}
        market.blocked = False
        until(lambda: _seen(shop) == 40)


def test_many_falls_of_an_hour_are_held_over_two_windows_and_a_second_look_withdraws_them(
    engine: Engine, shop: Shop, market: Market
) -> None:
    shop.setting("BRAKE_LISTINGS", 5)
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    seller = shop.seller("a")
    first = [shop.listing(seller, f"x{number}", source=SEEN) for number in range(4)]
    market.states.update({f"x{number}": State.SOLD for number in range(20)})
    with watching(engine, market):
        until(lambda: not any(shop.offer(id).quantity for id in first))
    [window] = windows(engine)
    earlier = {"started_at": window.started_at - timedelta(minutes=31), "request_key": "earlier"}
    engines.run_tx(engine, lambda connection: connection.execute(runs.update().values(earlier)))

    second = [shop.listing(seller, f"x{number}", source=SEEN) for number in range(4, 8)]
    with watching(engine, market):
        until(lambda: shop.count(holds) == 1)
        until(lambda: not any(shop.offer(id).quantity for id in second))
    assert len(windows(engine)) == 2
    kinds = [shop.events(id) for id in second]
    assert ["held", "withdrawn"] in kinds


def test_switched_off_it_ends_its_window_and_asks_for_nothing(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1", source=SEEN)
    on = threading.Event()
    with watching(engine, market, share=lambda: 0.5 if on.is_set() else 0.0):
        on.set()
        until(lambda: shop.source("x1").checked_run is not None)
        on.clear()
        until(lambda: [window.outcome for window in windows(engine)] == ["finished"])
        on.set()
        until(lambda: [window.outcome for window in windows(engine)] == ["finished", "running"])


def test_a_paused_marketplace_is_left_alone(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1", source=SEEN)
    shop.setting("MARKETPLACE_YAHOO", "paused")
    with watching(engine, market):
        until(lambda: any(window.note is not None for window in windows(engine)))
        assert market.looks == []
        shop.setting("MARKETPLACE_YAHOO", "on")
        until(lambda: shop.source("x1").checked_run is not None)
    assert windows(engine)[0].note is None


def test_what_a_dead_window_has_left_the_next_one_takes(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    shop.listing(seller, "x1", source=SEEN)
    old = SqlRuns(engine, Operation.WATCH).start(
        Request(Marketplace.YAHOO, plans=(), dual_boot=True), "earlier", utc_now() - HOUR
    )
    assert SqlWatched(engine).take(old, 30, frozenset(), utc_now()).sources == 1
    assert shop.source("x1").check_run == old.id
    with watching(engine, market):
        until(lambda: shop.source("x1").checked_run is not None)
    assert shop.run(old.id).outcome == "finished"
    shop.listing(seller, "x2", source=SEEN)
    with pytest.raises(WindowEnded):
        SqlWatched(engine).take(old, 30, frozenset(), utc_now())


def test_an_item_that_kills_workers_is_taken_once_and_set_aside(
    engine: Engine, shop: Shop, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    _window_began(timedelta(), monkeypatch)
    seller = shop.seller("a")
    shop.listing(seller, "killer", source=SEEN)
    shop.listing(seller, "x1", source=SEEN)
    market.kills = {"killer"}
    with watching(engine, market):
        until(lambda: shop.source("killer").check_problem == "set_aside", seconds=60)
        until(lambda: shop.source("killer").look_class is None)
        until(lambda: shop.source("x1").checked_run is not None)
    assert shop.source("killer").check_run is None


def test_what_was_set_aside_has_a_last_look_in_its_window(
    engine: Engine, shop: Shop, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ended its workers has passed meanwhile. One source is on sale and in its order again, the other is gone."""
    _window_began(LAST_LOOK_AFTER, monkeypatch)
    seller = shop.seller("a")
    offers = {name: shop.listing(seller, name, source=SEEN) for name in ("open", "sold")}
    market.kills, market.states["sold"] = set(offers), State.SOLD
    put_back: list[int] = []

    class Healing(SqlPlan):
        def put_back(self, run: Run, attempts: int, now: datetime) -> int:
            if shop.count(source_items, source_items.c.check_problem == "set_aside") < len(offers):
                return 0
            put_back.append(super().put_back(run, attempts, now))
            market.kills.clear()
            return put_back[-1]

    with watching(engine, market, plan=Healing(engine)):
        until(lambda: shop.source("sold").state == "sold" and shop.source("open").look_class is not None, seconds=60)
        until(lambda: shop.count(source_items, source_items.c.check_run.is_not(None)) == 0)

    assert put_back == [2]
    assert {name: shop.offer(id).quantity for name, id in offers.items()} == {"open": 1, "sold": 0}
    assert shop.count(source_items, source_items.c.check_problem.is_not(None)) == 0
    [window] = windows(engine)
    assert (window.checked, window.set_aside, window.withdrawn) == (2, 0, 1)


def test_an_item_that_kills_workers_in_its_last_look_too_stays_set_aside(
    engine: Engine, shop: Shop, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    _window_began(LAST_LOOK_AFTER, monkeypatch)
    shop.listing(shop.seller("a"), "killer", source=SEEN)
    market.kills = {"killer"}
    put_back: list[int] = []

    class Counted(SqlPlan):
        def put_back(self, run: Run, attempts: int, now: datetime) -> int:
            put_back.append(super().put_back(run, attempts, now))
            return put_back[-1]

    with watching(engine, market, plan=Counted(engine)):
        until(lambda: 1 in put_back and shop.source("killer").check_problem == "set_aside", seconds=60)
        shop.listing(shop.seller("b"), "x1", source=SEEN)
        until(lambda: shop.source("x1").checked_run is not None)

    assert sum(put_back) == 1
    assert (shop.source("killer").check_problem, shop.source("killer").check_run) == ("set_aside", None)
    assert windows(engine)[0].set_aside == 1


def _window_began(ago: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a window of the watch have begun so long ago, so that no window ends while a test looks at it."""
    monkeypatch.setattr(watch_module, "EPOCH", utc_now() - ago)


def test_its_process_is_ready_while_it_reaches_the_database(
    engine: Engine, shop: Shop, market: Market, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "AWAY_SECONDS", 0.1)
    away = threading.Event()

    class Leaving(SqlWatched):
        def free_rows(self, marketplace: Marketplace, now: datetime) -> None:
            if away.is_set():
                raise DatabaseAway("the database does not answer")
            super().free_rows(marketplace, now)

        def under_way(self, run: Run) -> int:
            if away.is_set():
                raise DatabaseAway("the database does not answer")
            return super().under_way(run)

    def ready() -> tuple[int, str] | None:
        try:
            response = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False, timeout=30)
        except httpx.TransportError:
            return None
        return response.status_code, response.text

    stop = threading.Event()
    with Workers(engine, market) as workers, ThreadPoolExecutor(1) as pool:
        one = replace(watch(engine, workers), watched=Leaving(engine))
        shared = SharedSettings(metrics_host="127.0.0.1", metrics_port=port)
        away.set()
        done = pool.submit(WatchProcess(one, shared).run, stop)
        try:
            until(lambda: ready() == (503, "the database does not answer"), seconds=60)
            away.clear()
            until(lambda: ready() == (200, "ok"), seconds=60)
            away.set()
            until(lambda: ready() == (503, "the database does not answer"), seconds=60)
        finally:
            stop.set()
        assert done.result(60) == 0


def test_what_was_learnt_counts_less_each_day(engine: Engine) -> None:
    now = utc_now()
    row = {"marketplace": "yahoo", "cell": "p1 l0 a0", "alive_seconds": 1000.0, "gone": 10.0, "decayed_at": now}
    engines.run_tx(engine, lambda connection: connection.execute(hazard_cells.insert().values(row)))
    for hours in (1, 25, 26):
        SqlWatched(engine).forget(Marketplace.YAHOO, now + hours * HOUR)
    with engines.reading(engine) as connection:
        left = connection.execute(select(hazard_cells)).one()
    kept = KEPT_A_DAY ** (25 / 24)
    assert (left.alive_seconds, left.gone) == pytest.approx((1000 * kept, 10 * kept))


def test_a_window_is_no_run_that_looks_by_hand_go_by(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1", source=SEEN)
    with watching(engine, market):
        until(lambda: shop.source("x1").checked_run is not None)
    with engines.reading(engine) as connection:
        assert set(connection.execute(select(run_heads.c.run_id)).scalars()) == {None}


@pytest.mark.parametrize("reason", [Reason.TIMED_OUT, Reason.CLOSING])
def test_an_answer_that_tells_nothing_is_not_asked_for_at_once_again(
    engine: Engine, shop: Shop, market: Market, reason: Reason
) -> None:
    shop.setting("CHECK_UNKNOWNS", 1)
    offer = shop.listing(shop.seller("a"), "x1", source=SEEN)
    market.states["x1"], market.reasons["x1"] = State.UNKNOWN, reason
    with watching(engine, market):
        until(lambda: shop.source("x1").check_problem is not None)
        shop.listing(shop.seller("b"), "x2", source=SEEN)
        until(lambda: shop.source("x2").checked_run is not None)
    assert market.looks.count("x1") == 1
    assert (shop.offer(offer).quantity, shop.source("x1").state) == (1, "available")


def test_looking_again_and_again_does_not_make_the_brake_blind(engine: Engine, shop: Shop, market: Market) -> None:
    shop.setting("BRAKE_LISTINGS", 5)
    shop.setting("BRAKE_CONFIRM_SECONDS", 600)
    seller, names = shop.seller("a"), [f"x{number}" for number in range(40)]
    ids = [shop.listing(seller, name, source=SEEN) for name in names]
    with watching(engine, market):
        for looks in range(1, 5):
            until(lambda looks=looks: all(market.looks.count(name) == looks for name in names))
            until(lambda: shop.count(source_items, source_items.c.check_run.is_not(None)) == 0)
            if looks == 4:
                market.states.update(dict.fromkeys(names, State.SOLD))
            again = source_items.update().values(checked_at=utc_now() - HOUR)
            engines.run_tx(engine, lambda connection, again=again: connection.execute(again))
        until(lambda: shop.count(source_items, source_items.c.state == "sold") == 40)
    assert sum(shop.offer(id).quantity == 0 for id in ids) <= 6  # 15 % of 40 listings, not of 160 looks
    assert shop.count(holds) >= 1


def test_a_hold_that_has_closed_by_itself_does_not_let_all_others_fall(
    engine: Engine, shop: Shop, market: Market
) -> None:
    shop.setting("BRAKE_LISTINGS", 5)
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    seller = shop.seller("a")
    for number in range(6):
        shop.listing(seller, f"x{number}", source=SEEN)
    market.states.update({f"x{number}": State.SOLD for number in range(30)})
    with watching(engine, market):
        until(lambda: shop.count(holds, holds.c.applied_at.is_not(None)) >= 1)
    shop.setting("BRAKE_CONFIRM_SECONDS", 600)
    later = [shop.listing(seller, f"x{number}", source=SEEN) for number in range(10, 20)]
    with watching(engine, market):
        until(lambda: all(shop.source(f"x{number}").state == "sold" for number in range(10, 20)))
    assert [shop.events(id) for id in later] == [["held"]] * 10


def test_nobody_looks_for_sellers_whom_runs_skip(engine: Engine, shop: Shop, market: Market) -> None:
    for name, what in (("stopped", {"active": False}), ("staff", {"staff": True}), ("unlinked", {"account": False})):
        shop.listing(shop.seller(name, **what), name, source=SEEN)
    shop.listing(shop.seller("served"), "served", source=SEEN)
    with watching(engine, market):
        until(lambda: shop.source("served").checked_run is not None)
        until(lambda: shop.source("unlinked").look_class is None)
    assert set(market.looks) == {"served", "alive"}


def test_what_another_route_shows_goes_on_while_one_is_wrong(engine: Engine, shop: Shop) -> None:
    seller = shop.seller("a")
    shops, ordinary = "2JHxNpDcYgWvQmRtZkB7sf", "m12345678901"
    for item_id in (shops, ordinary):
        shop.listing(seller, item_id, source=SEEN | {"marketplace": "mercari"})
    window = Request(Marketplace.MERCARI, plans=(), dual_boot=True)
    run = SqlRuns(engine, Operation.WATCH).start(window, "w", utc_now())
    assert SqlWatched(engine).take(run, 30, {RouteName.MERCARI_SHOPS}, utc_now()).sources == 1
    assert (shop.source(shops).check_run, shop.source(ordinary).check_run) == (None, run.id)


def test_switched_off_it_ends_what_a_killed_process_has_left(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1", source=SEEN)
    window = Request(Marketplace.YAHOO, plans=(), dual_boot=True)
    run = SqlRuns(engine, Operation.WATCH).start(window, "killed", utc_now())
    SqlWatched(engine).take(run, 30, frozenset(), utc_now())
    with watching(engine, market, share=lambda: 0.0):
        until(lambda: shop.source("x1").check_run is None)
    assert shop.run(run.id).outcome == "finished"
    assert market.looks == []
