"""The home page: a seller's shop, or the operator's overview."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from mercarich_web.cancellations.rate import LIMIT
from mercarich_web.home.assembly import ShowHome
from mercarich_web.home.home import Fortnight
from mercarich_web.overview.overview import ShowOverview
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Operator, Seller, Signed


def routes(
    site: Site, show_home: ShowHome, fortnight: Callable[[int], Fortnight], show_overview: ShowOverview
) -> APIRouter:
    routes = APIRouter()

    @routes.get("/")
    def home(visit: Signed) -> Response:
        if visit.is_operator:
            return site.page(visit, "overview/overview.html", overview=show_overview())
        return site.page(visit, "home/home.html", home=show_home(visit.account), limit=LIMIT)

    @routes.get("/fortnight")
    def past(visit: Seller) -> Response:
        """Return the part of the page that takes long to compute; the browser loads it separately."""
        return site.page(visit, "home/fortnight.html", past=fortnight(visit.account.user_id), limit=LIMIT)

    @routes.get("/running")
    def running(visit: Seller) -> Response:
        """Return the part of the page that the browser reloads while a run is in progress."""
        return site.page(visit, "home/running.html", runs=show_home.desk.runs(visit.account.user_id))

    @routes.get("/troubles")
    def troubles(visit: Signed, calm: bool = False) -> Response:
        """Return what does not work now, with what else needs an operator; open home pages ask again and again.

        `calm`: the seller's page says that no decision waits, so that it is told whether all is well, too.
        """
        if visit.is_operator:
            return site.page(visit, "overview/attention.html", overview=show_overview())
        found = show_home.tell_troubles.to_sellers()
        coverages = show_home.desk.coverages(visit.account.user_id) if found else []
        return site.page(visit, "home/troubles_part.html", found=found, coverages=coverages, calm=calm)

    @routes.get("/overview/day")
    def day(visit: Operator) -> Response:
        """Return the charts of the last day; the browser loads them separately."""
        return site.page(visit, "overview/day.html", day=show_overview.day())

    @routes.get("/overview/pushes")
    def pushes(visit: Operator) -> Response:
        """Return the part of the overview that takes long to compute; the browser loads it separately."""
        return site.page(visit, "overview/pushes.html", pushes=show_overview.pushes())

    return routes
