"""Build the pages of differences, on their queries."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_web.differences import pages
from mercarich_web.differences.sql import SqlDifferences
from mercarich_web.site.rendering import Site


def difference_pages(engine: Engine, site: Site) -> Sequence[APIRouter]:
    return [pages.routes(site, SqlDifferences(engine))]
