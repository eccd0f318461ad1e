"""How many times a day a seller's sources are checked: as often as the plan allows, or less if the seller wants."""

from typing import Any

from sqlalchemy import ColumnElement, case

from mercarich_contracts.schedule import PLANS
from mercarich_db.tables import users


def checks_a_day() -> ColumnElement[Any]:
    """SQL expression on `users`. When a plan becomes smaller, the seller's choice stays stored but is capped by it."""
    return case((users.c.checks_a_day < users.c.plan, users.c.checks_a_day), else_=users.c.plan)


def offered(plan: int) -> tuple[int, ...]:
    """Return the numbers that a seller with this plan may choose from."""
    return tuple(checks for checks in PLANS if checks <= plan)
