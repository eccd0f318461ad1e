"""Looks that a seller requests, from the seller's action to the checker's record of them."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.checker.shop import VOUCHES, Market, Shop, Workers, check

from mercarich_checker.use_cases.check_batch import BatchOutcome
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_db import engine as engines
from mercarich_db.tables import holds, listings, runs, source_items
from mercarich_platform.clock import utc_now
from mercarich_reasons.holds import TooManyAbsent, TooManyFalls
from mercarich_runs.adapters import tallies_sql
from mercarich_runs.domain.brake import Fall, HoldKind
from mercarich_web.listings.actions import BulkAction
from mercarich_web.listings.choices import Applied, Choice
from mercarich_web.listings.sql.actions import SqlBulk

SELLER = 1


@pytest.fixture
def ids(engine: Engine, shop: Shop, market: Market) -> list[int]:
    """Three hundred offers of a seller, all found on sale an hour ago by a run that has ended."""
    seller = shop.seller("a")
    assert seller == SELLER
    found = [shop.listing(seller, f"x{number}") for number in range(300)]
    check(engine, market, canaries=[VOUCHES])
    _let_rest(engine)
    return found


def _let_rest(engine: Engine) -> None:
    rested = update(source_items).values(checked_at=utc_now() - timedelta(hours=1))
    engines.run_tx(engine, lambda connection: connection.execute(rested))


def ask(engine: Engine, ids: list[int]) -> Applied:
    return SqlBulk(engine).apply(SELLER, BulkAction.CHECK, Choice(ids=ids), "ann", utc_now())


def look(engine: Engine, market: Market, asked: Applied) -> BatchOutcome:
    """Look as a checker does that received the message."""
    (wanted,) = asked.looks
    batch = CheckBatch(
        marketplace=Marketplace.YAHOO,
        run_id=wanted.run_id,
        generation=wanted.generation,
        items=tuple(BatchItem(id=item.id, item_id=item.item_id, seller_id=item.seller_id) for item in wanted.items),
        fresh=True,
    )
    return Workers(engine, market).use_case()(batch, threading.Event())


def test_what_is_gone_is_withdrawn_and_the_rest_stays(
    engine: Engine, shop: Shop, market: Market, ids: list[int]
) -> None:
    market.states = {"x1": State.SOLD}
    look(engine, market, ask(engine, ids[:3]))

    assert [shop.offer(id).quantity for id in ids[:3]] == [1, 0, 1]
    assert shop.events(ids[1]) == ["look_wanted", "withdrawn"]
    assert shop.count(source_items, source_items.c.check_run.is_not(None)) == 0


def test_of_many_that_fall_after_the_end_no_more_than_the_bound_are_withdrawn(
    engine: Engine, shop: Shop, market: Market, ids: list[int]
) -> None:
    """The falls are few compared with what the run has checked, and many compared with the looks by hand."""
    market.states = {f"x{number}": State.SOLD for number in range(44)}
    for start in (0, 22):
        look(engine, market, ask(engine, ids[start : start + 22]))

    assert shop.count(listings, listings.c.quantity == 0) < 20
    assert shop.count(listings, listings.c.hold_id.is_not(None)) >= 44 - 19
    with engines.reading(engine) as connection:
        assert connection.execute(select(holds.c.reason)).scalar_one() == TooManyFalls(20)


def test_of_many_that_are_missing_after_the_end_a_person_decides(
    engine: Engine, shop: Shop, market: Market, ids: list[int]
) -> None:
    market.states = {f"x{number}": State.GONE for number in range(30)}
    market.reasons = dict.fromkeys(market.states, Reason.NOT_FOUND)
    for start in (0, 15):
        look(engine, market, ask(engine, ids[start : start + 15]))

    assert shop.count(listings, listings.c.quantity == 0) < 20
    with engines.reading(engine) as connection:
        assert isinstance(connection.execute(select(holds.c.reason)).scalar_one(), TooManyAbsent)


def test_what_no_canary_of_its_run_vouched_for_is_held_after_the_end_too(
    engine: Engine, shop: Shop, market: Market, ids: list[int]
) -> None:
    check(engine, market, canaries=[])
    _let_rest(engine)
    market.states["x7"], market.reasons["x7"] = State.GONE, Reason.NOT_FOUND

    look(engine, market, ask(engine, [ids[7]]))

    assert shop.offer(ids[7]).quantity == 1
    with engines.reading(engine) as connection:
        [hold] = connection.execute(select(holds)).all()
    assert (hold.id, hold.kind, hold.route) == (shop.offer(ids[7]).hold_id, HoldKind.UNVOUCHED, RouteName.YAHOO_ITEM)


def test_a_hold_that_its_run_has_settled_does_not_open_the_door_to_later_falls(
    engine: Engine, shop: Shop, market: Market, ids: list[int]
) -> None:
    """60 fell in the run and were held; the second look found that they were really gone."""
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    market.states = {f"x{number}": State.SOLD for number in range(60)}
    check(engine, market, confirm_after=timedelta(seconds=1.2))
    assert shop.count(listings, listings.c.quantity == 0) == 60
    assert shop.count(holds, holds.c.applied_at.is_not(None), holds.c.released_by.is_(None)) >= 1
    _let_rest(engine)
    market.states |= {f"x{number}": State.SOLD for number in range(60, 104)}
    for start in (60, 82):
        look(engine, market, ask(engine, ids[start : start + 22]))

    assert shop.count(listings, listings.c.quantity == 0) < 80
    assert shop.count(listings, listings.c.hold_id.is_not(None)) >= 44 - 19


def test_what_a_look_confirms_does_not_count_as_falling(
    engine: Engine, shop: Shop, market: Market, ids: list[int]
) -> None:
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    market.states = {f"x{number}": State.SOLD for number in range(44)}
    for start in (0, 22):
        look(engine, market, ask(engine, ids[start : start + 22]))
    held = [id for id in ids[:44] if shop.offer(id).hold_id]
    earlier = utc_now() - timedelta(hours=1)
    seen = update(source_items).values(checked_at=earlier, suspected_at=earlier)
    engines.run_tx(engine, lambda connection: connection.execute(seen))
    look(engine, market, ask(engine, held))

    assert shop.count(listings, listings.c.quantity == 0) == 44
    with engines.reading(engine) as connection:
        run = connection.execute(select(runs)).first()
        falling = Counter([Fall(SELLER, RouteName.YAHOO_ITEM, False)])
        weighed = tallies_sql.weighed(connection, run.id, (), falling)
    assert weighed.sellers[SELLER].fallen == 44 + 1


def test_what_its_run_saw_fall_does_not_count_against_a_look(
    engine: Engine, shop: Shop, market: Market, ids: list[int]
) -> None:
    market.states = {f"x{number}": State.SOLD for number in range(0, 300, 12)}
    check(engine, market)
    _let_rest(engine)
    assert shop.count(listings, listings.c.quantity == 0) == 25
    market.states["x30"] = State.SOLD
    look(engine, market, ask(engine, [ids[30]]))

    assert shop.offer(ids[30]).quantity == 0


def test_what_was_put_off_after_the_end_can_be_asked_again(
    engine: Engine, shop: Shop, market: Market, ids: list[int]
) -> None:
    """No planner is left that would look again when it is due."""
    market.states = {"x1": State.UNKNOWN}
    look(engine, market, ask(engine, [ids[1]]))
    planned = shop.run(1).planned
    assert ask(engine, [ids[1]]).changed == 0
    due = update(source_items).where(source_items.c.check_not_before.is_not(None))
    engines.run_tx(engine, lambda connection: connection.execute(due.values(check_not_before=utc_now())))
    market.states = {"x1": State.SOLD}
    look(engine, market, ask(engine, [ids[1]]))

    assert shop.offer(ids[1]).quantity == 0
    assert shop.run(1).planned == planned
