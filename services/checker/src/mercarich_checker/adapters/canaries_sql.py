"""Canaries from earlier runs: items whose state did not change over several looks."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, select

from mercarich_checker.domain import Canary, Expected
from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_db.tables import evidence, runs, source_items

EACH = 5
"""Canaries of each kind: enough that one that sold meanwhile does not hold a run."""

_FINAL = (State.SOLD, State.ENDED, State.GONE)


def known_items(connection: Connection, marketplace: Marketplace) -> Sequence[Canary]:
    """The latest looked-at items that were on sale twice, and the latest that are gone for good."""
    items = source_items.c
    answered = and_(items.marketplace == marketplace, items.check_problem.is_(None))
    columns = select(items.item_id).where(answered).order_by(items.checked_at.desc())
    before_that_run = evidence.c.fetched_at < runs.c.started_at
    twice = (
        columns.join(evidence, evidence.c.id == items.evidence_id)
        .join(runs, runs.c.id == items.checked_run)
        .where(before_that_run)
    )
    on_sale = twice.where(items.state == State.AVAILABLE).limit(EACH)
    reversible = items.reason == Reason.IN_TRANSACTION
    gone = columns.where(items.state.in_(_FINAL), ~reversible).limit(EACH)
    return [
        *(Canary(item_id, Expected.ON_SALE, certain=False) for item_id in connection.execute(on_sale).scalars()),
        *(Canary(item_id, Expected.GONE, certain=False) for item_id in connection.execute(gone).scalars()),
    ]
