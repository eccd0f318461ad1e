"""Build the pages of runs and holds, on their queries."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.runs.pages import holds, runs
from mercarich_web.runs.sql.held_prices import SqlHeldPrices
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.releases import SqlReleases
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.site.rendering import Site


def pages(engine: Engine, site: Site, now: Clock) -> Sequence[APIRouter]:
    releases, prices = SqlReleases(engine), SqlHeldPrices(engine)
    return [runs.routes(site, SqlRuns(engine)), holds.routes(site, SqlHolds(engine), releases, prices, now)]
