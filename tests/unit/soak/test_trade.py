"""How much of the market an event beyond chance reaches."""

import random

import pytest
from tests.soak.trade import Trade
from tests.soak.week import Amazon, Size, Week

from mercarich_simulator.shelf import MERCARI


@pytest.fixture
def size() -> Size:
    return Size(sellers=2, listings=100)


@pytest.fixture(params=[None, 1.0], ids=["flat", "mixed"])
def amazon(request: pytest.FixtureRequest) -> Amazon:
    return Amazon(demand=request.param)


def test_a_share_of_a_small_market_is_at_least_one_item_and_in_a_mixed_one_the_share_in_the_mean(week: Week) -> None:
    world, trade, chance = week.plant.market.world, Trade(week.plant), random.Random(1)

    def sold() -> int:
        before = len(world.truth.lines[MERCARI])
        trade.some(chance, MERCARI, "deleted", 0.004)()
        return len(world.truth.lines[MERCARI]) - before

    counts = [sold() for _ in range(60)]

    if world.market.fates is None:
        assert counts[0] == 1
        return
    assert set(counts) <= {0, 1}
    assert 5 <= sum(counts) <= 20  # a fifth of an item each time
