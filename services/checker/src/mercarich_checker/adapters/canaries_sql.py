"""Canaries from earlier runs: items whose state did not change over several looks."""

import random
from collections.abc import Sequence

from sqlalchemy import Connection, select

from mercarich_checker.domain.canaries import Canary, Expected
from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_db.tables import evidence, runs, source_items
from mercarich_db.types import AnyRow

EACH = 5
"""Canaries of each kind: enough that a single one that sold meanwhile does not hold a run."""

DRAWN_FROM = 500
"""Number of latest items of each kind that canaries are drawn from."""

_FINAL = (State.SOLD, State.ENDED, State.GONE)


def known_items(connection: Connection, marketplace: Marketplace) -> Sequence[Canary]:
    """Draw canaries from items of different source sellers, others at each call.

    A source seller who closes their shop must not stop the checks of a marketplace.
    """
    items = source_items.c
    columns = (
        select(items.item_id, items.seller_id)
        .where(items.marketplace == marketplace, items.check_problem.is_(None))
        .order_by(items.checked_at.desc())
        .limit(DRAWN_FROM)
    )
    before_that_run = evidence.c.fetched_at < runs.c.started_at
    twice = (
        columns.join(evidence, evidence.c.id == items.evidence_id)
        .join(runs, runs.c.id == items.checked_run)
        .where(before_that_run)
    )
    on_sale = connection.execute(twice.where(items.state == State.AVAILABLE)).all()
    reversible = items.reason == Reason.IN_TRANSACTION
    gone = connection.execute(columns.where(items.state.in_(_FINAL), ~reversible)).all()
    return [
        *(Canary(item_id, Expected.ON_SALE, certain=False) for item_id in _draw(on_sale)),
        *(Canary(item_id, Expected.GONE, certain=False) for item_id in _draw(gone)),
    ]


def _draw(rows: Sequence[AnyRow]) -> Sequence[str]:
    one_a_seller = {row.seller_id or row.item_id: row.item_id for row in rows}
    return random.sample(sorted(one_a_seller.values()), min(EACH, len(one_a_seller)))
