"""Which route of its marketplace shows an item's own page, and which routes a check under way has seen to be wrong."""

from sqlalchemy import ColumnElement, and_, case, exists, func, or_

from mercarich_contracts.market import RouteName
from mercarich_contracts.sites import SITES
from mercarich_contracts.sites.site import Items, Site
from mercarich_db.tables import runs, source_items

_source = source_items.c
_check = runs.alias("check_under_way")


def is_of(kind: Items) -> ColumnElement[bool]:
    """SQL condition on the source items of a marketplace: they are of this kind."""
    return func.length(_source.item_id).between(*kind.lengths)


def is_wrong(site: Site, route: RouteName) -> ColumnElement[bool]:
    """SQL condition on nothing outside it. The doubts of runs that have ended may be hours old."""
    under_way = (_check.c.operation == "check", _check.c.outcome == "running", _check.c.marketplace == site.marketplace)
    # As the check's planner writes its doubts.
    return exists().where(*under_way, _check.c.doubts.contains(f'"{route}":"wrong"', autoescape=True))


_WRONG = [
    (and_(_source.marketplace == site.marketplace, is_of(kind), is_wrong(site, kind.route)), kind.route)
    for site in SITES.values()
    for kind in site.items
]
WAITS_FOR_ITS_ROUTE = or_(*(its for its, _ in _WRONG))
"""SQL condition on `source_items`: nothing that its marketplace shows of the item would be believed now."""
ROUTE_WAITED_FOR = case(*((its, route.value) for its, route in _WRONG))
"""The route by which `WAITS_FOR_ITS_ROUTE` holds, a `RouteName`; else NULL."""
