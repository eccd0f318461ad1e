"""A start takes the rows that it covers: a same or wider one ends the older run, a narrower one leaves it the rest."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import Engine, select
from tests.integration.checker.shop import Market, Shop, Workers, planner, request, until

from mercarich_checker.adapters.checks import CHECKS
from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import source_items
from mercarich_platform.clock import utc_now
from mercarich_runs.adapters.marking_sql import Marker, Page
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.ports import Outcome, Request, Run, Superseded


def _start(engine: Engine, asked: Request) -> Run:
    """Start a run and mark its rows; nobody works on them."""
    run = SqlRuns(engine).start(asked, None, utc_now())
    plan = SqlPlan(engine)
    list(plan.mark(run, asked, plan.sellers(asked)))
    return run


def _of(engine: Engine, run: Run) -> set[str]:
    """Return the item ids that the run is still to check."""
    with engines.reading(engine) as connection:
        mine = select(source_items.c.item_id).where(source_items.c.check_run == run.id)
        return set(connection.execute(mine).scalars())


def _in_thread(pool: ThreadPoolExecutor, engine: Engine, workers: Workers, asked: Request) -> Future[Run]:
    return pool.submit(planner(engine, workers, batch_items=2), asked, None, threading.Event())


def test_a_start_for_one_plan_leaves_the_run_of_all_plans_the_rest(engine: Engine, shop: Shop, market: Market) -> None:
    """The slot of 6:00 (`check_item_yahoo 4`) comes while the run of 0:00 (`2 4`) has still to look at most."""
    two, four = shop.seller("two", plan=2), shop.seller("four", plan=4)
    for number in range(10):
        shop.listing(two, f"two{number}")
        shop.listing(four, f"four{number}")
    market.gate = threading.Event()
    with Workers(engine, market, threads=2) as workers, ThreadPoolExecutor(2) as processes:
        wide = _in_thread(processes, engine, workers, request())
        until(lambda: bool(workers.batches))
        narrow = _in_thread(processes, engine, workers, request((4,)))
        until(lambda: len({batch.run_id for batch in workers.batches}) == 2)
        market.gate.set()
        ended = [wide.result(20), narrow.result(20)]

    assert [run.outcome for run in ended] == [Outcome.FINISHED, Outcome.FINISHED]
    checked = [shop.run(run.id).checked for run in ended]
    assert checked == [10, 10]
    assert {shop.source(f"two{number}").checked_run for number in range(10)} == {ended[0].id}
    assert {shop.source(f"four{number}").checked_run for number in range(10)} == {ended[1].id}


def test_a_start_for_a_plan_that_no_seller_has_ends_nobodys_run(engine: Engine, shop: Shop) -> None:
    for number in range(20):
        shop.listing(shop.seller(f"s{number}", plan=2), f"x{number}")
    wide = _start(engine, request())

    narrow = _start(engine, request((4,)))

    assert (shop.run(wide.id).outcome, len(_of(engine, wide)), len(_of(engine, narrow))) == ("running", 20, 0)


@pytest.mark.parametrize(
    ("narrow", "taken"),
    [
        (request((4,)), {"b1"}),
        (request(usernames=("a",)), {"a1", "a2"}),
        (request(skus=("S-1-a2", "S-2-b1")), {"a2", "b1"}),
        (request(begin_with=1), {"a2"}),
    ],
    ids=["plans", "usernames", "skus", "beginwith"],
)
def test_a_narrower_start_takes_its_rows_alone(engine: Engine, shop: Shop, narrow: Request, taken: set[str]) -> None:
    first, second = shop.seller("a", plan=2), shop.seller("b", plan=4)
    for user_id, item_id in ((first, "a1"), (first, "a2"), (second, "b1")):
        shop.listing(user_id, item_id)
    older = _start(engine, request())

    newer = _start(engine, narrow)

    assert _of(engine, newer) == taken
    assert _of(engine, older) == {"a1", "a2", "b1"} - taken
    assert shop.run(older.id).outcome == "running"
    assert shop.run(older.id).planned == 3 - len(taken)
    SqlRuns(engine).beat(older, utc_now())


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (request(), request()),
        (request((4,)), request()),
        (request(usernames=("a",)), request()),
        (request(usernames=("a",)), request(usernames=("a", "b"))),
        (request(skus=("S-1-a1",)), request(skus=("S-1-a1", "S-2-b1"))),
        (request(begin_with=5), request(begin_with=2)),
        (request(max_workers=2), request(max_workers=14, without_update=True)),
    ],
)
def test_a_start_that_covers_as_much_ends_the_older_run(
    engine: Engine, shop: Shop, older: Request, newer: Request
) -> None:
    old = SqlRuns(engine).start(older, None, utc_now())
    SqlRuns(engine).start(newer, None, utc_now())
    assert shop.run(old.id).outcome == "superseded"


def test_a_run_ends_those_it_covers_and_no_others(engine: Engine, shop: Shop) -> None:
    wide, narrow = _start(engine, request()), _start(engine, request((4,)))
    other = _start(engine, request((2,), usernames=("a",)))

    _start(engine, request((4,)))

    assert [shop.run(run.id).outcome for run in (wide, narrow, other)] == ["running", "superseded", "running"]


def test_an_answer_for_a_row_that_another_run_has_taken_is_not_written(
    engine: Engine, shop: Shop, market: Market
) -> None:
    two, four = shop.seller("two", plan=2), shop.seller("four", plan=4)
    own, taken = shop.listing(two, "own"), shop.listing(four, "taken")
    wide = _start(engine, request())
    batch = _batch(wide, {name: shop.source(name).id for name in ("own", "taken")})
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    observations.claim(batch, "claim", utc_now(), utc_now())
    narrow = _start(engine, request((4,)))

    market.states = {"own": State.SOLD, "taken": State.SOLD}
    observations.record(batch, {item.id: market.item(item.item_id) for item in batch.items}, utc_now())

    assert (shop.offer(own).quantity, shop.offer(taken).quantity) == (0, 1)
    assert (shop.source("taken").state, shop.source("taken").check_run) == ("unknown", narrow.id)
    assert shop.run(wide.id).checked == 1


def test_a_run_that_still_marks_takes_nothing_from_a_newer_one(engine: Engine, shop: Shop) -> None:
    four, two = shop.seller("four", plan=4), shop.seller("two", plan=2)
    for number in range(3):
        shop.listing(four, f"four{number}")
        shop.listing(two, f"two{number}")
    wide = SqlRuns(engine).start(request(), None, utc_now())
    narrow = _start(engine, request((4,)))

    plan = SqlPlan(engine)
    list(plan.mark(wide, request(), plan.sellers(request())))

    assert _of(engine, narrow) == {"four0", "four1", "four2"}
    assert _of(engine, wide) == {"two0", "two1", "two2"}


def test_a_page_that_was_read_before_a_newer_run_marked_it_is_left_to_that_run(engine: Engine, shop: Shop) -> None:
    four = shop.seller("four", plan=4)
    shop.listing(four, "x1")
    wide = SqlRuns(engine).start(request(), None, utc_now())
    narrow: list[Run] = []

    def pages() -> Iterator[Page]:
        narrow.append(_start(engine, request((4,))))
        yield [(shop.source("x1").id, [four])]

    marked = list(Marker(engine, CHECKS, wide, {}).mark(pages(), SqlPlan(engine).sellers(request()), 0))

    assert (marked, shop.run(wide.id).planned) == ([0], 0)
    assert _of(engine, narrow[0]) == {"x1"}


@pytest.mark.parametrize("seed", range(12))
def test_six_starts_at_once_leave_each_row_to_the_newest_run_that_covers_it(
    engine: Engine, shop: Shop, seed: int
) -> None:
    """Requests are drawn at random; each thread starts a run and marks its rows while the others do the same."""
    dice = random.Random(seed)
    plans = {name: dice.choice((2, 4)) for name in ("a", "b", "c", "d")}
    ids = {name: shop.seller(name, plan=plan) for name, plan in plans.items()}
    rows = [(name, f"{name}{number}") for name in ids for number in range(3)]
    for name, item_id in rows:
        shop.listing(ids[name], item_id)
    skus = {item_id: f"S-{ids[name]}-{item_id}" for name, item_id in rows}
    asked = [_drawn(dice, list(plans), list(skus.values())) for _ in range(6)]

    with ThreadPoolExecutor(6) as starters:
        started = list(starters.map(lambda one: _start_or_give_way(engine, one), asked))

    newest_first = sorted(zip(started, asked, strict=True), key=lambda pair: -pair[0].id)
    for name, item_id in rows:
        covering = [run.id for run, one in newest_first if _selects(one, name, plans[name], skus[item_id])]
        assert shop.source(item_id).check_run == (covering[0] if covering else None), (item_id, newest_first)
    for place, (run, one) in enumerate(newest_first):
        is_covered = any(newer.covers(one) for _, newer in newest_first[:place])
        left = len(_of(engine, run))
        assert shop.run(run.id).outcome == ("superseded" if is_covered else "running")
        assert is_covered or shop.run(run.id).planned == left


def _drawn(dice: random.Random, names: list[str], skus: list[str]) -> Request:
    return request(
        dice.choice(((2,), (4,), (2, 4))),
        usernames=tuple(dice.sample(names, dice.choice((0, 0, 1, 3)))),
        skus=tuple(dice.sample(skus, dice.choice((0, 0, 2, 8)))),
    )


def _selects(asked: Request, username: str, plan: int, sku: str) -> bool:
    named = not asked.usernames or username in asked.usernames
    return plan in asked.plans and named and (not asked.skus or sku in asked.skus)


def _start_or_give_way(engine: Engine, asked: Request) -> Run:
    run = SqlRuns(engine).start(asked, None, utc_now())
    plan = SqlPlan(engine)
    with suppress(Superseded):
        list(plan.mark(run, asked, plan.sellers(asked)))
    return run


def _batch(run: Run, items: dict[str, int]) -> CheckBatch:
    wanted = tuple(BatchItem(id=id, item_id=item_id) for item_id, id in items.items())
    return CheckBatch(marketplace=Marketplace.YAHOO, run_id=run.id, generation=run.generation, items=wanted)
