"""`ports_steering.AuditShelf` and `Items` over the tables."""

from collections.abc import Sequence

from sqlalchemy import Engine, func, select

from mercarich_db.tables import audit_log, source_items
from mercarich_web.adapters.database import reading
from mercarich_web.domain.steering import AuditEntry, KnownItem, Paged

LOOKED_THROUGH = 50_000
"""Entries, where only an actor's or an action's are wanted: no index has them."""


class SqlAuditShelf:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, actor: str | None, action: str | None, below: int | None, limit: int) -> Paged[AuditEntry]:
        log = audit_log.c
        columns = (log.id, log.at, log.actor, log.action, log.subject, log.detail, log.address)
        query = select(*columns).order_by(log.id.desc()).limit(limit + 1)
        for column, value in ((log.actor, actor), (log.action, action)):
            if value is not None:
                oldest = select(func.max(log.id) - LOOKED_THROUGH).scalar_subquery()
                query = query.where(column == value, log.id > oldest)
        if below is not None:
            query = query.where(log.id < below)
        with reading(self._engine) as connection:
            found = [AuditEntry(*row) for row in connection.execute(query)]
        return Paged(found[:limit], found[limit - 1].id if len(found) > limit else None)


class SqlItems:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, marketplace: str, item_ids: Sequence[str]) -> Sequence[KnownItem]:
        item = source_items.c
        query = select(item.item_id, item.state, item.observed_at)
        query = query.where(item.marketplace == marketplace, item.item_id.in_(item_ids))
        with reading(self._engine) as connection:
            return [KnownItem(*row) for row in connection.execute(query)]
