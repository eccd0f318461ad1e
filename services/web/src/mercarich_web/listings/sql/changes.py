"""Which listings a seller's actions fit, as SQL, and the rows changed as `actions` says."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, or_, select

from mercarich_contracts.coverage import late_after
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import OUT_OF_STOCK, State
from mercarich_contracts.schedule import PLANS
from mercarich_db import loss_rules
from mercarich_db.conditions import among
from mercarich_db.tables import listing_events, listings, source_items
from mercarich_db.types import has_code
from mercarich_listings import earnings, store
from mercarich_listings.event import Event
from mercarich_listings.listing import Listing
from mercarich_listings.stages import is_in
from mercarich_platform.clock import AHEAD
from mercarich_reasons.stock import PutBack
from mercarich_web.listings.actions import ACTIONS, Action, BulkAction, changed


def _fits(action: Action) -> ColumnElement[bool]:
    in_stage = is_in(action.stages)
    return and_(in_stage, listings.c.orphan.is_(false())) if action.known_to_amazon else in_stage


WENT_UP = sorted({EventKind.RESTORED, EventKind.RESUMED, EventKind.RECOVERED, EventKind.SWAPPED})
"""Events of an offer that goes up, or gets another source, once that is looked at."""
FITS: Mapping[BulkAction, ColumnElement[bool]] = {action: _fits(its) for action, its in ACTIONS.items()}
"""Conditions on the listing alone, by its stage; some actions have more conditions (`ways`)."""


def change(connection: Connection, action: BulkAction, rows: Sequence[Listing], by: str, now: datetime) -> None:
    """Change rows that are locked and fit."""
    gone, dear = frozenset[int](), frozenset[int]()
    if ACTIONS[action].by_source:
        gone, dear = gone_sources(connection, rows), too_dear(connection, rows)
    changes = [
        changed(action, row, by, now, source_is_gone=row.source_item_id in gone, below_limit=row.id in dear)
        for row in rows
    ]
    store.save(connection, changes)


def gone_sources(connection: Connection, rows: Sequence[Listing]) -> frozenset[int]:
    """Return the ids of those sources of the rows that were last seen gone."""
    sources = source_items.c
    seen_gone = select(sources.id).where(
        sources.id.in_({row.source_item_id for row in rows}), sources.state.in_(OUT_OF_STOCK)
    )
    return frozenset(connection.execute(seen_gone).scalars())


def seen_lately(connection: Connection, done: Mapping[int, Event], now: datetime) -> frozenset[int]:
    """Return the ids of those of the listings whose source was last seen on sale, as lately as the fewest checks a day
    would have seen it, and since the offer last went up: a look that it was still waiting for is still owed. An auction
    that has ended since was not seen so.

    `done`: the events of an action, by listing.
    """
    sources, event = source_items.c, listing_events.c
    lately = sources.observed_at.between(now - late_after(min(PLANS)), now + AHEAD)
    is_put_back = func.coalesce(has_code(event.reason, PutBack), false())
    went_up = and_(event.kind.in_(WENT_UP), ~is_put_back, event.listing_id == listings.c.id)
    owed = exists().where(went_up, event.at > sources.observed_at)
    is_open = or_(sources.end_at.is_(None), sources.end_at > now)
    seen = (
        select(listings.c.id)
        .join(source_items, sources.id == listings.c.source_item_id)
        .where(among(listings.c.id, sorted(done)), sources.state == State.AVAILABLE, lately, is_open, ~owed)
    )
    return frozenset(connection.execute(seen).scalars())


def too_dear(connection: Connection, rows: Sequence[Listing]) -> frozenset[int]:
    """Return the ids of those that the loss rule of their seller would take down, were they up."""
    if not rows:
        return frozenset()
    terms, rule = loss_rules.of(connection, rows[0].user_id)
    mine = and_(among(listings.c.id, [row.id for row in rows]), earnings.below_limit(terms, rule))
    return frozenset(connection.execute(select(listings.c.id).select_from(earnings.joined()).where(mine)).scalars())
