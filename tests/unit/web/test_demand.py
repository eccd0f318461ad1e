"""The forecast of cancelled orders where what goes fast at its source is ordered more at Amazon."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_web.home.home import midnights
from mercarich_web.listings.demand import Demand, Group
from mercarich_web.listings.exposure import Exposure, Looks, measure

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
WEEK, GAP = timedelta(days=7), timedelta(hours=12)
SLOW, FAST = Group(0.01 / 86_400, 3_000), Group(0.2 / 86_400, 1_000)
"""1 % and 20 % a day, and how many offers."""


def _week(seed: int) -> tuple[Exposure, list[Group], dict[Group, float]]:
    """Return what a week of looks every twelve hours measured, the offers that fell, and the true exposed seconds.

    Each source goes at its hazard, and the look that finds it gone puts an equal one in its place.
    """
    draw, gap = random.Random(seed), GAP.total_seconds()
    looks, fell, exposed = [Looks(NOW - WEEK - GAP, Marketplace.YAHOO)], {SLOW: 0, FAST: 0}, {SLOW: 0.0, FAST: 0.0}
    for number in range(int(WEEK / GAP)):
        fallen = 0
        for group in (SLOW, FAST):
            for _ in range(group.offers):
                lasted = draw.expovariate(group.hazard)
                if lasted < gap:
                    exposed[group] += gap - lasted
                    fell[group] += 1
                    fallen += 1
        looks.append(Looks(NOW - WEEK + number * GAP, Marketplace.YAHOO, fallen, unseen=fallen * GAP / 2))
    measured = measure([], looks, midnights(NOW), NOW)
    return measured, [Group(group.hazard, number) for group, number in fell.items()], exposed


def _true_share(exposed: dict[Group, float], exponent: float) -> float:
    """Return the share of orders that come while the source is gone, when they come at hazard ** exponent."""
    orders = sum(group.offers * group.hazard**exponent for group in exposed) * WEEK.total_seconds()
    return sum(seconds * group.hazard**exponent for group, seconds in exposed.items()) / orders


@pytest.mark.parametrize("exponent", [0, 0.5, 1])
def test_the_forecast_is_what_comes_true_however_orders_go_with_the_hazard(exponent: float) -> None:
    measured, fallen, exposed = _week(seed=1)
    demand = Demand(exponent, fallen, [SLOW, FAST])

    forecast = measured.expected(SLOW.offers + FAST.offers, demand.ratio)

    assert forecast == pytest.approx(_true_share(exposed, exponent), rel=0.06)


def test_counting_all_offers_alike_is_too_low_by_the_factor_of_theory() -> None:
    """With n offers of each hazard λ: Σnλ² · Σn ÷ (Σnλ)²."""
    measured, fallen, exposed = _week(seed=2)
    groups, all_offers = (SLOW, FAST), SLOW.offers + FAST.offers
    theory = sum(g.offers * g.hazard**2 for g in groups) * all_offers / sum(g.offers * g.hazard for g in groups) ** 2
    alike = measured.expected(all_offers)

    assert theory == pytest.approx(3.05, abs=0.01)
    assert alike is not None
    assert _true_share(exposed, 1) / alike == pytest.approx(theory, rel=0.08)
    assert Demand(1, fallen, groups).ratio == pytest.approx(theory, rel=0.03)


def test_an_exponent_of_0_counts_all_offers_alike() -> None:
    assert Demand(0, [FAST], [SLOW, FAST]).ratio == 1


def test_what_goes_alike_is_ordered_alike() -> None:
    assert Demand(1, [Group(2e-7, 3)], [Group(2e-7, 50)]).ratio == pytest.approx(1)


@pytest.mark.parametrize(("fallen", "on_sale"), [([], [FAST]), ([FAST], []), ([Group(1e-7, 0)], [FAST])])
def test_without_offers_to_compare_all_count_alike(fallen: list[Group], on_sale: list[Group]) -> None:
    assert Demand(1, fallen, on_sale).ratio == 1


def test_no_more_than_all_orders_are_cancelled() -> None:
    measured, fallen, _ = _week(seed=1)

    assert measured.expected(1, Demand(1, fallen, [SLOW]).ratio) == 1
