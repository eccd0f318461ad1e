"""The mass-withdrawal brake and the canaries: a run is held when its results cannot be trusted."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, or_, select, update
from tests.integration.checker.shop import VOUCHES, Market, Shop, Workers, check, planner, request

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.domain.canaries import Canary, Expected
from mercarich_checker.ports import Released
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import holds, listing_events, listings, source_items
from mercarich_platform.clock import utc_now
from mercarich_reasons.holds import CanariesDiffer, TooManyAbsent, TooManyUnreadable
from mercarich_reasons.stock import SourceNotGone
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.domain.brake import HoldKind
from mercarich_runs.ports import Outcome, Request, Run

PAGE = RouteName.YAHOO_ITEM
CANARY = [VOUCHES, Canary("dead", Expected.GONE, PAGE)]
LIES = CanariesDiffer(1, 2, "alive", State.AVAILABLE, State.ENDED, Reason.CLOSED, PAGE)


def _fill(shop: Shop, count: int) -> list[int]:
    seller = shop.seller("a")
    return [shop.listing(seller, f"x{n}") for n in range(count)]


def _when(holds: Callable[[], bool], act: Callable[[], None]) -> None:
    """Meanwhile, and within 30 seconds."""

    def wait() -> None:
        deadline = time.monotonic() + 30
        while not holds() and time.monotonic() < deadline:
            time.sleep(0.02)
        act()

    threading.Thread(target=wait).start()


def _holds(engine: Engine) -> list[Any]:
    with engines.reading(engine) as connection:
        return list(connection.execute(select(holds)).all())


def test_too_many_falls_are_held_and_a_second_look_lets_them_go(engine: Engine, shop: Shop, market: Market) -> None:
    """The market wrongly reports all as sold, and has recovered at the second look."""
    _fill(shop, 60)
    shop.setting("BRAKE_CONFIRM_SECONDS", 2)
    market.states = {f"x{n}": State.SOLD for n in range(60)}
    with Workers(engine, market) as workers:
        run_check = planner(engine, workers, confirm_after=timedelta(seconds=2))
        fallen = or_(listings.c.quantity == 0, listings.c.hold_id.is_not(None))
        _when(lambda: shop.count(listings, fallen) == 60, market.states.clear)
        run = run_check(request(), None, threading.Event())
    row = shop.run(run.id)
    assert (run.outcome, row.planned, row.fallen) == (Outcome.FINISHED, 60, 60)
    assert row.withdrawn < 20
    assert row.looked_again == 60 - row.withdrawn
    assert shop.count(listings, listings.c.quantity == 0) == row.withdrawn
    assert shop.count(listings, listings.c.hold_id.is_not(None)) == 0
    assert [(hold.released_at is None, hold.released_by) for hold in _holds(engine)] == [(False, None)]


def test_a_second_look_confirms_what_is_really_gone(engine: Engine, shop: Shop, market: Market) -> None:
    ids = _fill(shop, 60)
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    market.states = {f"x{n}": State.SOLD for n in range(60)}
    run = check(engine, market, confirm_after=timedelta(seconds=1.2))
    assert shop.run(run.id).withdrawn == 60
    assert shop.count(listings, listings.c.quantity == 0) == 60
    assert len(market.looked_afresh) == shop.run(run.id).looked_again
    assert sorted({tuple(shop.events(id)) for id in ids}) == [("held", "withdrawn"), ("withdrawn",)]


def test_a_person_releases_a_hold(engine: Engine, shop: Shop, market: Market) -> None:
    ids = _fill(shop, 60)
    market.states = {f"x{n}": State.SOLD for n in range(60)}
    stop = threading.Event()
    with Workers(engine, market) as workers:
        planning = threading.Thread(target=_until_stopped, args=(planner(engine, workers), stop))
        planning.start()
        deadline = time.monotonic() + 60
        while shop.count(listings, listings.c.hold_id.is_not(None)) < 41 and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        planning.join(60)
    kept = [id for id in ids if shop.offer(id).hold_id is not None]
    assert shop.count(listings, listings.c.quantity == 0) == 60 - len(kept) < 20
    released = {"released_at": utc_now(), "released_by": "ops"}
    engines.run_tx(engine, lambda connection: connection.execute(update(holds).values(**released)))
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    withdrawn = observations.apply_released_holds(Marketplace.YAHOO, utc_now()).withdrawn
    assert shop.count(listings, listings.c.quantity == 0) == 60
    assert {user_id: sorted(changed) for user_id, changed in withdrawn.items()} == {shop.offer(ids[0]).user_id: kept}
    assert observations.apply_released_holds(Marketplace.YAHOO, utc_now()) == Released()


def _until_stopped(run_check: object, stop: threading.Event) -> None:
    from mercarich_runs.use_cases.patience import Interrupted

    try:
        run_check(request(), None, stop)  # type: ignore[operator]
    except Interrupted:
        return


def test_a_run_waits_until_its_canaries_answer_as_expected(engine: Engine, shop: Shop, market: Market) -> None:
    listing = shop.listing(shop.seller("a"), "x1")
    market.states = {"dead": State.ENDED, "x1": State.SOLD}
    market.blocked = True
    _when(lambda: len(market.looks) >= 2 * len(CANARY), lambda: setattr(market, "blocked", False))
    run = check(engine, market, canaries=CANARY)
    row = shop.run(run.id)
    assert run.outcome is Outcome.FINISHED
    assert row.held_seconds > 0
    assert market.looks.count("x1") == 1
    assert row.unknown == 0
    assert shop.offer(listing).quantity == 0


def test_a_block_in_the_middle_of_a_run_holds_it_and_withdraws_nothing(
    engine: Engine, shop: Shop, market: Market
) -> None:
    """When the run continues, it requests the postponed items at once."""
    _fill(shop, 200)
    shop.setting("CHECK_RETRY_SECONDS", 300)
    market.states = {"dead": State.ENDED, "x7": State.SOLD}
    market.at_once = 5

    class Blocking(Workers):
        def publish(self, *batches):  # type: ignore[no-untyped-def]
            if len(self.batches) == 4:
                market.blocked = True
                asked = market.looks.count("alive")
                _when(lambda: market.looks.count("alive") > asked + 1, lambda: setattr(market, "blocked", False))
            super().publish(*batches)

    with Blocking(engine, market, threads=2) as workers:
        run_check = planner(engine, workers, canaries=CANARY, batch_items=20, unfinished_batches=4)
        run = run_check(request(), None, threading.Event())
    row = shop.run(run.id)
    assert run.outcome is Outcome.FINISHED
    assert (row.checked, row.withdrawn, row.unfinished) == (200, 1, 0)
    assert row.unknown > 0
    assert row.held_seconds > 0


def test_a_canary_that_lies_holds_the_marketplace(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1")
    market.states = {"alive": State.ENDED, "dead": State.ENDED}
    stop = threading.Event()
    with Workers(engine, market) as workers:
        planning = threading.Thread(target=_until_stopped, args=(planner(engine, workers, canaries=CANARY), stop))
        planning.start()
        deadline = time.monotonic() + 60
        while not _holds(engine) and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        planning.join(60)
    [hold] = _holds(engine)
    assert hold.user_id is None
    assert hold.reason == LIES
    assert market.looks.count("x1") == 0


def test_pages_that_cannot_be_read_hold_the_marketplace(engine: Engine, shop: Shop, market: Market) -> None:
    _fill(shop, 100)
    shop.setting("CHECK_UNKNOWNS", 1)
    market.states = {f"x{n}": State.UNKNOWN for n in range(0, 100, 3)}
    market.reasons = {f"x{n}": Reason.UNPARSABLE for n in range(0, 100, 3)}
    run = check(engine, market, canaries=[])
    assert run.outcome is Outcome.FINISHED
    assert shop.run(run.id).unparsable == 34
    assert [hold.reason for hold in _holds(engine)] == [TooManyUnreadable()]


def test_a_hold_for_unreadable_pages_keeps_what_falls_and_is_not_confirmed_by_the_same_reader(
    engine: Engine, shop: Shop, market: Market
) -> None:
    listing = shop.listing(shop.seller("a"), "x1")
    market.states["x1"] = State.SOLD
    run, batch = _started(engine, shop, "x1")
    SqlPlan(engine).open_hold(run, HoldKind.UNREADABLE, TooManyUnreadable(), utc_now())
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    source = shop.source("x1").id
    assert observations.record(batch, {source: market.item("x1")}, utc_now()).held == 1
    assert (shop.offer(listing).quantity, shop.offer(listing).hold_id is None) == (1, False)
    assert SqlPlan(engine).held_since(run) is None
    SqlRuns(engine).end(run, Outcome.FINISHED, utc_now())
    assert [hold.released_at for hold in _holds(engine)] == [None]
    check(engine, market)
    assert shop.offer(listing).quantity == 0


def test_a_hold_keeps_listings_of_sellers_whom_the_run_did_not_plan(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("four", plan=4), "x1")
    other = shop.listing(shop.seller("two", plan=2), "x1")
    market.states["x1"] = State.SOLD
    run, batch = _started(engine, shop, "x1", plans=(4,))
    SqlPlan(engine).open_hold(run, HoldKind.CANARIES, LIES, utc_now())
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    recorded = observations.record(batch, {shop.source("x1").id: market.item("x1")}, utc_now())
    assert (recorded.held, recorded.withdrawn) == (2, {})
    assert shop.offer(other).quantity == 1


def test_the_end_of_one_marketplaces_run_leaves_the_others_hold_alone(engine: Engine, shop: Shop) -> None:
    mercari = SqlRuns(engine).start(Request(Marketplace.MERCARI, (2, 4)), None, utc_now())
    SqlPlan(engine).open_hold(mercari, HoldKind.CANARIES, LIES, utc_now())
    yahoo = SqlRuns(engine).start(request(), None, utc_now())
    SqlRuns(engine).end(yahoo, Outcome.FINISHED, utc_now())
    assert [hold.released_at for hold in _holds(engine)] == [None]


def _kept(engine: Engine, shop: Shop, market: Market, **more: Any) -> tuple[int, Run, SqlObservations]:
    """Return a listing whose withdrawal a hold for canaries keeps, the run, and what recorded it."""
    listing = shop.listing(shop.seller("a"), "x1")
    market.states["x1"] = State.SOLD
    run, batch = _started(engine, shop, "x1", **more)
    SqlPlan(engine).open_hold(run, HoldKind.CANARIES, LIES, utc_now())
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    observations.record(batch, {shop.source("x1").id: market.item("x1")}, utc_now())
    return listing, run, observations


def test_a_released_hold_of_a_run_without_update_only_marks(engine: Engine, shop: Shop, market: Market) -> None:
    listing, _, observations = _kept(engine, shop, market, without_update=True)
    released = {"released_at": utc_now(), "released_by": "ops"}
    engines.run_tx(engine, lambda connection: connection.execute(update(holds).values(**released)))
    assert observations.apply_released_holds(Marketplace.YAHOO, utc_now()) == Released()
    assert (shop.offer(listing).quantity, shop.offer(listing).searching) == (1, True)


def test_a_hold_that_keeps_nothing_any_more_closes_once_its_run_has_ended(
    engine: Engine, shop: Shop, market: Market
) -> None:
    """Its only listing was stopped by its seller."""
    listing, run, observations = _kept(engine, shop, market)
    SqlRuns(engine).end(run, Outcome.FINISHED, utc_now())
    observations.apply_released_holds(Marketplace.YAHOO, utc_now())
    assert [hold.applied_at for hold in _holds(engine)] == [None], "it keeps a listing"
    freed = update(listings).where(listings.c.id == listing).values(hold_id=None)
    engines.run_tx(engine, lambda connection: connection.execute(freed))

    observations.apply_released_holds(Marketplace.MERCARI, utc_now())
    assert [hold.applied_at for hold in _holds(engine)] == [None], "another marketplace's"
    observations.apply_released_holds(Marketplace.YAHOO, utc_now())

    [hold] = _holds(engine)
    assert (hold.applied_at is not None, hold.released_at is not None, hold.released_by) == (True, True, None)


def test_a_hold_of_a_running_run_stays_open_before_it_keeps_anything(engine: Engine, shop: Shop) -> None:
    shop.listing(shop.seller("a"), "x1")
    run, _ = _started(engine, shop, "x1")
    SqlPlan(engine).open_hold(run, HoldKind.CANARIES, LIES, utc_now())
    SqlObservations(engine, settings_cache(engine, brake_settings)).apply_released_holds(Marketplace.YAHOO, utc_now())
    assert [hold.applied_at for hold in _holds(engine)] == [None]


def test_a_released_hold_lets_go_of_what_is_on_sale_again_and_its_history_says_so(
    engine: Engine, shop: Shop, market: Market
) -> None:
    listing, _, observations = _kept(engine, shop, market)
    on_sale = update(source_items).values(state=State.AVAILABLE, reason=None)
    released = update(holds).values(released_at=utc_now(), released_by="ops")
    engines.run_tx(engine, lambda connection: [connection.execute(each) for each in (on_sale, released)])

    assert observations.apply_released_holds(Marketplace.YAHOO, utc_now()) == Released()

    assert (shop.offer(listing).quantity, shop.offer(listing).hold_id) == (1, None)
    assert shop.events(listing) == ["held", "hold_cleared"]
    [hold] = _holds(engine)
    with engines.reading(engine) as connection:
        newest = select(listing_events).order_by(listing_events.c.id.desc()).limit(1)
        cleared = connection.execute(newest).one()
    assert (cleared.reason, cleared.hold_id) == (SourceNotGone(State.AVAILABLE), hold.id)
    assert hold.applied_at is not None


def _missing(shop: Shop, market: Market, count: int) -> int:
    """A shop whose last 40 sources are missing, of the marketplace's own words."""
    seller = shop.seller("a")
    for n in range(count):
        shop.listing(seller, f"x{n}")
    lost = [f"x{n}" for n in range(count - 40, count)]
    market.states = dict.fromkeys(lost, State.GONE)
    market.reasons = dict.fromkeys(lost, Reason.NOT_FOUND)
    return seller


def test_many_sources_that_are_missing_are_for_a_person_however_often_they_are(
    engine: Engine, shop: Shop, market: Market
) -> None:
    _missing(shop, market, 200)
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    seen = []
    for _ in range(3):
        run = check(engine, market, canaries=[VOUCHES])
        seen.append((run.outcome, shop.count(listings, listings.c.quantity == 0)))
    [hold] = _holds(engine)
    looks = [item_id for item_id in market.looks if item_id != "alive"]
    assert len(looks) == 3 * 200 - 2 * seen[0][1], "no second look within a run at what is held"

    assert [outcome for outcome, _ in seen] == [Outcome.FINISHED] * 3
    assert {down for _, down in seen} == {seen[0][1]}
    assert seen[0][1] < 20
    assert (hold.kind, hold.released_at) == (HoldKind.ABSENCES, None)
    assert isinstance(hold.reason, TooManyAbsent)
    released = update(holds).values(released_at=utc_now(), released_by="ops")
    engines.run_tx(engine, lambda connection: connection.execute(released))
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    observations.apply_released_holds(Marketplace.YAHOO, utc_now())
    assert shop.count(listings, listings.c.quantity == 0) == 40


def test_what_is_read_of_missing_sources_decides_without_a_person(engine: Engine, shop: Shop, market: Market) -> None:
    _missing(shop, market, 200)
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    check(engine, market, canaries=[VOUCHES])
    held = [row.item_id for row in _held_sources(engine)]
    market.states = {held[0]: State.SOLD}
    market.reasons = {}
    earlier = update(source_items).values(suspected_at=utc_now() - timedelta(hours=1))
    engines.run_tx(
        engine, lambda connection: connection.execute(earlier.where(source_items.c.suspected_at.is_not(None)))
    )
    check(engine, market, canaries=[VOUCHES])

    assert shop.count(listings, listings.c.hold_id.is_not(None)) == 0
    assert shop.source(held[0]).state == State.SOLD
    assert shop.count(listings, listings.c.quantity == 0) == 40 - len(held) + 1
    [hold] = _holds(engine)
    assert (hold.released_at is None, hold.released_by) == (False, None)


def test_a_hold_for_missing_sources_keeps_those_of_later_runs_too(engine: Engine, shop: Shop, market: Market) -> None:
    seller = _missing(shop, market, 200)
    check(engine, market, canaries=[VOUCHES])
    down = shop.count(listings, listings.c.quantity == 0)
    shop.listing(seller, "later")
    market.states["later"], market.reasons["later"] = State.GONE, Reason.NOT_FOUND
    check(engine, market, canaries=[VOUCHES])

    assert shop.count(listings, listings.c.quantity == 0) == down
    assert len(_holds(engine)) == 1
    assert "later" in {row.item_id for row in _held_sources(engine)}


def test_a_hold_for_missing_sources_is_of_its_marketplace_alone(engine: Engine, shop: Shop, market: Market) -> None:
    mercari = SqlRuns(engine).start(Request(Marketplace.MERCARI, (2, 4)), None, utc_now())
    SqlPlan(engine).open_hold(mercari, HoldKind.ABSENCES, TooManyAbsent(40), utc_now())
    _missing(shop, market, 40)
    for back in range(1, 40):
        del market.states[f"x{back}"], market.reasons[f"x{back}"]
    check(engine, market, canaries=[VOUCHES])

    assert shop.count(listings, listings.c.quantity == 0) == 1


def test_a_hold_for_missing_sources_stands_in_for_no_other(engine: Engine, shop: Shop) -> None:
    """It keeps absences alone, so that a lying canary needs a hold besides it."""
    run = SqlRuns(engine).start(request(), None, utc_now())
    plan = SqlPlan(engine)
    plan.open_hold(run, HoldKind.ABSENCES, TooManyAbsent(40), utc_now())
    for _ in range(2):
        plan.open_hold(run, HoldKind.CANARIES, LIES, utc_now())

    assert [hold.kind for hold in _holds(engine)] == [HoldKind.ABSENCES, HoldKind.CANARIES]


def _held_sources(engine: Engine) -> list[Any]:
    held = select(source_items.c.item_id).join(listings, listings.c.source_item_id == source_items.c.id)
    with engines.reading(engine) as connection:
        return list(connection.execute(held.where(listings.c.hold_id.is_not(None))).all())


def _started(engine: Engine, shop: Shop, item_id: str, **more: object) -> tuple[Run, CheckBatch]:
    """A planned run, and its only batch, which no worker has taken yet."""
    req = request(**more)  # type: ignore[arg-type]
    run, plan = SqlRuns(engine).start(req, None, utc_now()), SqlPlan(engine)
    for _ in plan.mark(run, req, plan.sellers(req)):
        pass
    items = (BatchItem(id=shop.source(item_id).id, item_id=item_id),)
    return run, CheckBatch(
        marketplace=Marketplace.YAHOO,
        run_id=run.id,
        generation=run.generation,
        items=items,
        without_update=req.without_update,
    )


def test_canaries_are_taken_from_earlier_runs_when_none_are_set(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    for n in range(4):
        shop.listing(seller, f"x10000{n}")
    market.states = {"x100003": State.SOLD}
    check(engine, market)
    assert [(c.item_id, c.expected) for c in SqlPlan(engine).known_items(Marketplace.YAHOO)] == [("x100003", "gone")]
    check(engine, market)
    known = {(canary.item_id, canary.expected) for canary in SqlPlan(engine).known_items(Marketplace.YAHOO)}
    assert known == {("x100000", "on_sale"), ("x100001", "on_sale"), ("x100002", "on_sale"), ("x100003", "gone")}
