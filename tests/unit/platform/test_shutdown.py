"""The watch over the main loop."""

from mercarich_platform.shutdown import Watchdog


def test_a_loop_that_moves_is_healthy_and_one_that_does_not_is_said_so() -> None:
    assert Watchdog(30).wrong() is None
    assert "has not moved" in (Watchdog(-1).wrong() or "")
