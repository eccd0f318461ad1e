"""Withdraw listings that a check only marked, once their search has ended without a replacement."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_db.tables import listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import store
from mercarich_listings.event import Trigger
from mercarich_listings.listing import Listing, Lived, withdraw
from mercarich_reasons.stock import NoReplacementYet


def lower(connection: Connection, which: ColumnElement[bool], run_id: int | None, now: datetime) -> int:
    """Withdraw those of `which` that still need a source and are still on sale; return how many.

    A check with --without-update leaves them on sale until the update decides. From now on they count as withdrawn,
    and are searched for REVIVAL_DAYS.
    """
    offered = store.lock_where(connection, which, listings.c.searching, listings.c.listed, listings.c.quantity > 0)
    sources = _sources(connection, {one.source_item_id for one in offered})
    store.save(connection, [_withdrawn(one, sources[one.source_item_id], run_id, now) for one in offered])
    return len(offered)


def _sources(connection: Connection, ids: Collection[int]) -> Mapping[int, AnyRow]:
    if not ids:
        return {}
    seen = (source_items.c.id, source_items.c.state, source_items.c.reason, source_items.c.evidence_id)
    return {row.id: row for row in connection.execute(select(*seen).where(source_items.c.id.in_(ids)))}


def _withdrawn(listing: Listing, source: AnyRow, run_id: int | None, now: datetime) -> Lived:
    why = source.reason if source.reason in set(StateReason) else None
    reason = NoReplacementYet(State(source.state), why and StateReason(why))
    return withdraw(listing, now, reason, Trigger(run_id=run_id, evidence_id=source.evidence_id))
