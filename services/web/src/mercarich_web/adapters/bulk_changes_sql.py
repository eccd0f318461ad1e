"""Which listings a seller's actions fit, as SQL, and their changes: `domain.by_hand` makes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select, true

from mercarich_contracts.market import OUT_OF_STOCK
from mercarich_db.tables import listing_removals, listings, source_items
from mercarich_listings import store
from mercarich_listings.listing import Listing
from mercarich_web.adapters.pictures_wanted_sql import want_pictures
from mercarich_web.domain.bulk import BulkAction
from mercarich_web.domain.by_hand import changed

_offer = listings.c
_on_offer = and_(_offer.listed.is_(true()), _offer.orphan.is_(false()))
_is_stopped = and_(_offer.quantity == 0, _offer.stopped_at.is_not(None))
_is_searching = and_(_offer.quantity == 0, _offer.stopped_at.is_(None), _offer.searching.is_(true()))
_is_marked = and_(_offer.hold_id.is_(None), _offer.searching.is_(true()))
leaving = exists().where(listing_removals.c.listing_id == _offer.id)
"""It looks like a draft while Amazon deletes it."""
FITS: Mapping[BulkAction, ColumnElement[bool]] = {
    BulkAction.CHECK: and_(_offer.listed.is_(true()), _offer.quantity > 0, ~_is_marked),
    BulkAction.WITHDRAW: and_(_on_offer, _offer.quantity > 0),
    BulkAction.PUT_UP: and_(_on_offer, _offer.quantity == 0, _offer.stopped_at.is_(None)),
    BulkAction.STOP: and_(_offer.listed.is_(true()), or_(_offer.quantity > 0, _is_searching)),
    BulkAction.RESUME: and_(_on_offer, _is_stopped),
    BulkAction.LIST: and_(_offer.listed.is_(false()), ~leaving),
}
"""Of the listing alone: the stages of `domain.by_hand.STAGES`, said so that thousands are counted by an index."""


def change(
    connection: Connection, action: BulkAction, rows: Sequence[Listing], by: str, now: datetime, *, after: int
) -> None:
    """Rows that are locked and fit; `after` is the place of their pictures behind those of the same action."""
    gone = gone_sources(connection, rows) if action is BulkAction.RESUME else frozenset()
    store.save(connection, [changed(action, row, by, now, source_is_gone=row.source_item_id in gone) for row in rows])
    if action is BulkAction.LIST:
        want_pictures(connection, rows[0].user_id, [row.sku for row in rows], after=after)


def gone_sources(connection: Connection, rows: Sequence[Listing]) -> frozenset[int]:
    """The ids of those of the rows' sources that were last seen gone."""
    sources = source_items.c
    seen_gone = select(sources.id).where(
        sources.id.in_({row.source_item_id for row in rows}), sources.state.in_(OUT_OF_STOCK)
    )
    return frozenset(connection.execute(seen_gone).scalars())
