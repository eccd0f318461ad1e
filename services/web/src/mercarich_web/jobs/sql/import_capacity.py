"""Whether the budgets of marketplaces are still enough with the new sources of an import."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select, true

from mercarich_contracts.capacity import MOST, capacity
from mercarich_contracts.market import Marketplace
from mercarich_db.cadence import checks_a_day
from mercarich_db.capacity import measured
from mercarich_db.offers import LOOKED_AT
from mercarich_db.tables import job_rows, listings, source_items, users
from mercarich_reasons.capacity import told_of_import
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.jobs import Claim

_row = job_rows.c


def weigh(connection: Connection, claim: Claim) -> Sequence[Reason]:
    """Return a reason for each marketplace with new sources and a count; the others are not known."""
    checks = connection.execute(select(checks_a_day()).where(users.c.id == claim.user_id)).scalar_one()
    known, told = measured(connection), list[Reason]()
    for name, new in connection.execute(_new_sources(claim)):
        before = known[Marketplace(name)]
        if before.demand is None:
            continue
        after = capacity(name, before, before.demand.with_more(new, often=checks >= MOST))
        if after is not None:
            told.append(told_of_import(after, new))
    return told


def _new_sources(claim: Claim) -> Select[Any]:
    """Count the sources that the import puts on sale, by marketplace.

    Those on sale for anybody cost nothing more, nor do those of offers that the seller has: an import leaves an offer's
    source and stock alone.
    """
    there = (
        select(source_items.c.id)
        .join(listings, listings.c.source_item_id == source_items.c.id)
        .where(
            source_items.c.marketplace == _row.marketplace,
            source_items.c.item_id == _row.item_id,
            listings.c.listed.is_(true()),
            or_(listings.c.user_id == claim.user_id, LOOKED_AT),
        )
        .exists()
    )
    new = select(_row.marketplace, func.count(_row.item_id.distinct()))
    of_job = and_(_row.job_id == claim.job_id, _row.listed.is_(true()))
    return new.where(of_job, ~there).group_by(_row.marketplace).order_by(_row.marketplace)
