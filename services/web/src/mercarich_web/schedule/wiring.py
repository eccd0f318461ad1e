"""Build the page of the schedule, on its queries."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE
from mercarich_platform.clock import Clock
from mercarich_web.schedule.pages import routes
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.schedule.timetable import Timetable
from mercarich_web.site.rendering import Site


def pages(engine: Engine, site: Site, now: Clock) -> Sequence[APIRouter]:
    return [routes(site, Timetable(SqlSchedules(engine), SCHEDULE, now))]
