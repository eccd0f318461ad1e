"""How often a seller's sources are checked: as his plan allows, or as seldom as he wants. Said here alone."""

from typing import Any

from sqlalchemy import ColumnElement, case

from mercarich_contracts.schedule import PLANS
from mercarich_db.tables import users


def checks_a_day() -> ColumnElement[Any]:
    """Of a row of `users`. A wish is kept when a plan becomes smaller, and counts for no more than that."""
    return case((users.c.checks_a_day < users.c.plan, users.c.checks_a_day), else_=users.c.plan)


def offered(plan: int) -> tuple[int, ...]:
    """What a seller of this plan may choose among."""
    return tuple(checks for checks in PLANS if checks <= plan)
