"""Amazon's estimate of an offer's fee, read beside the row of its listing."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, FromClause, delete, select

from mercarich_db.conditions import among
from mercarich_db.tables import listing_fees, listings
from mercarich_db.types import AnyRow
from mercarich_replacements.fees import Estimate

_fee = listing_fees.c
COLUMNS = (
    _fee.fee_jpy.label("estimate_fee_jpy"),
    _fee.fixed_jpy.label("estimate_fixed_jpy"),
    _fee.of_price_jpy.label("estimate_of_price_jpy"),
    _fee.estimated_at.label("estimate_at"),
)
"""What `estimate_of` reads."""
PROBLEM = _fee.problem.label("estimate_problem")
"""Why the last request gave no estimate."""
ITS_ESTIMATE = _fee.listing_id == listings.c.id


def with_estimates(joined: FromClause) -> FromClause:
    """Join the estimates to listings, as far as there are any."""
    return joined.outerjoin(listing_fees, ITS_ESTIMATE)


def estimate_of(row: AnyRow) -> Estimate | None:
    """Return the estimate in a row that has `COLUMNS`; None: there is none."""
    if row.estimate_fee_jpy is None:
        return None
    return Estimate(row.estimate_fee_jpy, row.estimate_fixed_jpy, row.estimate_of_price_jpy, row.estimate_at)


def of_listings(connection: Connection, ids: Sequence[int]) -> Mapping[int, Estimate]:
    """Return the estimates of those of these listings that have one, by id."""
    if not ids:
        return {}
    rows = connection.execute(select(_fee.listing_id, *COLUMNS).where(among(_fee.listing_id, ids)))
    found = {row.listing_id: estimate_of(row) for row in rows}
    return {id: estimate for id, estimate in found.items() if estimate is not None}


def forget(connection: Connection, user_id: int) -> None:
    """Delete the estimates of a seller's listings: they are of another store."""
    mine = select(listings.c.id).where(listings.c.user_id == user_id)
    connection.execute(delete(listing_fees).where(_fee.listing_id.in_(mine)))


def estimate_for(connection: Connection, listing_id: int) -> Estimate | None:
    row = connection.execute(select(*COLUMNS).where(_fee.listing_id == listing_id)).one_or_none()
    return None if row is None else estimate_of(row)
