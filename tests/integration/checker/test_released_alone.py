"""A person releases single listings of a hold: they change as by a release of the whole, and the rest waits on."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update
from tests.integration.checker.shop import Market, Shop, request
from tests.integration.checker.test_repricing import DEAR, Followers

from mercarich_checker.adapters import prices_sql
from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.ports import Released
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import hold_releases, holds, listing_events, runs, source_items
from mercarich_listings import store
from mercarich_listings.history import replay
from mercarich_listings.transition import Stage
from mercarich_platform.clock import utc_now
from mercarich_reasons.holds import TooManyUnreadable
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.domain.brake import HoldKind
from mercarich_runs.ports import Outcome


class Held:
    """Three listings of a seller that a hold for the whole marketplace keeps; `late` fell to nothing yet."""

    def __init__(self, engine: Engine, shop: Shop, market: Market, **more: Any) -> None:
        self.engine, self.shop, self.market = engine, shop, market
        seller = shop.seller("a")
        self.ids = [shop.listing(seller, f"x{number}") for number in range(3)]
        self.late = shop.listing(seller, "late")
        market.states = dict.fromkeys(("x0", "x1", "x2", "late"), State.SOLD)
        asked = request(**more)
        self.run, plan = SqlRuns(engine).start(asked, None, utc_now()), SqlPlan(engine)
        for _ in plan.mark(self.run, asked, plan.sellers(asked)):
            pass
        self.without_update = asked.without_update
        SqlPlan(engine).open_hold(self.run, HoldKind.UNREADABLE, TooManyUnreadable(), utc_now())
        self.observations = SqlObservations(engine, settings_cache(engine, brake_settings))
        self.look("x0", "x1", "x2")

    def look(self, *names: str) -> None:
        items = tuple(BatchItem(id=self.shop.source(name).id, item_id=name) for name in names)
        of_run = {"run_id": self.run.id, "generation": self.run.generation, "without_update": self.without_update}
        batch = CheckBatch(marketplace=Marketplace.YAHOO, items=items, **of_run)
        seen = {item.id: self.market.item(item.item_id) for item in items}
        self.observations.record(batch, seen, utc_now())

    def hold(self) -> Any:
        with engines.reading(self.engine) as connection:
            return connection.execute(select(holds).order_by(holds.c.id)).first()

    def release(self, *listing_ids: int) -> Released:
        release(self.engine, self.hold().id, listing_ids)
        return self.apply()

    def apply(self) -> Released:
        return self.observations.apply_released_holds(Marketplace.YAHOO, utc_now())

    def change(self, statement: Any) -> None:
        engines.run_tx(self.engine, lambda connection: connection.execute(statement))

    def stands(self, *listing_ids: int) -> list[tuple[int, bool]]:
        """Of each its quantity, and whether a hold keeps it."""
        return [(self.shop.offer(id).quantity, self.shop.offer(id).hold_id is not None) for id in listing_ids]

    def left(self) -> int:
        return self.shop.count(hold_releases)


@pytest.fixture
def held(engine: Engine, shop: Shop, market: Market) -> Held:
    return Held(engine, shop, market)


def release(engine: Engine, hold_id: int, listing_ids: Sequence[int]) -> None:
    """As the pages write it."""
    stamp = {"hold_id": hold_id, "released_at": utc_now(), "released_by": "ops"}
    rows = [{**stamp, "listing_id": listing_id} for listing_id in listing_ids]
    engines.run_tx(engine, lambda connection: connection.execute(insert(hold_releases), rows))


def test_what_was_released_alone_is_withdrawn_and_the_rest_waits_on(held: Held) -> None:
    first, second, third = held.ids
    assert held.stands(first, second, third) == [(1, True)] * 3

    done = held.release(first, third)

    assert held.stands(first, second, third) == [(0, False), (1, True), (0, False)]
    assert done.withdrawn == {held.shop.offer(first).user_id: [first, third]}
    assert held.shop.events(first) == ["held", "withdrawn"]
    assert (held.hold().released_at, held.hold().applied_at) == (None, None)
    assert held.shop.run(held.run.id).released == 2
    assert (held.left(), held.apply()) == (0, Released())


def test_the_hold_keeps_what_falls_after_that_as_before(held: Held) -> None:
    held.release(held.ids[0])
    held.look("late")

    assert held.stands(held.late) == [(1, True)]
    assert held.shop.offer(held.late).hold_id == held.hold().id


def test_the_history_of_a_listing_that_was_released_alone_gives_its_state(engine: Engine, held: Held) -> None:
    with engines.reading(engine) as connection:
        before = store.read(connection, held.ids)
    held.release(held.ids[0])

    with engines.reading(engine) as connection:
        after = store.read(connection, held.ids)
        for listing, now in zip(before, after, strict=True):
            own = listing_events.c.listing_id == listing.id
            newest = select(listing_events).where(own, listing_events.c.kind != "held").order_by(listing_events.c.id)
            assert replay(listing, connection.execute(newest).all()) == now


def test_a_hold_of_which_the_last_was_released_alone_keeps_what_falls_next_and_closes_after_its_run(held: Held) -> None:
    """A person has seen these, and not what falls next."""
    held.release(*held.ids)
    assert held.stands(*held.ids) == [(0, False)] * 3
    assert held.hold().applied_at is None

    held.look("late")
    assert held.stands(held.late) == [(1, True)]

    held.release(held.late)
    SqlRuns(held.engine).end(held.run, Outcome.FINISHED, utc_now())
    held.apply()
    row = held.hold()
    assert (row.applied_at is not None, row.released_at is not None, row.released_by) == (True, True, None)


def test_a_listing_that_is_on_sale_again_is_let_go_of(held: Held) -> None:
    held.change(update(source_items).values(state=State.AVAILABLE, reason=None))

    assert held.release(held.ids[0]) == Released()

    assert held.stands(held.ids[0]) == [(1, False)]
    assert held.shop.events(held.ids[0]) == ["held", "hold_cleared"]


def test_a_run_without_update_only_marks(engine: Engine, shop: Shop, market: Market) -> None:
    held = Held(engine, shop, market, without_update=True)
    held.release(held.ids[0])

    assert (shop.offer(held.ids[0]).quantity, shop.offer(held.ids[0]).searching) == (1, True)


def test_another_hold_that_keeps_the_listing_by_now_was_not_released(held: Held) -> None:
    release(held.engine, held.hold().id + 1, held.ids[:1])
    second = SqlRuns(held.engine).start(request(), None, utc_now())
    SqlPlan(held.engine).open_hold(second, HoldKind.UNREADABLE, TooManyUnreadable(), utc_now())

    held.release(held.ids[1])

    assert held.stands(*held.ids[:2]) == [(1, True), (0, False)]
    assert held.left() == 0, "it is forgotten"


def test_other_marketplaces_leave_it_alone(held: Held) -> None:
    release(held.engine, held.hold().id, held.ids[:1])

    held.observations.apply_released_holds(Marketplace.MERCARI, utc_now())

    assert (held.stands(held.ids[0]), held.left()) == ([(1, True)], 1)


def test_a_release_of_the_whole_hold_takes_those_along(held: Held) -> None:
    release(held.engine, held.hold().id, held.ids[:1])
    held.change(update(holds).values(released_at=utc_now(), released_by="ops"))
    held.apply()

    assert held.stands(*held.ids) == [(0, False)] * 3
    assert (held.hold().released_by, held.hold().applied_at is not None, held.left()) == ("ops", True, 0)


def test_a_release_of_a_hold_whose_run_is_not_kept_any_more_is_applied(held: Held) -> None:
    SqlRuns(held.engine).end(held.run, Outcome.FINISHED, utc_now())
    held.change(runs.delete())
    held.release(held.ids[0])

    assert held.stands(*held.ids[:2]) == [(0, False), (1, True)]


def test_prices_that_were_released_alone_are_asked_for_and_those_that_wait_their_turn_stay_released(
    engine: Engine, shop: Shop, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prices_sql, "PRICES_AT_ONCE", 2)
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    [hold] = many.holds()
    release(engine, hold.id, many.ids[:3])
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))

    observations.apply_released_holds(Marketplace.YAHOO, many.now)

    assert [wish.listing_id for wish in many.wishes()] == many.ids[:2]
    assert shop.count(hold_releases) == 1
    many.end(None)
    observations.apply_released_holds(Marketplace.YAHOO, many.now)
    assert [wish.listing_id for wish in many.wishes()] == many.ids[:3]
    assert {row.stage for row in many.rows()[3:]} == {Stage.HELD}
    assert many.holds()[0].applied_at is None
    assert shop.count(hold_releases) == 0
