"""The audit log, page by page."""

from sqlalchemy import Engine, func, select

from mercarich_db.tables import audit_log
from mercarich_web.database import reading
from mercarich_web.paging import Paged
from mercarich_web.sellers.accounts import AuditEntry

LOOKED_THROUGH = 50_000
"""Newest entries that are searched when an actor or an action is given: no index has them."""


class SqlAuditLog:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, actor: str | None, action: str | None, below: int | None, limit: int) -> Paged[AuditEntry]:
        """Return entries, newest first. With an actor or an action only the newest entries are searched."""
        log = audit_log.c
        columns = (log.id, log.at, log.actor, log.action, log.subject, log.detail, log.address, log.agent)
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
