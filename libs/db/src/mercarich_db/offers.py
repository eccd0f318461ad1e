"""Which offers have their source looked at by checks."""

from sqlalchemy import and_, or_

from mercarich_db.tables import listings

LOOKED_AT = and_(
    listings.c.listed, ~listings.c.searching, or_(listings.c.quantity > 0, listings.c.paused_at.is_not(None))
)
"""SQL condition on listings that a check may change: on sale at Amazon, and no replacement is searched for; or paused,
since the price of its source must be seen to recover."""
