"""The loss stop in the tables: listings go down and up by the price of their source, and mass events are held."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update
from tests.integration.checker.priced_offers import PricedOffers
from tests.integration.checker.shop import VOUCHES, Market, Shop, Woken, Workers, check, planner, request

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.handlers import ReleasedHoldsTick
from mercarich_contracts.market import Marketplace, State
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import evidence, holds, listing_events, listing_fees, listings, source_items
from mercarich_listings import store
from mercarich_listings.history import replay
from mercarich_listings.transition import Stage
from mercarich_platform.clock import utc_now
from mercarich_reasons.earnings import EarnsEnoughAgain, EarnsTooLittle
from mercarich_reasons.holds import TooManyLosses, TooManyRecoveries
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.domain.brake import HoldKind
from mercarich_runs.ports import Outcome

DEAR, CHEAP = 1300, 1000
"""Of an offer for 1,500 yen, a fee of 15 per cent leaves 1,275."""


class Stop(PricedOffers):
    """Offers of one seller with the rule."""

    def __init__(self, engine: Engine, shop: Shop, market: Market, offers: int = 1) -> None:
        super().__init__(engine, shop, market, offers, {"LOSS_RULE": "take_down"}, offer_price_jpy=1500)

    def stages(self) -> list[Stage]:
        return [row.stage for row in self.rows()]

    def estimated(self, fee_jpy: int) -> None:
        """Amazon has estimated its fee of the first offer, at its price."""
        fee = {"fee_jpy": fee_jpy, "fixed_jpy": 0, "of_price_jpy": 1500, "estimated_at": self.now}
        row = {"listing_id": self.ids[0], "next_at": self.now, "failures": 0, "alone": False, **fee}

        def write(connection: Connection) -> None:
            connection.execute(delete(listing_fees))
            connection.execute(insert(listing_fees).values(row))

        engines.run_tx(self.engine, write)

    def rule(self, value: str) -> None:
        self.shop.setting("LOSS_RULE", value)


@pytest.fixture
def stop(engine: Engine, shop: Shop, market: Market) -> Stop:
    return Stop(engine, shop, market)


def test_an_offer_at_a_loss_is_down_with_evidence_until_it_earns_enough(engine: Engine, stop: Stop) -> None:
    stop.look(CHEAP)
    assert (stop.stages(), stop.shop.events(stop.ids[0])) == ([Stage.ON_SALE], [])

    stop.look(DEAR)
    row, event = stop.shop.offer(stop.ids[0]), stop.event()
    assert (row.quantity, row.revision, row.searching, row.paused_at, row.withdrawn_at) == (
        0,
        2,
        False,
        *[event.at] * 2,
    )
    assert (event.kind, event.reason) == ("paused", EarnsTooLittle(1500, DEAR, 225, 0, -25, 0, 0))
    with engines.reading(engine) as connection:
        [proof] = connection.execute(select(evidence).where(evidence.c.id == event.evidence_id)).all()
    assert proof.source_item_id == row.source_item_id

    stop.look(1260)
    assert stop.stages() == [Stage.PAUSED], "it would earn 15 yen: within the distance"
    stop.look(CHEAP)
    row, event = stop.shop.offer(stop.ids[0]), stop.event()
    assert (stop.stages(), row.quantity, row.revision, row.restored_at) == ([Stage.ON_SALE], 1, 3, event.at)
    assert (event.kind, event.reason) == ("recovered", EarnsEnoughAgain(1500, CHEAP, 225, 0, 275, 0, 0))


def test_amazons_estimate_of_the_fee_decides(engine: Engine, stop: Stop) -> None:
    stop.estimated(120)  # 1,380 are left
    stop.look(DEAR)
    assert stop.stages() == [Stage.ON_SALE], "by 15 per cent it would be a loss"

    stop.look(1381)
    assert (stop.stages(), stop.event().reason) == ([Stage.PAUSED], EarnsTooLittle(1500, 1381, 120, 0, -1, 0, 0))
    stop.look(1350)
    assert (stop.stages(), stop.event().reason) == ([Stage.ON_SALE], EarnsEnoughAgain(1500, 1350, 120, 0, 30, 0, 0))

    stop.estimated(400)
    stop.look(1350)
    assert (stop.stages(), stop.event().reason.fee_jpy) == ([Stage.PAUSED], 400)


def test_the_row_is_the_replay_of_its_history(engine: Engine, stop: Stop) -> None:
    with engines.reading(engine) as connection:
        [first] = store.read(connection, stop.ids)
    for price in (DEAR, CHEAP, DEAR):
        stop.look(price)

    with engines.reading(engine) as connection:
        [last] = store.read(connection, stop.ids)
        events = connection.execute(select(listing_events).order_by(listing_events.c.id)).all()
    assert replay(first, events) == last  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({"price_jpy": None}, id="no price"),
        pytest.param({"state": State.UNKNOWN}, id="no state"),
        pytest.param({"state": State.UNBUYABLE, "price_jpy": 9000}, id="a bid"),
    ],
)
def test_what_is_not_known_pauses_nothing(stop: Stop, page: dict[str, object]) -> None:
    stop.look(CHEAP)
    stop.look(DEAR, **page)

    assert "paused" not in stop.shop.events(stop.ids[0])


def test_without_the_rule_nothing_is_taken_down_and_its_end_puts_up(stop: Stop) -> None:
    stop.look(DEAR)
    stop.rule("tell")
    stop.look(DEAR)
    assert (stop.stages(), stop.event().kind) == ([Stage.ON_SALE], "recovered")
    stop.look(DEAR)
    assert stop.stages() == [Stage.ON_SALE]


def test_a_listings_own_limit_counts_in_place_of_the_rule(engine: Engine, stop: Stop) -> None:
    agreed = update(listings).values(least_profit_jpy=-25)
    engines.run_tx(engine, lambda connection: connection.execute(agreed))
    stop.look(DEAR)
    assert stop.stages() == [Stage.ON_SALE], "a loss of 25 yen was agreed to"
    stop.look(DEAR + 1)
    assert stop.stages() == [Stage.PAUSED], "one of 26 was not"
    stop.rule("tell")
    stop.look(DEAR + 1)
    assert stop.stages() == [Stage.PAUSED]


def test_what_amazon_does_not_know_is_left_alone(engine: Engine, stop: Stop) -> None:
    engines.run_tx(engine, lambda connection: connection.execute(update(listings).values(orphan=True)))
    stop.look(DEAR)

    assert stop.shop.events(stop.ids[0]) == []


def test_a_paused_listings_source_is_looked_at_and_searched_for_when_it_is_gone(
    engine: Engine, stop: Stop, market: Market
) -> None:
    stop.look(DEAR)
    market.looks.clear()
    market.prices = {"x0": DEAR}
    check(engine, market, canaries=[VOUCHES])
    assert market.looks.count("x0") == 1, "a run looks at it"

    market.states = {"x0": State.SOLD}
    check(engine, market, canaries=[VOUCHES])
    row = stop.shop.offer(stop.ids[0])
    assert (stop.stages(), row.paused_at, row.revision) == ([Stage.SEARCHING], None, 2)
    assert stop.shop.events(stop.ids[0]) == ["paused", "withdrawn"]


def _kinds(engine: Engine) -> dict[HoldKind, Any]:
    with engines.reading(engine) as connection:
        return {HoldKind(row.kind): row for row in connection.execute(select(holds))}


@pytest.fixture
def many(engine: Engine, shop: Shop, market: Market) -> Stop:
    shop.setting("BRAKE_LISTINGS", 10)
    return Stop(engine, shop, market, 30)


def test_prices_read_ten_times_too_high_are_held_and_let_go(engine: Engine, many: Stop) -> None:
    many.look(10 * CHEAP)
    kept = [id for id in many.ids if many.shop.offer(id).hold_id is not None]
    hold = _kinds(engine)[HoldKind.LOSSES]
    assert len(kept) == 30, "one look that moves them all moves none"
    assert (hold.user_id, hold.reason) == (many.seller, TooManyLosses(30, 30))

    many.look(None)
    assert many.stages() == [Stage.HELD] * 30, "an unknown price clears nothing"
    many.look(CHEAP)
    assert many.stages() == [Stage.ON_SALE] * 30
    assert set(many.shop.events(many.ids[0])) == {"held", "hold_cleared"}
    assert _kinds(engine)[HoldKind.LOSSES].applied_at is not None


def test_a_second_look_confirms_what_really_became_dearer(engine: Engine, many: Stop) -> None:
    many.look(DEAR)
    assert many.stages() == [Stage.HELD] * 30
    due = many.shop.source("x0").due_at
    many.now += timedelta(minutes=9, seconds=30)
    many.look(DEAR)

    assert many.stages() == [Stage.PAUSED] * 30
    assert due is not None, "a second look was due"
    assert many.event().hold_id == _kinds(engine)[HoldKind.LOSSES].id


def test_prices_read_ten_times_too_low_put_nothing_up_at_once(engine: Engine, many: Stop, shop: Shop) -> None:
    shop.setting("BRAKE_LISTINGS", 200)
    many.look(DEAR)
    assert many.stages() == [Stage.PAUSED] * 30
    shop.setting("BRAKE_LISTINGS", 10)

    many.look(DEAR // 10)
    assert many.stages() == [Stage.PAUSED] * 30
    assert _kinds(engine)[HoldKind.RECOVERIES].reason == TooManyRecoveries(30, 30)
    many.look(None)
    assert shop.count(listings, listings.c.hold_id.is_not(None)) == 30
    many.look(DEAR)
    assert shop.count(listings, listings.c.hold_id.is_not(None)) == 0
    assert many.stages() == [Stage.PAUSED] * 30


def test_neither_kind_eats_the_others_limit(engine: Engine, many: Stop, market: Market) -> None:
    """Nine of each kind are below the number of ten."""
    gone, dear = many.items[:9], many.items[9:18]
    market.states = dict.fromkeys(gone, State.SOLD)
    many.look(CHEAP, *gone)
    many.look(DEAR, *dear)

    assert many.stages()[:18] == [Stage.SEARCHING] * 9 + [Stage.PAUSED] * 9
    assert _kinds(engine) == {}


@pytest.mark.parametrize(("price", "stage"), [(DEAR, Stage.PAUSED), (CHEAP, Stage.ON_SALE)])
def test_a_released_hold_goes_by_the_price_last_seen(engine: Engine, many: Stop, price: int, stage: Stage) -> None:
    """The first offer's fee has been estimated meanwhile, the other way round."""
    many.look(DEAR)
    many.estimated(120 if price == DEAR else 600)
    last, released = update(source_items).values(price_jpy=price), {"released_at": utc_now(), "released_by": "ops"}
    engines.run_tx(engine, lambda connection: connection.execute(last))
    engines.run_tx(engine, lambda connection: connection.execute(update(holds).values(**released)))
    observations, woken = SqlObservations(engine, settings_cache(engine, brake_settings)), Woken()
    ReleasedHoldsTick(observations, woken, Marketplace.YAHOO, utc_now)()

    other = Stage.ON_SALE if price == DEAR else Stage.PAUSED
    assert many.stages() == [other, *[stage] * 29]
    assert many.shop.count(listings, listings.c.hold_id.is_not(None)) == 0
    paused = many.stages().count(Stage.PAUSED)
    assert woken.sellers == [many.seller], "feed is to push them now"
    run = many.shop.run(_kinds(engine)[HoldKind.LOSSES].run_id)
    assert (run.dearer, run.paused, run.recovered, run.released) == (30, paused, 0, 0)


def test_a_released_hold_of_recoveries_wakes_feed_and_is_counted(engine: Engine, many: Stop, shop: Shop) -> None:
    shop.setting("BRAKE_LISTINGS", 200)
    many.look(DEAR)
    shop.setting("BRAKE_LISTINGS", 10)
    many.look(CHEAP)
    assert many.stages() == [Stage.PAUSED] * 30
    released = {"released_at": utc_now(), "released_by": "ops"}
    engines.run_tx(engine, lambda connection: connection.execute(update(holds).values(**released)))
    observations, woken = SqlObservations(engine, settings_cache(engine, brake_settings)), Woken()
    ReleasedHoldsTick(observations, woken, Marketplace.YAHOO, utc_now)()

    assert (many.stages(), woken.sellers) == ([Stage.ON_SALE] * 30, [many.seller])
    assert shop.run(_kinds(engine)[HoldKind.RECOVERIES].run_id).recovered == 30


def test_a_whole_run_confirms_by_its_second_look(engine: Engine, shop: Shop, market: Market) -> None:
    stop = Stop(engine, shop, market, 40)
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    shop.setting("BRAKE_LISTINGS", 10)
    market.prices = dict.fromkeys(stop.items, 5 * CHEAP)
    run = check(engine, market, canaries=[VOUCHES], confirm_after=timedelta(seconds=1.2))

    row = shop.run(run.id)
    assert (run.outcome, row.dearer, row.paused, row.fallen) == (Outcome.FINISHED, 40, 40, 0)
    assert stop.stages() == [Stage.PAUSED] * 40


def test_a_run_sees_that_the_prices_were_misread(engine: Engine, shop: Shop, market: Market) -> None:
    stop = Stop(engine, shop, market, 40)
    shop.setting("BRAKE_CONFIRM_SECONDS", 2)
    shop.setting("BRAKE_LISTINGS", 10)
    market.prices = dict.fromkeys(stop.items, 10 * CHEAP)
    with Workers(engine, market) as workers:
        _when(lambda: shop.count(listings, listings.c.hold_id.is_not(None)) > 20, market.prices.clear)
        run_check = planner(engine, workers, confirm_after=timedelta(seconds=2), canaries=[VOUCHES])
        run = run_check(request(), None, threading.Event())

    assert shop.run(run.id).held == 0
    assert shop.count(listings, listings.c.hold_id.is_not(None)) == 0
    assert stop.stages().count(Stage.ON_SALE) >= 30, "those of the first group of looks fell below the limit"


def _when(holds: Callable[[], bool], act: Callable[[], None]) -> None:
    def wait() -> None:
        deadline = time.monotonic() + 30
        while not holds() and time.monotonic() < deadline:
            time.sleep(0.02)
        act()

    threading.Thread(target=wait).start()
