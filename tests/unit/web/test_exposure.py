"""How long offers were exposed by day, and the share of orders that may cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_web.home.home import midnights
from mercarich_web.listings.exposure import Looks, Span, measure

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)  # noon in Tokyo
DAYS = midnights(NOW)
MIDNIGHT = DAYS[-2]


def looks(*hours_ago: int, **more: Any) -> list[Looks]:
    return [Looks(NOW - timedelta(hours=hours), Marketplace.YAHOO, **more) for hours in hours_ago]


def span(begins: datetime, **length: float) -> Span:
    return Span(begins, begins + timedelta(**length))


def test_minutes_are_summed_over_offers_and_split_at_midnight() -> None:
    found = measure([span(MIDNIGHT - timedelta(minutes=10), minutes=30), span(MIDNIGHT, minutes=5)], [], DAYS, NOW)

    assert found.by_day[MIDNIGHT] == 25
    assert found.by_day[MIDNIGHT - timedelta(days=1)] == 10
    assert sum(found.by_day.values()) == 35


def test_a_begun_minute_counts_so_that_exposure_is_never_told_as_none() -> None:
    found = measure([span(MIDNIGHT, seconds=2), span(MIDNIGHT, seconds=3)], [], DAYS, NOW)

    assert found.by_day[MIDNIGHT] == 1


HOUR = timedelta(hours=1)


def test_before_it_was_seen_the_time_that_looks_have_counted_is_added() -> None:
    """Eight days ago it is not of the week; of four that fell one was there all the time."""
    found = measure(
        [], [*looks(192, fallen=9, unseen=99 * HOUR), *looks(30, 20, fallen=4, cleared=1, unseen=8 * HOUR)], DAYS, NOW
    )

    assert found.unseen == 2 * 6 * 60


def test_what_no_look_has_counted_is_unknown_unless_nothing_fell() -> None:
    of_before = looks(40, unseen=None)

    assert measure([], [*of_before, *looks(30, fallen=1, unseen=HOUR)], DAYS, NOW).unseen == 60
    assert measure([], [*of_before, *looks(30, fallen=1, unseen=None)], DAYS, NOW).unseen is None


def test_the_expected_share_is_exposed_time_by_time_on_sale() -> None:
    found = measure([span(NOW - timedelta(hours=30), hours=12)], looks(500, 200, 100, fallen=0), DAYS, NOW)

    assert found.minutes == 7 * 24 * 60
    assert found.expected(100) == pytest.approx(12 / (7 * 24) / 100)


def test_a_young_shop_is_measured_by_the_time_since_its_first_check() -> None:
    found = measure([span(NOW - timedelta(hours=3), hours=3)], looks(48, 24), DAYS, NOW)

    assert found.expected(10) == pytest.approx(3 / 48 / 10)


@pytest.mark.parametrize(("checks", "offers"), [([], 10), (looks(200), 10), (looks(20, 8), 10), (looks(48, 24), 0)])
def test_what_cannot_be_told_stays_unknown(checks: list[Looks], offers: int) -> None:
    found = measure([span(NOW - timedelta(hours=1), hours=1)], checks, DAYS, NOW)

    assert found.expected(offers) is None


def test_what_was_not_seen_is_told_by_marketplace_as_far_as_it_is_known() -> None:
    def fell(marketplace: Marketplace, fallen: int, unseen: timedelta | None) -> Looks:
        return Looks(NOW - 9 * HOUR, marketplace, fallen, unseen=unseen)

    known = [fell(Marketplace.YAHOO, 1, HOUR), fell(Marketplace.YAHOO, 2, HOUR), fell(Marketplace.MERCARI, 0, None)]

    assert measure([], known, DAYS, NOW).unseen_at == [(Marketplace.YAHOO, 120)]
    unknown = measure([], [*known, fell(Marketplace.MERCARI, 1, None)], DAYS, NOW)
    assert (unknown.unseen, unknown.unseen_at) == (None, [(Marketplace.YAHOO, 120)])
