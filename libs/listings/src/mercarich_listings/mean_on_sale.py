"""How many offers sellers have had on sale, on average over a time: from those that are up now, and the history.

A shop that grows or sells out has had fewer or more than now. Offers whose rows are deleted are left out, with what
was up of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, case, false, func, or_, select, true

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_db.conditions import among
from mercarich_db.tables import listing_events, listings

Change = tuple[datetime, int]
"""A time after which so many offers more were up; below 0: fewer."""
_event, _offer = listing_events.c, listings.c


def mean_up(up: int, changes: Iterable[Change], since: datetime, until: datetime) -> float:
    """Return how many offers were up on average between two times. `up`: now; `changes`: all after `since`."""
    whole = until - since
    if whole <= timedelta():
        return float(max(up, 0))
    time = up * whole - sum((by * (min(at, until) - since) for at, by in changes if at > since), timedelta())
    return max(time / whole, 0.0)


def mean_on_sale(
    connection: Connection, begins: Mapping[int, datetime], until: datetime
) -> Mapping[int, Mapping[Marketplace, float]]:
    """Return by seller and marketplace of the source the mean from a time of the seller's, `begins`, to `until`."""
    if not begins:
        return {}
    up: dict[tuple[int, str], int] = defaultdict(int)
    changes: dict[tuple[int, str], list[Change]] = defaultdict(list)
    for user_id, marketplace, number in connection.execute(_up(list(begins))):
        up[user_id, marketplace] = number
    for user_id, marketplace, at, by in connection.execute(_changes(list(begins), min(begins.values()))):
        changes[user_id, marketplace].append((at, int(by)))
    found: dict[int, dict[Marketplace, float]] = {user_id: {} for user_id in begins}
    for user_id, marketplace in sorted({*up, *changes}):
        mean = mean_up(up[user_id, marketplace], changes[user_id, marketplace], begins[user_id], until)
        found[user_id][Marketplace(marketplace)] = mean
    return found


def _up(user_ids: Sequence[int]) -> Select[Any]:
    shown = (_offer.listed == true(), _offer.orphan == false(), _offer.quantity > 0)
    query = select(_offer.user_id, _offer.marketplace, func.count()).where(among(_offer.user_id, user_ids), *shown)
    return query.group_by(_offer.user_id, _offer.marketplace)


def _changes(user_ids: Sequence[int], since: datetime) -> Select[Any]:
    """Select by how many offers more were up after each time. An edit changes the quantity of a draft alone."""
    before, after = func.coalesce(_event.quantity_before, 0), func.coalesce(_event.quantity_after, 0)
    listed = _event.kind == EventKind.LISTED
    went_up = and_(after > 0, or_(listed, before == 0))
    went_down = and_(before > 0, after == 0)
    by = func.sum(case((went_up, 1), else_=-1))
    query = select(_event.user_id, _offer.marketplace, _event.at, by).join(listings, _offer.id == _event.listing_id)
    query = query.where(among(_event.user_id, user_ids), _event.at > since, _event.kind != EventKind.EDITED)
    return query.where(or_(went_up, went_down)).group_by(_event.user_id, _offer.marketplace, _event.at)
