"""The ledger's arithmetic on handmade timelines."""

from typing import Any

import pytest

from mercarich_simulator.amazon.offers import FEED, PATCH, RETURN, SEED, SELLER, Shown
from mercarich_simulator.ledger import Frame, Judgement, judge
from mercarich_simulator.truth import Change

FRAME = Frame(start=0.0, now=1_000.0)


def verdict(first: int, changes: list[tuple[Any, ...]], truth: list[tuple[float, str]], **frame: Any) -> Judgement:
    shown = [Shown(*(*change, PATCH, "r", False)[:5]) if len(change) == 2 else Shown(*change) for change in changes]
    chosen = Frame(**{"start": 0.0, "now": 1_000.0, **frame})
    return judge(first, shown, [Change(*change) for change in truth], chosen)


def test_a_withdrawal_after_the_source_sold_is_right_and_its_delay_is_exposure() -> None:
    found = verdict(1, [(130.0, 0)], [(100.0, "sold")])
    assert (found.withdrawn, found.wrong_withdrawals, found.missed) == (True, [], False)
    assert (found.exposed_seconds, found.latencies, found.gone_since) == (30.0, [30.0], 100.0)


def test_a_withdrawal_of_an_offer_whose_source_was_always_available_is_wrong() -> None:
    assert verdict(1, [(130.0, 0)], []).wrong_withdrawals == [130.0]


def test_a_zero_for_an_offer_that_was_down_and_came_back_by_itself_withdraws_nothing() -> None:
    back = [(100.0, 0, SELLER, "", False), (200.0, 1, RETURN, "", False), (300.0, 0)]
    assert verdict(1, back, []).wrong_withdrawals == []
    assert verdict(1, [*back, (400.0, 1), (500.0, 0)], []).wrong_withdrawals == [500.0]


def test_a_withdrawal_before_the_source_sold_is_wrong() -> None:
    assert verdict(1, [(130.0, 0)], [(131.0, "sold")]).wrong_withdrawals == [130.0]


def test_a_withdrawal_is_excused_when_the_source_came_back_while_it_travelled() -> None:
    found = verdict(1, [(130.0, 0)], [(100.0, "trading"), (129.0, "available")])
    assert found.wrong_withdrawals == []


def test_an_absence_long_ago_excuses_no_withdrawal() -> None:
    truth = [(100.0, "trading"), (129.0, "available")]
    assert verdict(1, [(500.0, 0)], truth, settled=60.0).wrong_withdrawals == [500.0]


def test_an_absence_before_the_last_change_excuses_no_withdrawal() -> None:
    truth = [(100.0, "trading"), (200.0, "available")]
    found = verdict(1, [(110.0, 0), (210.0, 1), (220.0, 0)], truth)
    assert found.wrong_withdrawals == [220.0]


def test_a_gone_source_that_is_still_shown_is_missed_only_after_the_cutoff() -> None:
    assert verdict(1, [], [(100.0, "deleted")]).missed
    assert verdict(1, [], [(100.0, "deleted")], cutoff=101.0).missed
    assert not verdict(1, [], [(100.0, "deleted")], cutoff=99.0).missed
    assert not verdict(1, [], [(100.0, "deleted"), (200.0, "available")]).missed
    assert not verdict(0, [], [(100.0, "deleted")]).missed


def test_showing_again_without_any_news_of_the_source_is_a_double_push() -> None:
    found = verdict(1, [(110.0, 0), (120.0, 1), (130.0, 0)], [(100.0, "sold")])
    assert found.double_pushes == [120.0, 130.0]
    assert found.wrong_restores == [120.0]


def test_following_the_source_down_and_up_and_down_is_no_double_push() -> None:
    truth = [(100.0, "trading"), (200.0, "available"), (300.0, "sold")]
    found = verdict(1, [(110.0, 0), (210.0, 1), (310.0, 0)], truth)
    assert (found.double_pushes, found.wrong_withdrawals, found.wrong_restores) == ([], [], [])
    assert found.exposed_seconds == 20.0


def test_putting_an_excused_withdrawal_right_is_no_double_push() -> None:
    truth = [(100.0, "trading"), (105.0, "available")]
    assert verdict(1, [(110.0, 0), (120.0, 1)], truth).double_pushes == []


def test_a_restore_on_a_source_that_is_long_gone_is_wrong() -> None:
    assert verdict(0, [(500.0, 1)], [(-10_000.0, "sold")]).wrong_restores == [500.0]


def test_a_restore_is_excused_when_the_source_sold_a_moment_before() -> None:
    found = verdict(0, [(500.0, 1)], [(499.0, "sold")])
    assert (found.wrong_restores, found.missed, found.exposed_seconds) == ([], True, 500.0)


def test_a_restore_is_excused_by_what_was_so_when_amazon_took_the_zero_that_it_shows_later() -> None:
    """A replacement was found just before Amazon took the zero, and sold before Amazon showed it."""
    late = [(110.0, 0, PATCH, "r", False, 100.0), (430.0, 1, PATCH, "r", False, 400.0)]
    found = verdict(1, late, [(50.0, "sold"), (100.0, "available"), (105.0, "sold")])
    assert (found.wrong_restores, found.double_pushes) == ([], [])


def test_what_a_test_sets_by_hand_is_not_judged() -> None:
    found = verdict(1, [(130.0, 0, SEED, "by hand", False), (140.0, 1)], [])
    assert (found.wrong_withdrawals, found.double_pushes) == ([], [])


def test_a_stale_feed_is_named_with_its_time() -> None:
    found = verdict(1, [(110.0, 0), (120.0, 1, FEED, "f", True)], [(100.0, "sold")])
    assert found.stale_overwrites == [120.0]


def test_putting_a_stale_feed_right_is_no_double_push() -> None:
    truth = [(50.0, "sold"), (100.0, "available")]
    found = verdict(1, [(90.0, 0), (110.0, 1), (9_000.0, 0, FEED, "r", True), (9_100.0, 1)], truth)
    assert (found.double_pushes, found.wrong_withdrawals, found.stale_overwrites) == ([], [], [9_000.0])


@pytest.mark.parametrize("state", ["auction", "flea", "suspended", "cancelled", "ended", "no_price", "trading"])
def test_every_state_without_a_fixed_price_counts_as_gone(state: str) -> None:
    assert verdict(1, [(130.0, 0)], [(100.0, state)]).wrong_withdrawals == []


def test_an_auction_past_its_end_that_is_still_open_counts_as_available() -> None:
    assert verdict(1, [(130.0, 0)], [(100.0, "closing")]).wrong_withdrawals == [130.0]


def test_a_source_that_sold_before_the_start_exposes_only_from_the_start_on() -> None:
    found = verdict(1, [(40.0, 0)], [(-500.0, "sold")])
    assert (found.exposed_seconds, found.latencies) == (40.0, [40.0])
