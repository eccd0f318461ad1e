"""A person releases single listings of a hold: they change as by a release of the whole, and the rest waits on."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update
from tests.conftest import REAL_SERVICES
from tests.integration.checker.shop import Market, Shop, request, until
from tests.integration.checker.test_repricing import DEAR, USUAL, Followers

from mercarich_checker.adapters import prices_sql
from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.ports import Released
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_db import engine as engines
from mercarich_db.metrics import TROUBLES
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import hold_releases, holds, listing_events, listings, runs, source_items
from mercarich_listings import store
from mercarich_listings.history import replay
from mercarich_listings.transition import Stage
from mercarich_platform.clock import utc_now
from mercarich_reasons.holds import TooManyUnreadable
from mercarich_reasons.repricing import PriceDiffers
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.domain.brake import HoldKind
from mercarich_runs.ports import Outcome

DEARER = 1300
"""Of a source; with a fee of 15 per cent, a tenth of 1,740 yen is left."""


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


def release(engine: Engine, hold_id: int, listing_ids: Sequence[int], shown_jpy: int | None = None) -> None:
    """As the pages write it."""
    stamp = {"hold_id": hold_id, "released_at": utc_now(), "released_by": "ops", "shown_jpy": shown_jpy}
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


class HeldPrices:
    """Thirty prices that a hold keeps; by the source's last price each would be 1,600 yen."""

    def __init__(self, engine: Engine, shop: Shop, market: Market) -> None:
        self.many = Followers(engine, shop, market, offers=30)
        self.many.look(DEAR)
        self.engine, self.ids = engine, self.many.ids
        self.observations = SqlObservations(engine, settings_cache(engine, brake_settings))

    @property
    def hold(self) -> Any:
        return self.many.holds()[0]

    def release(self, shown_jpy: int | None, *listing_ids: int) -> None:
        """As the pages write it."""
        release(self.engine, self.hold.id, listing_ids, shown_jpy)

    def release_whole(self, shown_jpy: int | None) -> None:
        self.release(shown_jpy, *self.ids)
        whole = update(holds).values(released_at=utc_now(), released_by="ops")
        engines.run_tx(self.engine, lambda connection: connection.execute(whole))

    def apply(self) -> None:
        self.observations.apply_released_holds(Marketplace.YAHOO, self.many.now)

    def asked(self) -> list[tuple[int, int]]:
        return [(wish.listing_id, wish.to_jpy) for wish in self.many.wishes()]

    def rows(self) -> list[Any]:
        with engines.reading(self.engine) as connection:
            return list(connection.execute(select(hold_releases).order_by(hold_releases.c.listing_id)))

    def newest(self, listing_id: int) -> Any:
        own = select(listing_events).where(listing_events.c.listing_id == listing_id)
        with engines.reading(self.engine) as connection:
            return connection.execute(own.order_by(listing_events.c.id.desc())).first()


@pytest.fixture
def priced(engine: Engine, shop: Shop, market: Market) -> HeldPrices:
    return HeldPrices(engine, shop, market)


def test_the_price_that_was_shown_is_the_price_that_is_asked_for(priced: HeldPrices) -> None:
    first, second = priced.ids[:2]
    priced.release(1600, first)
    priced.apply()
    assert (priced.asked(), priced.rows()) == ([(first, 1600)], [])

    priced.release(1600, second)
    priced.many.look(DEARER)
    priced.apply()

    [row], event = priced.rows(), priced.newest(second)
    assert (row.listing_id, row.differs_at is not None) == (second, True)
    assert (event.kind, event.reason) == ("held", PriceDiffers(1600, 1740))
    assert priced.asked() == [(first, 1600)]
    assert priced.many.rows()[1].stage is Stage.HELD
    priced.apply()
    assert priced.newest(second) == event, "it is told once"


def test_what_differed_waits_for_another_release_also_at_the_price_of_the_first(priced: HeldPrices) -> None:
    one = priced.ids[0]
    priced.release(1600, one)
    priced.many.look(DEARER)
    priced.apply()
    priced.many.look(DEAR)
    priced.apply()
    assert priced.asked() == []

    engines.run_tx(priced.engine, lambda connection: connection.execute(delete(hold_releases)))
    priced.release(1600, one)
    priced.apply()
    assert (priced.asked(), priced.rows()) == ([(one, 1600)], [])


def test_a_whole_hold_waits_again_for_what_differs_and_has_applied_the_rest(priced: HeldPrices) -> None:
    """The person was shown another price of the first."""
    priced.release_whole(1600)
    another = update(hold_releases).where(hold_releases.c.listing_id == priced.ids[0]).values(shown_jpy=1500)
    engines.run_tx(priced.engine, lambda connection: connection.execute(another))
    priced.apply()

    assert priced.asked() == [(id, 1600) for id in priced.ids[1:]]
    assert (priced.hold.released_at, priced.hold.released_by, priced.hold.applied_at) == (None, None, None)
    assert [row.listing_id for row in priced.rows()] == priced.ids[:1]

    engines.run_tx(priced.engine, lambda connection: connection.execute(delete(hold_releases)))
    priced.release_whole(1600)
    priced.apply()
    assert priced.asked()[0] == (priced.ids[0], 1600)
    assert (priced.hold.released_by, priced.hold.applied_at is not None) == ("ops", True)


def test_a_release_without_a_price_goes_by_the_price_of_its_moment(priced: HeldPrices) -> None:
    """The pages of an earlier release write none."""
    priced.release_whole(None)
    priced.many.look(DEARER)
    priced.apply()

    assert {jpy for _, jpy in priced.asked()} == {1740}
    assert priced.hold.applied_at is not None


def test_that_a_price_differed_is_forgotten_when_the_listing_is_let_go(priced: HeldPrices) -> None:
    """The same hold may keep it again: nothing of that was released, and nothing differs."""
    priced.release(1600, priced.ids[0])
    priced.many.look(DEARER)
    priced.apply()
    assert len(priced.rows()) == 1

    priced.many.look(USUAL)

    assert priced.many.rows()[0].stage is Stage.ON_SALE
    assert priced.rows() == []


def test_a_price_that_is_released_is_forgotten_too_when_the_listing_is_let_go_before(priced: HeldPrices) -> None:
    priced.release(1600, priced.ids[0])
    priced.many.look(USUAL)
    priced.many.look(DEAR)
    priced.apply()

    assert priced.asked() == []


@pytest.mark.skipif(not REAL_SERVICES, reason="SQLite has one writer at a time")
def test_the_listings_of_all_releases_are_locked_in_one_order(engine: Engine, held: Held) -> None:
    """Of whole holds and alone: another writer, who goes by the ids, too, never waits for one that waits for it."""
    low, _, high = held.ids
    whole = held.hold()
    other = {**whole._mapping, "id": whole.id + 1}
    held.change(insert(holds).values(other))
    held.change(update(listings).where(listings.c.id == low).values(hold_id=other["id"]))
    release(engine, other["id"], [low])
    held.change(update(holds).where(holds.c.id == whole.id).values(released_at=utc_now(), released_by="ops"))
    conflicts = TROUBLES.labels("conflict")._value.get()

    with ThreadPoolExecutor(1) as pool:
        with engine.connect() as writer, writer.begin():
            store.lock(writer, [low])
            applied = pool.submit(held.apply)
            until(lambda: _waiting(engine))
            store.lock(writer, [high])
        applied.result(20)

    assert held.stands(*held.ids) == [(0, False)] * 3
    assert TROUBLES.labels("conflict")._value.get() == conflicts, "a deadlock"


def _waiting(engine: Engine) -> int:
    """Return how many transactions wait for a lock."""
    with engine.connect() as connection:
        return int(connection.execute(text("SHOW STATUS LIKE 'Innodb_row_lock_current_waits'")).one()[1])
