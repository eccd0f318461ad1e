"""Build the pages of differences, on their queries."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.differences import pages
from mercarich_web.differences.asking import AskAmazon
from mercarich_web.differences.sql.asks import SqlAsks
from mercarich_web.differences.sql.differences import SqlDifferences
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.site.rendering import Site


def difference_pages(engine: Engine, site: Site, audit: SqlAudit, now: Clock) -> Sequence[APIRouter]:
    return [pages.routes(site, SqlDifferences(engine), AskAmazon(SqlAsks(engine), audit, now))]
