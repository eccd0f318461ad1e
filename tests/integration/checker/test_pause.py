"""Row O6: a paused marketplace is not looked at; afterwards the waiting run continues automatically, or the newer one
does."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import NoResultFound
from tests.integration.checker.shop import Market, Shop, check

from mercarich_contracts.market import Marketplace, State
from mercarich_platform.kafka import Record
from mercarich_platform.worker import NotNow
from mercarich_reasons.runs import RunPaused
from mercarich_runs.adapters.pause_sql import RestsWhilePaused, pause_switch
from mercarich_runs.ports import Outcome

RECORD = Record("check.yahoo", 0, 0, None, b"{}", (), 0)


def test_o6_a_run_rests_while_its_marketplace_is_paused_and_then_catches_up(
    engine: Engine, shop: Shop, market: Market
) -> None:
    listing = shop.listing(shop.seller("a"), "x1")
    market.states["x1"] = State.SOLD
    shop.setting("MARKETPLACE_YAHOO", "paused")
    with _resumed_at_the_end(shop) as pool:
        run = pool.submit(check, engine, market)
        _until(lambda: shop.run(1).note == RunPaused(Marketplace.YAHOO))
        assert market.looks == []
        assert shop.offer(listing).quantity == 1

        shop.setting("MARKETPLACE_YAHOO", "on")
        assert run.result(30).outcome is Outcome.FINISHED
    assert shop.offer(listing).quantity == 0
    assert shop.run(1).note is None


def test_o6_a_start_that_comes_during_a_pause_takes_over_and_goes_on_after_it(
    engine: Engine, shop: Shop, market: Market
) -> None:
    shop.listing(shop.seller("a"), "x1")
    shop.setting("MARKETPLACE_YAHOO", "paused")
    with _resumed_at_the_end(shop) as pool:
        first = pool.submit(check, engine, market)
        _until(lambda: shop.head().generation == 1 and shop.run(1).note)
        second = pool.submit(check, engine, market)
        assert first.result(30).outcome is Outcome.SUPERSEDED
        assert market.looks == []

        shop.setting("MARKETPLACE_YAHOO", "on")
        assert second.result(30).outcome is Outcome.FINISHED
    assert market.looks == ["x1"]


def test_o6_the_other_marketplace_goes_on(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1")
    shop.setting("MARKETPLACE_MERCARI", "paused")

    assert check(engine, market).outcome is Outcome.FINISHED


def test_o6_a_worker_of_a_paused_marketplace_keeps_its_record(engine: Engine, shop: Shop) -> None:
    handled: list[Record] = []
    clock = [0.0]
    rests = {
        marketplace: RestsWhilePaused(
            pause_switch(engine, marketplace, lambda: clock[0]), lambda record, _stop: handled.append(record)
        )
        for marketplace in Marketplace
    }
    shop.setting("MARKETPLACE_YAHOO", "paused")

    with pytest.raises(NotNow, match="paused"):
        rests[Marketplace.YAHOO](RECORD, threading.Event())
    rests[Marketplace.MERCARI](RECORD, threading.Event())
    assert len(handled) == 1

    shop.setting("MARKETPLACE_YAHOO", "on")
    clock[0] += 1
    rests[Marketplace.YAHOO](RECORD, threading.Event())
    assert len(handled) == 2


@contextmanager
def _resumed_at_the_end(shop: Shop) -> Iterator[ThreadPoolExecutor]:
    """A failed test must not leave a run waiting."""
    with ThreadPoolExecutor() as pool:
        try:
            yield pool
        finally:
            shop.setting("MARKETPLACE_YAHOO", "on")


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not _now(holds):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _now(holds: Callable[[], object]) -> object:
    """Return None while the row does not exist yet."""
    try:
        return holds()
    except NoResultFound:
        return False
