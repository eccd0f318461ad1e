"""What the seller's rule says of replacements: of those that wait now, and of those of the last month."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, or_, select

from mercarich_contracts.revivals import RevivalState
from mercarich_db import approval_rules
from mercarich_db.conditions import among
from mercarich_db.tables import listings, revivals
from mercarich_db.types import AnyRow
from mercarich_listings import approvals
from mercarich_listings.replacements import AWAITED
from mercarich_replacements.approval import ApprovalRule
from mercarich_web.database import reading
from mercarich_web.replacements.approval_trials import MOST, ByRule, Found, Outcome

_its = revivals.c


class SqlApprovalTrials:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rule(self, user_id: int, instead: Mapping[str, str]) -> ApprovalRule:
        """Return the seller's rule with other values instead, which are valid."""
        with reading(self._engine) as connection:
            return approval_rules.of(connection, user_id, instead)[1]

    def found(self, user_id: int, since: datetime) -> Sequence[Found]:
        """Return the seller's replacements that waited since then, the newest first, one more than `MOST` at most."""
        with reading(self._engine) as connection:
            rows = connection.execute(found_since(user_id, since).limit(MOST + 1)).all()
        return [
            Found(row.listing_id, row.sku, row.title, row.at, approvals.as_found(row), _outcome(row)) for row in rows
        ]


def found_since(user_id: int, since: datetime) -> Select[Any]:
    """Select what waited; an earlier release did not tell it from what was applied at once, unless it was decided."""
    waited = or_(_its.proposed, and_(_its.proposed.is_(None), _its.state != RevivalState.APPLIED))
    decided = and_(_its.proposed.is_(None), _its.decided_at.is_not(None))
    return (
        select(revivals, listings.c.sku, AWAITED.label("waits"))
        .join(listings, listings.c.id == _its.listing_id)
        .where(_its.user_id == user_id, _its.at >= since, or_(waited, decided))
        .order_by(_its.at.desc(), _its.id.desc())
        .with_hint(revivals, "FORCE INDEX (ix_revivals_found)", "mysql")
    )


def fitting(connection: Connection, user_id: int, ids: Collection[int] | None = None) -> Sequence[int]:
    """Return the ids of those waiting replacements of the seller that the rule approves, whether it is on or not."""
    waiting = select(revivals).join(listings, AWAITED).where(_its.user_id == user_id)
    rows = connection.execute(waiting if ids is None else waiting.where(among(_its.id, ids))).all()
    return [id for id, missed in approvals.rule_misses(connection, user_id, rows).items() if not missed]


def told(connection: Connection, user_id: int, ids: Collection[int], now: datetime, *, judge: bool) -> ByRule:
    """Return what the rule says of these; `judge`: also where it is off."""
    _, rule = approval_rules.of(connection, user_id)
    day = approvals.day_of(connection, user_id, rule, now) if rule.is_on else None
    if not ids or not (rule.is_on or judge):
        return ByRule(rule.is_on, {}, day)
    rows: Sequence[AnyRow] = connection.execute(select(revivals).where(among(_its.id, ids))).all()
    return ByRule(rule.is_on, approvals.rule_misses(connection, user_id, rows), day)


def _outcome(row: AnyRow) -> Outcome:
    if row.rule_approved_at is not None:
        return Outcome.BY_RULE
    if row.state == RevivalState.PROPOSED:
        return Outcome.WAITING if row.waits else Outcome.EXPIRED
    if row.state == RevivalState.UNDONE:
        return Outcome.DECLINED
    return Outcome.EXPIRED if row.decided_by is None else Outcome.APPROVED
