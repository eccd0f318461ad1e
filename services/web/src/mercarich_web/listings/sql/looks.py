"""Looks that a seller asks for (`mercarich_db.asked_looks`).

Sources that no checker is told of are taken by that run's planner, or by the next run.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, false, func, or_, select, true

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import RouteName
from mercarich_db import asked_looks
from mercarich_db.routes import ROUTE_WAITED_FOR, WAITS_FOR_ITS_ROUTE
from mercarich_db.tables import amazon_accounts, listing_events, listings, run_heads, runs, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import listing as life
from mercarich_listings import store
from mercarich_listings.event import Told
from mercarich_reasons.stock import ByHand
from mercarich_web.listings.choices import LOOK_REST, LOOKS_A_DAY, Applied, WantedItem, WantedLooks

_source = source_items.c


def can_be_looked_at(now: datetime) -> ColumnElement[bool]:
    """Condition on the source: it was not seen recently and is not pending in its marketplace's newest run, the run is
    trusted, its route is not wrong, and the seller takes part in runs."""
    rested = or_(_source.checked_at.is_(None), _source.checked_at <= now - LOOK_REST)
    free = is_free(runs.c.id, asked_looks.HAS_ENDED, now)
    newest = and_(asked_looks.OF_CHECK, asked_looks.IS_TRUSTED)
    head = exists().where(newest, run_heads.c.marketplace == _source.marketplace, free)
    account = exists().where(amazon_accounts.c.user_id == listings.c.user_id)
    return and_(rested, head, account, ~WAITS_FOR_ITS_ROUTE)


def waited_for(connection: Connection, chosen: Select[Any]) -> Sequence[RouteName]:
    """Return the routes for which looks at the chosen listings, with their sources, wait."""
    routes = chosen.with_only_columns(ROUTE_WAITED_FOR).where(WAITS_FOR_ITS_ROUTE).distinct()
    return sorted(RouteName(route) for route in connection.execute(routes).scalars())


def room(connection: Connection, user_id: int, now: datetime) -> int:
    event = listing_events.c
    asked = select(func.count()).where(
        event.user_id == user_id, event.at > now - timedelta(days=1), event.kind == EventKind.LOOK_WANTED
    )
    return max(0, LOOKS_A_DAY - connection.execute(asked).scalar_one())


def take_in(connection: Connection, user_id: int, ids: Sequence[int], by: str, now: datetime) -> Applied:
    """Add the listings' sources, except those that need no look any more."""
    rows = store.read(connection, ids, listings.c.user_id == user_id)
    sources = {row.source_item_id for row in rows}
    looks = [_of_run(connection, run, sources, now) for run in asked_looks.trusted(connection)]
    taken = {item.id for one in looks for item in one.items}
    asked = [row for row in rows if row.source_item_id in taken]
    told = Told(EventKind.LOOK_WANTED, now, ByHand(by))
    store.tell(connection, [life.tell(row, told) for row in asked])
    return Applied(len(asked), now, [one for one in looks if one.items])


def _of_run(connection: Connection, run: AnyRow, source_ids: set[int], now: datetime) -> WantedLooks:
    free = is_free(run.id, true() if run.phase == "ended" else false(), now)
    found = asked_looks.add(connection, run, source_ids, free)
    items = [WantedItem(row.id, row.item_id, row.seller_id) for row in found]
    return WantedLooks(run.marketplace, run.id, run.generation, items)


def is_free(run_id: ColumnElement[int] | int, has_ended: ColumnElement[bool], now: datetime) -> ColumnElement[bool]:
    """Condition: the source is not pending in the run. After the run's end, what its workers put off, or had when they
    died, nobody else would look at."""
    left = and_(has_ended, _source.check_not_before <= now)
    return or_(_source.check_run.is_(None), _source.check_run != run_id, left)


def is_only_planned(run_id: int, has_ended: ColumnElement[bool]) -> ColumnElement[bool]:
    """Condition: the item has a place in the run, and no worker has begun with it. The looks before it may take hours;
    after the run's end, whoever was told of it has not come."""
    untouched = and_(_source.check_attempts == 0, _source.check_not_before.is_(None))
    return and_(_source.check_run == run_id, untouched, or_(_source.check_rank > 0, has_ended))
