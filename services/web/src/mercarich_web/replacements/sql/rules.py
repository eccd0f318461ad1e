"""A seller's own rules, read and changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, select, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db import seller_thresholds
from mercarich_db.audit import Deed, note_down
from mercarich_db.cadence import checks_a_day, offered
from mercarich_db.engine import run_tx
from mercarich_db.setting_definitions import BadSetting
from mercarich_db.tables import users
from mercarich_reasons.settings import ChecksNotInPlan
from mercarich_web.database import reading
from mercarich_web.replacements.rules import CHECKS, BadRule, OwnRule


class SqlRules:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user_id: int) -> Sequence[OwnRule]:
        with reading(self._engine) as connection:
            known = seller_thresholds.own_settings(connection, user_id)
            checks = connection.execute(_checks(user_id)).one()
        rules = [OwnRule(one.key, one.value, one.general, one.own) for one in known]
        return [*rules, OwnRule(CHECKS, str(checks.wanted), str(checks.plan), checks.wanted != checks.plan)]

    def change(self, user_id: int, values: Mapping[str, str | None], by: Actor, now: datetime) -> None:
        """Change all values or none; None sets a rule back to the general value. Raises `BadRule`."""

        def change(connection: Connection) -> None:
            for key, value in sorted(values.items()):
                if key == CHECKS:
                    _choose(connection, user_id, value, by, now)
                    continue
                try:
                    seller_thresholds.set_own(connection, user_id, key, value, by, now)
                except BadSetting as error:
                    raise BadRule(key, error.reason) from error

        run_tx(self._engine, change)

    def checks(self, user_id: int, value: str) -> int:
        """Parse the checks a day. Raises `BadRule` for more than the seller's plan allows."""
        with reading(self._engine) as connection:
            return _read(value, connection.execute(_checks(user_id)).one().plan)


def _checks(user_id: int) -> Select[Any]:
    return select(users.c.username, users.c.plan, checks_a_day().label("wanted")).where(users.c.id == user_id)


def _choose(connection: Connection, user_id: int, value: str | None, by: Actor, now: datetime) -> None:
    row = connection.execute(_checks(user_id).with_for_update()).one()
    wanted = None if value is None else _read(value, row.plan)
    connection.execute(update(users).where(users.c.id == user_id).values(checks_a_day=wanted))
    told = f"{CHECKS}: {row.wanted} → {row.plan if wanted is None else wanted}"
    note_down(connection, Deed(AuditAction.RULE_CHANGED, by, row.username, now, told, user_id))


def _read(value: str, plan: int) -> int:
    allowed = {str(checks): checks for checks in offered(plan)}
    if value not in allowed:
        raise BadRule(CHECKS, ChecksNotInPlan(tuple(allowed.values()), value[:40]))
    return allowed[value]
