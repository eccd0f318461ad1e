"""The page of the schedule: last and next starts, missed starts; start a row now, pause and resume it."""

from fastapi import APIRouter, Response

from mercarich_web.schedule.timetable import Timetable
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Operator


def routes(site: Site, timetable: Timetable) -> APIRouter:
    routes = APIRouter(prefix="/schedule")

    @routes.get("")
    def schedule(visit: Operator) -> Response:
        return site.page(visit, "schedule/schedule.html", rows=timetable.list().schedules)

    @routes.post("/{name}/start")
    def start(visit: FreshOperator, name: str) -> Response:
        timetable.want(name, visit.actor)
        return site.to("/schedule", "schedule_wanted", name)

    @routes.post("/{name}/pause")
    def pause(visit: FreshOperator, name: str) -> Response:
        timetable.pause(name, visit.actor)
        return site.to("/schedule", "schedule_paused", name)

    @routes.post("/{name}/resume")
    def resume(visit: FreshOperator, name: str) -> Response:
        timetable.resume(name, visit.actor)
        return site.to("/schedule", "schedule_resumed", name)

    return routes
