"""The updater's pending columns, its side of the fence, and which listings want a replacement."""

from functools import cache

from sqlalchemy import ColumnElement, Connection, and_, exists, or_

from mercarich_contracts.revivals import RevivalState
from mercarich_db.tables import listings, revivals, runs
from mercarich_listings import store
from mercarich_runs.adapters import fence
from mercarich_runs.adapters.columns import PendingColumns
from mercarich_runs.ports import Operation, Outcome
from mercarich_updater.ports import Batch

UPDATES = PendingColumns.of(Operation.UPDATE, listings, done_run="updated_run", writer=store)

ATTEMPTS = 3
"""Claims without an answer after which a woken listing is left to the next run, which sets a killer aside."""
UNKNOWNS = 6
"""Searches that told nothing after which a run lets go of a listing, and a woken one is left to the next run."""


def lock_newest(connection: Connection, batch: Batch) -> None:
    """Raises `Superseded`; what was woken by a withdrawal has no run."""
    if batch.message.generation is not None:
        fence.lock_newest(connection, Operation.UPDATE, batch.message.marketplace, batch.message.generation)


@cache
def wants_replacement() -> ColumnElement[bool]:
    """Not while a person decides: one proposal stands for all rows of the seller with that source."""
    same = listings.alias("same")
    proposed = exists().where(
        revivals.c.listing_id == same.c.id,
        revivals.c.old_source_item_id == same.c.source_item_id,
        revivals.c.state.in_((RevivalState.PROPOSED, RevivalState.APPROVED)),
    )
    undecided = exists().where(  # two steps, so that SQLite too goes by the listing and not through all proposals
        same.c.user_id == listings.c.user_id,
        same.c.source_item_id == listings.c.source_item_id,
        same.c.searching,
        same.c.listed,
        proposed,
    )
    return and_(listings.c.searching, listings.c.listed, ~undecided)


@cache
def outside_of_runs() -> ColumnElement[bool]:
    """No run that goes on wants the listing; the mark of one that ended stays until the next run takes it."""
    going_on = exists().where(runs.c.id == UPDATES.run, runs.c.outcome == Outcome.RUNNING)
    return or_(UPDATES.run.is_(None), ~going_on)
