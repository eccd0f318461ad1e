"""Canaries from earlier runs: items whose state did not change over several looks."""

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, or_, select

from mercarich_checker.domain.canaries import Canary, Expected
from mercarich_contracts.market import Reason, RouteName, State
from mercarich_contracts.sites import Site
from mercarich_db.routes import is_of
from mercarich_db.tables import evidence, runs, source_items
from mercarich_db.types import AnyRow

EACH = 5
"""Canaries of each route and known state: enough that a single one that sold meanwhile holds nothing."""

LISTS = 3
"""Sellers whose lists are looked at."""
OF_LIST = 2
"""Items that are looked for in each list: a proxy asks for no list for the sake of one item."""

LATEST = 20_000
"""Number of items looked at last in which canaries are searched for: a rare kind must not read a whole marketplace."""

DRAWN_FROM = 500
"""Number of those of each kind that canaries are drawn from."""

_FINAL = (State.SOLD, State.ENDED, State.GONE)
_items = source_items.c


def known_items(connection: Connection, site: Site, named: Collection[RouteName]) -> Sequence[Canary]:
    """Draw canaries of the site's routes but the `named` ones, others at each call, of different source sellers.

    A source seller who closes their shop must not stop the checks of a marketplace.
    """
    drawn: list[Canary] = []
    for kind in site.items:
        if kind.route not in named:
            of_kind = _latest(site).where(is_of(kind))
            for expected, rows in ((Expected.ON_SALE, _on_sale(of_kind)), (Expected.GONE, _gone(of_kind))):
                chosen = _draw(connection.execute(rows).all())
                drawn += (Canary(item_id, expected, kind.route, certain=False) for item_id in chosen)
    if site.list_route is not None:
        shown = evidence.c.parser_version.startswith(f"{site.list_route}/")
        drawn += _of_lists(connection.execute(_on_sale(_latest(site)).where(shown)).all(), site.list_route)
    return drawn


def shown_by(site: Site, routes: Collection[RouteName]) -> ColumnElement[bool]:
    """SQL condition on items whose own page one of the routes shows."""
    return or_(false(), *(is_of(kind) for kind in site.items if kind.route in routes))


def _latest(site: Site) -> Select[Any]:
    of_site = select(_items.id).where(_items.marketplace == site.marketplace)
    latest = of_site.order_by(_items.checked_at.desc(), _items.id.desc()).limit(LATEST).subquery()
    known = select(_items.item_id, _items.seller_id).join(latest, latest.c.id == _items.id)
    return known.where(_items.check_problem.is_(None)).order_by(_items.checked_at.desc()).limit(DRAWN_FROM)


def _on_sale(latest: Select[Any]) -> Select[Any]:
    """Select those that were on sale before the run that looked at them last."""
    before_that_run = evidence.c.fetched_at < runs.c.started_at
    twice = latest.join(evidence, evidence.c.id == _items.evidence_id).join(runs, runs.c.id == _items.checked_run)
    return twice.where(before_that_run, _items.state == State.AVAILABLE)


def _gone(latest: Select[Any]) -> Select[Any]:
    return latest.where(_items.state.in_(_FINAL), _items.reason != Reason.IN_TRANSACTION)


def _draw(rows: Sequence[AnyRow]) -> Sequence[str]:
    one_a_seller = {row.seller_id or row.item_id: row.item_id for row in reversed(rows)}  # the one looked at last
    return random.sample(sorted(one_a_seller.values()), min(EACH, len(one_a_seller)))


def _of_lists(rows: Sequence[AnyRow], route: RouteName) -> Sequence[Canary]:
    """Draw some items of a few sellers, to be found in the lists of these sellers."""
    by_seller: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_seller[row.seller_id].append(row.item_id)
    enough = sorted(seller for seller, item_ids in by_seller.items() if len(item_ids) >= OF_LIST)
    return [
        Canary(item_id, Expected.ON_SALE, route, certain=False, seller_id=seller)
        for seller in random.sample(enough, min(LISTS, len(enough)))
        for item_id in random.sample(sorted(by_seller[seller]), OF_LIST)
    ]
