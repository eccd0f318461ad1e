"""Build the pages of settings, on their queries."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.site.rendering import Site
from mercarich_web.system_settings.pages import routes
from mercarich_web.system_settings.sql import SqlSettings


def pages(engine: Engine, site: Site, now: Clock) -> Sequence[APIRouter]:
    return [routes(site, SqlSettings(engine), now)]
