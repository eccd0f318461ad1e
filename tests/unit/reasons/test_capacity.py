"""How the capacity of a marketplace is put into words."""

from datetime import UTC, datetime

from mercarich_contracts.capacity import Capacity, Demand, Measured, capacity
from mercarich_contracts.market import Marketplace
from mercarich_reasons.capacity import CapacityEnough, CapacityShort, CapacityUnknown, told
from mercarich_reasons.telling import Language, tell

AT = datetime(2026, 11, 28, 3, tzinfo=UTC)


def of(sources: int, rate: float | None) -> Capacity:
    made = capacity("yahoo", Measured(Demand(sources, sources, 0, 0), AT, rate, rate, AT))
    assert made is not None
    return made


def test_too_much_is_never_rounded_to_just_enough() -> None:
    just, above = told(of(21_600, 0.5)), told(of(21_601, 0.5))

    assert isinstance(just, CapacityEnough)
    assert (just.needed_per_second, just.pass_hours, just.planned_hours) == (0.5, 12.0, 12.0)
    assert isinstance(above, CapacityShort)
    assert (above.needed_per_second, above.pass_hours, above.planned_hours) == (0.501, 12.1, 12.0)


def test_a_pass_is_told_with_what_the_plan_says_in_both_languages() -> None:
    assert tell(told(of(43_000, 0.5)), Language.EN) == (
        "43,000 sources of Yahoo! Auctions need 0.996 calls a second, there are 0.5: a pass takes 23.9 h;"
        " the plan says 12"
    )
    assert "1巡に23.9時間かかります（プランでは12時間）" in tell(told(of(43_000, 0.5)), Language.JA)


def test_what_is_not_known_is_told_as_such() -> None:
    assert told(of(1_000, None)) == CapacityUnknown(Marketplace.YAHOO, 1_000, 0.0231)


def test_a_pass_of_seconds_is_told_as_one_of_minutes() -> None:
    assert "a pass takes 0.1 h; the plan says 12" in tell(told(of(1, 300)), Language.EN)
