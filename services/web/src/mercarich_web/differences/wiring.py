"""Build the use case that asks Amazon, on its queries."""

from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.differences.asking import AskAmazon
from mercarich_web.differences.sql.asks import SqlAsks
from mercarich_web.identity.sql.audit import SqlAudit


def ask_amazon(engine: Engine, audit: SqlAudit, now: Clock) -> AskAmazon:
    return AskAmazon(SqlAsks(engine), audit, now)
