"""T10, T11: every row of the schedule, started by hand, does what its slot would do."""

import pytest
from sqlalchemy import select
from tests.integration.web.conftest import Done
from tests.integration.web.working_place import (
    BOTH,
    DOWN,
    MERCARI,
    YAHOO,
    Arrange,
    Check,
    Place,
    checked,
    deleted,
    lost,
    nothing,
    offers,
    one_job_frozen,
    one_token_lost,
    place,
    pushed,
    revived,
    says,
    start_amazon,
    taken_over,
    tokens_judged,
    with_feed,
    withdrawn_long_ago,
)

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import tables
from mercarich_db.engine import reading

__all__ = ["place", "start_amazon"]
ROWS: dict[str, tuple[Arrange, Check]] = {
    "check-item-yahoo": (
        offers(YAHOO),
        checked(YAHOO, dict.fromkeys(("YA-1", "YA-3", "YA-4", "YA-6"), DOWN), 6, **BOTH),
    ),
    "check-item-mercari": (
        offers(MERCARI),
        checked(MERCARI, dict.fromkeys(("ME-1", "ME-3", "ME-4", "ME-6"), DOWN), 6, **BOTH),
    ),
    "check-item-yahoo-4": (offers(YAHOO), checked(YAHOO, dict.fromkeys(("YA-4", "YA-6"), DOWN), 3, plans=[4])),
    "check-item-mercari-4": (offers(MERCARI), checked(MERCARI, dict.fromkeys(("ME-4", "ME-6"), DOWN), 3, plans=[4])),
    "update-item-mercari": (lost(MERCARI), revived(MERCARI)),
    "update-item-yahoo": (lost(YAHOO), revived(YAHOO)),
    "update-feed-yahoo": (with_feed, pushed(YAHOO)),
    "update-feed-mercari": (with_feed, pushed(MERCARI)),
    "env-update": (nothing, says("settings read, 0 cannot be used")),
    "delete-old-items": (withdrawn_long_ago, deleted),
    "check-background-jobs": (one_job_frozen, taken_over),
    "validate-mws-tokens": (one_token_lost, tokens_judged),
}


def test_every_row_is_known_here() -> None:
    assert set(ROWS) == {row.name for row in SCHEDULE}


@pytest.mark.parametrize("name", ROWS)
def test_t10_t11_a_row_that_is_started_by_hand_has_the_same_effect(place: Place, name: str) -> None:
    arrange, check = ROWS[name]
    arrange(place)
    done: Done = place.mercarich.process("schedule", "run", name)

    assert done.returncode == 0, done.stdout + done.stderr
    check(place, done)
    with reading(place.engine) as connection:
        (start,) = connection.execute(select(tables.schedule_runs)).all()
    assert (start.name, start.exit_code, start.ended_at is not None) == (name, 0, True)
