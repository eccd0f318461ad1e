"""A planner that stands is named once, with its phase and since when; so is its going on."""

from datetime import UTC, datetime, timedelta

import pytest

from mercarich_runs.use_cases.standing import STANDS_AFTER_SECONDS, Standing

START = datetime(2026, 11, 25, 3, tzinfo=UTC)


def test_a_planner_that_stands_is_named_once_with_its_phase_and_since_when(caplog: pytest.LogCaptureFixture) -> None:
    seconds = [0.0]
    standing = Standing(lambda: START + timedelta(seconds=seconds[0]), lambda: seconds[0])
    for second in range(0, 100, 5):
        seconds[0] = second
        standing.moves("canaries")
        standing.look()
    assert not caplog.records
    for second in range(100, 400, 5):
        seconds[0] = second
        standing.look()
    [said] = caplog.records
    assert (said.levelname, said.message, said.__dict__["phase"]) == ("WARNING", "the planner stands", "canaries")
    assert said.__dict__["since"] == (START + timedelta(seconds=95)).isoformat()
    standing.moves("checking")
    standing.look()
    assert [record.message for record in caplog.records] == ["the planner stands", "the planner goes on"]
    assert caplog.records[1].__dict__["stood_seconds"] == 300


def test_one_that_never_comes_out_of_its_start_is_named_too(caplog: pytest.LogCaptureFixture) -> None:
    seconds = [0.0]
    standing = Standing(lambda: START, lambda: seconds[0])
    seconds[0] = STANDS_AFTER_SECONDS + 1
    standing.look()
    assert [record.__dict__["phase"] for record in caplog.records] == ["starting"]
