"""What a buyer has ordered is looked at at once: with or without the watch, and before whatever else there is to do."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, true, update
from tests.integration.checker.shop import VOUCHES, Market, Shop, check, until
from tests.integration.checker.test_watch import watching

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.ordered_sql import SqlOrdered
from mercarich_checker.bootstrap import build_worker
from mercarich_checker.dependencies import Dependencies
from mercarich_checker.domain.freshness import ORDERED_AGAIN
from mercarich_checker.domain.looks import ORDERED_FIRST_SECONDS, ORDERED_LONGEST_SECONDS, ORDERED_TRIES
from mercarich_checker.ports import URGENT_CLAIM
from mercarich_checker.settings import CheckerSettings
from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.orders import ORDERED, OrderDecision, OrderStatus
from mercarich_db import asked_looks
from mercarich_db import engine as engines
from mercarich_db.open_orders import wants_source
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import listings, order_decisions, order_items, runs, source_items
from mercarich_listings import store
from mercarich_platform.clock import utc_now
from mercarich_platform.kafka import Headers
from mercarich_platform.settings import SharedSettings
from mercarich_platform.worker import NotNow
from mercarich_runs.adapters.settings_sql import brake_settings

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
BEFORE = {"state": "available", "checked_at": utc_now() - 3 * HOUR}


class Silent:
    """A broker that takes every message."""

    def publish(self, topic: str, value: bytes, *, key: bytes | None = None, headers: Headers = ()) -> None: ...

    def flush(self, timeout: float) -> None: ...


Turn = Callable[..., None]


@pytest.fixture
def turn(engine: Engine, market: Market) -> Turn:
    """A worker of production, of which each tick takes one turn."""

    def take(after: timedelta = timedelta()) -> None:
        given = Dependencies(engine=engine, publisher=Silent(), sources=market, now=lambda: utc_now() + after)
        worker = build_worker(Marketplace.YAHOO, SharedSettings(), CheckerSettings(), threading.Event(), given)
        for tick in worker.ticks:
            if tick.name != "capacity":
                tick.run()

    return take


@pytest.fixture
def sold(engine: Engine, shop: Shop, market: Market) -> Any:
    """An offer that an order has taken down, beside others, after a run that has ended."""
    seller = shop.seller("a")
    for number in range(20):
        shop.listing(seller, f"x{number}", source=BEFORE)
    sold = shop.offer(shop.listing(seller, "sold", quantity=0, source=BEFORE))
    check(engine, market, canaries=[VOUCHES])
    market.looks.clear()
    order(engine, sold)
    return sold


def order(engine: Engine, listing: Any, number: str = "1", status: OrderStatus = OrderStatus.PENDING) -> None:
    """Store an order of the listing as feed does."""
    at = utc_now()
    row = {"user_id": listing.user_id, "listing_id": listing.id, "source_item_id": listing.source_item_id}
    told = {
        "seller_id": f"A{listing.user_id}",
        "order_id": number,
        "order_item_id": number,
        "sku": listing.sku,
        "quantity": 1,
    }
    times = {"ordered_at": at, "changed_at": at, "seen_at": at}

    def write(connection: Connection) -> None:
        connection.execute(insert(order_items).values(**row, **told, **times, status=status))
        store.look_first(connection, [listing.source_item_id])

    engines.run_tx(engine, write)


def write(engine: Engine, statement: Any) -> None:
    engines.run_tx(engine, lambda connection: connection.execute(statement))


def set_source(engine: Engine, item_id: str, **values: Any) -> None:
    write(engine, update(source_items).where(source_items.c.item_id == item_id).values(**values))


def test_it_is_looked_at_without_the_watch_although_its_offer_is_down(
    shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    market.states["sold"] = State.SOLD
    turn()
    source = shop.source("sold")
    assert market.looks == ["sold"]
    assert (market.looked_afresh[-1], market.urgent[-1]) == ("sold", True)
    assert (source.state, source.due_at, source.check_run) == (State.SOLD, None, None)
    turn()
    assert market.looks == ["sold"]


def test_it_is_looked_at_although_its_seller_has_deleted_the_offer(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    write(engine, delete(listings).where(listings.c.id == sold.id))
    turn()
    assert market.looks == ["sold"]


def test_an_order_is_looked_at_once_and_the_next_one_again(
    engine: Engine, market: Market, sold: Any, turn: Turn
) -> None:
    turn()
    turn()
    order(engine, sold, "2")
    turn()
    assert market.looks == ["sold", "sold"]


def test_it_is_due_again_after_ten_minutes(shop: Shop, sold: Any, turn: Turn) -> None:
    turn()
    source = shop.source("sold")
    assert (source.look_class, source.due_at - source.checked_at) == (None, ORDERED_AGAIN)


def test_the_watch_looks_at_it_until_its_seller_has_bought_it(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    turn()
    set_source(engine, "sold", due_at=utc_now() - MINUTE)
    market.looks.clear()
    with watching(engine, market):
        until(lambda: market.looks.count("sold") == 1)
        until(lambda: shop.source("sold").due_at > utc_now())
        _decide(engine, sold)
        set_source(engine, "sold", due_at=utc_now() - MINUTE)
        until(lambda: shop.source("sold").due_at is None)
    assert market.looks.count("sold") == 1


def test_the_watch_finds_it_gone_and_another_source_is_wanted(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    turn()
    market.states["sold"] = State.SOLD
    set_source(engine, "sold", due_at=utc_now() - MINUTE)
    wanted = select(func.count()).select_from(order_items).join(source_items, wants_source())
    with watching(engine, market):
        until(lambda: shop.source("sold").state == State.SOLD)
    with engines.reading(engine) as connection:
        assert connection.execute(wanted.where(source_items.c.item_id == "sold")).scalar() == 1
    assert shop.source("sold").due_at is None


def test_what_waits_in_the_order_of_a_run_is_looked_at_at_once(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    going_on = update(runs).values(phase="checking", outcome="running", ended_at=None)
    write(engine, going_on)
    set_source(engine, "sold", check_run=shop.run(1).id, check_rank=5_000)
    turn()
    assert market.looks == ["sold"]
    assert shop.source("sold").checked_at > utc_now() - MINUTE


@pytest.mark.parametrize("by", ["the run that has ended", "the watch"])
def test_it_does_not_wait_for_the_worker_that_has_it_in_the_line_of_others(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn, by: str
) -> None:
    with engines.reading(engine) as connection:
        [ended] = connection.execute(select(runs)).mappings().all()
    watch = {"id": 77, "operation": "watch", "request_key": "watch", "phase": "checking", "outcome": "running"}
    write(engine, insert(runs).values({**ended, **watch}))
    run_id = 77 if by == "the watch" else shop.run(1).id
    lease = {"check_attempts": 1, "check_not_before": utc_now() + HOUR, "check_claim": "of the line"}
    set_source(engine, "sold", check_run=run_id, **lease)
    turn()
    assert market.looks == ["sold"]
    assert shop.source("sold").checked_at > utc_now() - MINUTE
    turn()
    assert market.looks == ["sold"]


def test_who_had_it_in_a_line_keeps_it_from_nobody_any_more(
    engine: Engine, shop: Shop, market: Market, sold: Any
) -> None:
    batch = CheckBatch(
        marketplace=Marketplace.YAHOO,
        run_id=shop.run(1).id,
        generation=shop.run(1).generation,
        items=(BatchItem(id=shop.source("sold").id, item_id="sold"),),
        max_workers=1,
    )
    set_source(engine, "sold", check_run=batch.run_id, check_not_before=None)
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    until = utc_now() + HOUR
    assert observations.claim(batch, "of the line", until, utc_now())
    wanted = SqlOrdered(engine).take(Marketplace.YAHOO, utc_now())
    assert wanted is not None
    observations.renew(batch, "of the line", until)
    assert observations.claim(wanted.batch, URGENT_CLAIM + "1", until, utc_now())
    observations.release(batch, "of the line")
    assert SqlOrdered(engine).take(Marketplace.YAHOO, utc_now()) is None


@pytest.fixture
def overtaken(engine: Engine, shop: Shop, market: Market, sold: Any) -> "Overtaken":
    """A worker has the source in the line of the run that has ended, and a look of its order has just begun."""
    return Overtaken(engine, shop, market)


class Overtaken:
    def __init__(self, engine: Engine, shop: Shop, market: Market) -> None:
        self.shop, self.market = shop, market
        self.observations = SqlObservations(engine, settings_cache(engine, brake_settings))
        run, self.until = shop.run(1), utc_now() + HOUR
        self.line = CheckBatch(
            marketplace=Marketplace.YAHOO,
            run_id=run.id,
            generation=run.generation,
            items=(BatchItem(id=shop.source("sold").id, item_id="sold"),),
            max_workers=1,
        )
        set_source(engine, "sold", check_run=run.id, check_not_before=None, check_attempts=0)
        assert self.observations.claim(self.line, "of the line", self.until, utc_now())
        wanted = SqlOrdered(engine).take(Marketplace.YAHOO, utc_now())
        assert wanted is not None
        self.ordered = wanted.batch
        assert self.observations.claim(self.ordered, URGENT_CLAIM + "1", self.until, utc_now())

    def see(self, batch: CheckBatch, state: State, reason: Reason | None = None) -> None:
        self.market.states["sold"] = state
        if reason is not None:
            self.market.reasons["sold"] = reason
        self.observations.record(batch, {batch.items[0].id: self.market.item("sold")}, utc_now())


@pytest.mark.parametrize(("state", "reason"), [(State.AVAILABLE, None), (State.UNKNOWN, Reason.TRANSIENT)])
def test_what_the_overtaken_worker_sees_does_not_end_the_look_of_the_order(
    overtaken: Overtaken, state: State, reason: Reason | None
) -> None:
    overtaken.see(overtaken.line, state, reason)
    overtaken.see(overtaken.ordered, State.SOLD)

    assert overtaken.shop.source("sold").state == State.SOLD


def test_an_unknown_of_the_overtaken_worker_puts_nothing_off(overtaken: Overtaken) -> None:
    overtaken.see(overtaken.ordered, State.UNKNOWN, Reason.TRANSIENT)
    before = overtaken.shop.source("sold")
    overtaken.see(overtaken.line, State.UNKNOWN, Reason.CLOSING)

    assert overtaken.shop.source("sold") == before
    assert before.check_not_before < utc_now() + MINUTE


def test_a_state_that_the_overtaken_worker_sees_after_a_look_that_told_nothing_counts(overtaken: Overtaken) -> None:
    overtaken.see(overtaken.ordered, State.UNKNOWN, Reason.TRANSIENT)
    overtaken.see(overtaken.line, State.SOLD)

    assert overtaken.shop.source("sold").state == State.SOLD


def test_one_death_after_overtaking_a_living_worker_ends_no_looks(
    overtaken: Overtaken, market: Market, turn: Turn
) -> None:
    turn(after=2 * HOUR)

    assert market.looks == ["sold"]


def test_what_a_worker_looks_at_before_all_others_is_left_to_it(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    lease = {"check_run": shop.run(1).id, "check_attempts": 1, "check_not_before": utc_now() + HOUR}
    set_source(engine, "sold", **lease, check_claim=URGENT_CLAIM + "1")
    turn()
    order(engine, sold, "2")
    turn()
    assert market.looks == []
    turn(after=2 * HOUR)
    assert market.looks == ["sold"]


@pytest.mark.parametrize("ended", [{"check_attempts": 2}, {"check_problem": "set_aside"}])
def test_what_ends_workers_is_not_looked_at_again_and_again(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn, ended: dict[str, object]
) -> None:
    set_source(engine, "sold", **{"check_run": shop.run(1).id, "check_not_before": utc_now() - HOUR, **ended})
    turn()
    assert market.looks == []


@pytest.mark.parametrize("values", [{"phase": "held", "outcome": "running"}, {"outcome": "failed"}])
def test_nothing_is_looked_at_while_the_marketplace_cannot_be_believed(
    engine: Engine, market: Market, sold: Any, turn: Turn, values: dict[str, str]
) -> None:
    write(engine, update(runs).values(**values))
    turn()
    assert market.looks == []
    write(engine, update(runs).values(phase="ended", outcome="finished"))
    turn()
    assert market.looks == ["sold"]


def test_nothing_is_looked_at_while_the_marketplace_is_paused(
    shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    shop.setting("MARKETPLACE_YAHOO", "paused")
    turn()
    assert market.looks == []


def test_a_look_that_told_nothing_is_repeated_after_waits_that_grow(
    shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    market.states["sold"] = State.UNKNOWN
    waited = [_wait(shop, turn, market)]
    turn(after=waited[0] / 2)
    assert market.looks == ["sold"]
    for _ in range(ORDERED_TRIES):
        waited.append(_wait(shop, turn, market, after=waited[-1] + timedelta(seconds=1)))
    between = [later - earlier for earlier, later in pairwise(waited)]
    assert waited[0] <= timedelta(seconds=ORDERED_FIRST_SECONDS)
    assert max(between[: ORDERED_TRIES - 2]) < timedelta(seconds=ORDERED_LONGEST_SECONDS + 10)
    assert between[-2] >= HOUR
    assert shop.source("sold").due_at == ORDERED
    market.states["sold"] = State.SOLD
    turn(after=waited[-1] + timedelta(seconds=1))
    assert (shop.source("sold").state, shop.source("sold").due_at) == (State.SOLD, None)


def _wait(shop: Shop, turn: Turn, market: Market, after: timedelta = timedelta()) -> timedelta:
    """Take a turn at which a look tells nothing; return when the next one may be, from now on."""
    before = len(market.looks)
    turn(after=after)
    assert len(market.looks) == before + 1
    not_before: datetime = shop.source("sold").check_not_before
    return not_before - utc_now()


def test_after_a_look_that_told_nothing_the_watch_may_take_the_source_once_the_order_is_over(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    market.states["sold"] = State.UNKNOWN
    turn()
    assert shop.source("sold").check_run is not None
    write(engine, update(order_items).values(status=OrderStatus.CANCELLED))
    turn()
    source = shop.source("sold")
    assert (source.due_at, source.check_run, source.check_not_before) == (None, None, None)


def _decide(engine: Engine, sold: Any, number: str = "1") -> None:
    about = {"user_id": sold.user_id, "order_item_id": number, "revision": 1, "decided_at": utc_now()}
    write(engine, insert(order_decisions).values(**about, decided_by="a", decision=OrderDecision.ORDERED))


def _of_run(engine: Engine, run: int) -> tuple[int, int, int, int]:
    """Return what the run has planned, how many rows are its, and how many sources it has checked and given up."""
    its = select(func.count()).where(or_(source_items.c.check_run == run, source_items.c.checked_run == run))
    counts = select(runs.c.planned, runs.c.checked, runs.c.unfinished).where(runs.c.id == run)
    with engines.reading(engine) as connection:
        planned, checked, given_up = connection.execute(counts).one()
        return planned, connection.execute(its).scalar_one(), checked, given_up


def test_what_no_look_of_a_decided_order_has_seen_the_run_has_given_up(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    market.states["sold"] = State.UNKNOWN
    turn()
    run = shop.source("sold").check_run
    planned, rows, checked, given_up = _of_run(engine, run)
    assert (rows, given_up) == (planned, 0)
    _decide(engine, sold)
    turn()
    assert shop.source("sold").check_run is None
    assert _of_run(engine, run) == (planned, planned, checked, 1)


def test_what_a_run_has_seen_before_a_look_of_an_order_it_has_not_given_up(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    turn()
    run = shop.source("sold").checked_run
    seen = _of_run(engine, run)
    market.states["sold"] = State.UNKNOWN
    order(engine, sold, "2")
    turn()
    _decide(engine, sold, "1")
    _decide(engine, sold, "2")
    turn()
    assert shop.source("sold").check_run is None
    assert _of_run(engine, run) == seen


def test_a_run_counts_what_it_gave_up_and_has_seen_after_all(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    market.states["sold"] = State.UNKNOWN
    turn()
    run = shop.source("sold").check_run
    planned, _, checked, _ = _of_run(engine, run)
    _decide(engine, sold)
    turn()
    market.states["sold"] = State.SOLD
    order(engine, sold, "2")
    turn()
    assert shop.source("sold").state == State.SOLD
    assert _of_run(engine, run) == (planned, planned, checked + 1, 0)


def test_a_run_counts_what_it_set_aside_and_is_asked_for_again(engine: Engine, shop: Shop, sold: Any) -> None:
    source = shop.source("sold")
    [run] = engines.run_tx(engine, lambda connection: asked_looks.trusted(connection, [source.marketplace]))
    given = {"check_run": None, "checked_run": run.id, "checked_at": None, "check_problem": "set_aside"}
    set_source(engine, "sold", **given)
    counted = {"planned": 1, "unfinished": 0, "set_aside": 1}
    write(engine, update(runs).where(runs.c.id == run.id).values(counted))

    engines.run_tx(engine, lambda connection: asked_looks.add(connection, run, [source.id], true()))

    columns = select(runs.c.planned, runs.c.unfinished, runs.c.set_aside).where(runs.c.id == run.id)
    with engines.reading(engine) as connection:
        assert connection.execute(columns).one() == (1, 0, 0)


def test_a_new_order_waits_for_no_earlier_failure(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    set_source(engine, "sold", check_not_before=utc_now() + HOUR, check_problem=Reason.BLOCKED, check_unknowns=6)
    order(engine, sold, "2")
    turn()
    assert market.looks == ["sold"]


def test_an_order_that_is_no_longer_open_asks_for_no_look(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    write(engine, update(order_items).values(status=OrderStatus.CANCELLED))
    turn()
    assert market.looks == []
    assert shop.source("sold").due_at is None


def test_an_order_that_its_seller_has_decided_on_asks_for_no_look(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    about = {"user_id": sold.user_id, "order_item_id": "1", "revision": 1, "decided_at": utc_now(), "decided_by": "a"}
    write(engine, insert(order_decisions).values(**about, decision=OrderDecision.CANNOT_BE_SOURCED))
    turn()
    assert market.looks == []
    assert shop.source("sold").due_at is None


@pytest.mark.parametrize("decision", [OrderDecision.ORDERED, OrderDecision.BOUGHT])
def test_what_its_seller_has_bought_before_the_look_is_left_to_the_watch(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn, decision: OrderDecision
) -> None:
    """Other offers may stand on it."""
    about = {"user_id": sold.user_id, "order_item_id": "1", "revision": 1, "decided_at": utc_now(), "decided_by": "a"}
    write(engine, insert(order_decisions).values(**about, decision=decision))
    turn()
    assert market.looks == []
    assert utc_now() - MINUTE < shop.source("sold").due_at <= utc_now()


def test_the_look_is_taken_again_when_the_proxy_is_back(market: Market, sold: Any, turn: Turn) -> None:
    market.away = True
    with pytest.raises(NotNow):
        turn()
    market.away = False
    turn()
    assert market.looks == ["sold"]


def test_what_another_seller_offers_of_the_same_source_comes_down(
    engine: Engine, shop: Shop, market: Market, sold: Any, turn: Turn
) -> None:
    other = shop.listing(shop.seller("b"), "sold")
    market.states["sold"] = State.SOLD
    turn()
    assert shop.offer(other).quantity == 0
    assert shop.events(other) == ["withdrawn"]
