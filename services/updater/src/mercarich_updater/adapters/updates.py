"""The updater's columns for pending work, its fence, and which listings need a replacement."""

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
"""Claims without a result after which a listing woken by a message is left to the next run, which gives it up if it
makes workers fail."""
UNKNOWNS = 6
"""Inconclusive searches after which a run gives a listing up, and one woken by a message is left to the next run."""


def guard(connection: Connection, batch: Batch) -> None:
    """Lock the head. Raises `Superseded`. A batch that a withdrawal caused has no run: nothing is locked."""
    if batch.run is not None:
        fence.guard(connection, Operation.UPDATE, batch.run)


@cache
def wants_replacement() -> ColumnElement[bool]:
    """SQL condition: a search may start. Not while a proposal waits, which stands for all the seller's listings
    with that source."""
    same = listings.alias("same")
    proposed = exists().where(
        revivals.c.listing_id == same.c.id,
        revivals.c.old_source_item_id == same.c.source_item_id,
        revivals.c.state.in_((RevivalState.PROPOSED, RevivalState.APPROVED)),
    )
    undecided = exists().where(  # in two steps: else SQLite reads all proposals instead of the listing's own
        same.c.user_id == listings.c.user_id,
        same.c.source_item_id == listings.c.source_item_id,
        same.c.searching,
        same.c.listed,
        proposed,
    )
    return and_(listings.c.searching, listings.c.listed, ~undecided)


@cache
def outside_of_runs() -> ColumnElement[bool]:
    """SQL condition: no open run has marked the listing. The mark of an ended run stays until the next run's."""
    going_on = exists().where(runs.c.id == UPDATES.run, runs.c.outcome == Outcome.RUNNING)
    return or_(UPDATES.run.is_(None), ~going_on)
