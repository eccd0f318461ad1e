"""The schedule's own rows of 6:00 beside the run of 0:00, by their own command lines."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select
from tests.integration.checker.shop import Market, Shop, Workers, planner, until

from mercarich_checker.commands import CHECK_ITEM
from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import engine as engines
from mercarich_db.tables import source_items
from mercarich_runs.commands import exit_code
from mercarich_runs.ports import Request

SELLERS, EACH, BATCH = 20, 3, 2
ROWS = {row.name: row for row in SCHEDULE}


def _asked(name: str) -> Request:
    _, *argv = ROWS[name].command
    return CHECK_ITEM.parse(Marketplace.YAHOO, argv)[0]


def _looked_at(engine: Engine) -> int:
    with engines.reading(engine) as connection:
        return connection.execute(select(func.count(source_items.c.checked_at))).scalar_one()


class HalfWay(threading.Event):
    """Lets some looks pass, and the others when it is set."""

    def __init__(self, passing: int) -> None:
        super().__init__()
        self._passing = threading.Semaphore(passing)

    def wait(self, timeout: float | None = None) -> bool:
        return self._passing.acquire(blocking=False) or super().wait(timeout)


@pytest.mark.parametrize("plans", [[2] * SELLERS, [2, 4] * (SELLERS // 2)], ids=["plan 2 alone", "plans mixed"])
def test_the_slot_of_six_ends_nobodys_run(engine: Engine, shop: Shop, market: Market, plans: Sequence[int]) -> None:
    sellers = [shop.seller(f"seller{number:02}", plan=plan) for number, plan in enumerate(plans)]
    for user_id in sellers:
        for number in range(EACH):
            shop.listing(user_id, f"x{user_id}-{number}")
    half = SELLERS * EACH // 2
    market.gate = gate = HalfWay(half // BATCH)
    with Workers(engine, market, threads=2) as workers, ThreadPoolExecutor(2) as processes:

        def start(name: str) -> int:
            asked, key = _asked(name), f"{name}-29400000"
            planned = planner(engine, workers, batch_items=BATCH)
            return exit_code(lambda: planned(asked, key, threading.Event()), asked, key)

        midnight = processes.submit(start, "check-item-yahoo")
        until(lambda: _looked_at(engine) >= half)
        six = processes.submit(start, "check-item-yahoo-4")
        if 4 in plans:
            until(lambda: any(batch.run_id == 2 for batch in workers.batches))
        else:
            six.result(20)
        assert shop.run(1).outcome == "running"
        gate.set()
        codes = midnight.result(20), six.result(20)

    assert codes == (0, 0)
    ended = [shop.run(run) for run in ((1, 2) if 4 in plans else (1,))]
    assert {(run.outcome, run.planned - run.checked) for run in ended} == {("finished", 0)}
    assert _looked_at(engine) == SELLERS * EACH
