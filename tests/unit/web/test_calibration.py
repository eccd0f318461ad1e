"""A forecast of cancellations is moved by what became of orders, the more of them there are, within bounds."""

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_web.listings.calibration import LEAST, MOST, Outcome, calibrated

YAHOO, MERCARI = Marketplace.YAHOO, Marketplace.MERCARI


def test_without_orders_the_estimate_by_demand_stands() -> None:
    assert calibrated(1.7, {}, {}).mean([(YAHOO, 60.0), (MERCARI, 30.0)]) == 1.7
    assert Outcome(0.0, 0, 0, 0).factor(1.7) == pytest.approx(1.7)


def test_the_more_was_expected_the_more_what_happened_counts() -> None:
    """Half of what exposure lets expect is cancelled, where demand let expect twice as much."""
    factors = [Outcome(expected, round(expected / 2), 9_999, 0).factor(2.0) for expected in (0.0, 2.0, 20.0, 2_000.0)]

    assert factors == sorted(factors, reverse=True)
    assert factors[0] == 2.0
    assert factors[-1] == pytest.approx(0.5, abs=0.01)


def test_what_comes_true_over_many_orders_is_what_was_foretold() -> None:
    """100,000 orders, of which exposure lets expect 1 %, and 0.4 % are cancelled."""
    factor = Outcome(expected=1_000.0, cancelled=400, orders=100_000, cancelled_later=0).factor(1.3)

    assert 0.01 * factor == pytest.approx(0.004, abs=0.0001)


@pytest.mark.parametrize(("outcome", "factor"), [(Outcome(1e6, 0, 9, 0), LEAST), (Outcome(0.1, 9_000, 9, 0), MOST)])
def test_a_factor_has_bounds(outcome: Outcome, factor: float) -> None:
    assert outcome.factor(1.0) == factor


def test_an_order_whose_source_went_after_it_says_nothing_of_exposed_time() -> None:
    """Of 100,000 orders 1 % are expected by exposure; 0.4 % are cancelled for that, 0.6 % because of a later sale."""
    outcome = Outcome(expected=1_000.0, cancelled=1_000, orders=100_000, cancelled_later=600)

    assert 0.01 * outcome.factor(1.3) == pytest.approx(0.004, abs=0.0001)
    assert outcome.later == pytest.approx(0.006, abs=0.0001)


def test_few_orders_say_little_of_sources_that_go_after_them() -> None:
    shares = [Outcome(0.0, n, orders=50 * n, cancelled_later=n).later for n in (0, 1, 10, 10_000)]

    assert shares[0] == 0.0
    assert shares == sorted(shares)
    assert shares[1] < 0.01
    assert shares[-1] == pytest.approx(0.02, abs=0.0001)


def test_each_marketplace_counts_by_its_offers_for_what_goes_after_an_order() -> None:
    outcomes = {YAHOO: Outcome(0.0, 4_000, orders=10**6, cancelled_later=4_000)}

    assert calibrated(1.0, outcomes, {YAHOO: 30, MERCARI: 10}).mean_later == pytest.approx(0.75 * 0.004, abs=0.00001)
    for on_sale in ({MERCARI: 10}, {}):
        without = calibrated(1.0, outcomes, on_sale)
        assert (without.mean_later, without.later) == (0.0, {}), "what is not added is not told either"


def test_each_marketplace_counts_by_its_exposed_time() -> None:
    known = calibrated(1.0, {YAHOO: Outcome(1_000_000.0, 500_000, 9_000_000, 0)}, {})

    assert known.mean([(YAHOO, 30.0), (MERCARI, 10.0)]) == pytest.approx(0.75 * 0.5 + 0.25 * 1.0, abs=0.001)
    assert known.mean([]) == 1.0
