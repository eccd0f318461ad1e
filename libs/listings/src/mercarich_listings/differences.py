"""Which listings differ from Amazon now, and how, as SQL: what the last read of each found, and nothing mended since.

A quantity that is only on its way is no difference; `waiting` counts those. The seller's page, gauges, the notice and
the API ask here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, true

from mercarich_db.tables import listings
from mercarich_db.types import has_code
from mercarich_reasons.push import NotForSale, UnknownSku

_offer = listings.c


class Difference(StrEnum):
    """How a listing differs, the most dangerous first."""

    ABOVE = "above"
    """The books say 0; Amazon shows more, or no quantity at all. The zero is pushed again until it is seen; one that
    has come back is also told while Amazon shows it, until it stays."""
    OTHER = "other"
    """The books say more than 0; Amazon took that, and shows another quantity. It is pushed again."""
    NOT_FOR_SALE = "not_for_sale"
    """Amazon has the quantity but does not sell the offer. Only its seller can mend that, at Amazon."""
    UNKNOWN = "unknown"
    """Amazon does not know the SKU. Only its seller can mend that."""


_UNSEEN = _offer.verified_at.is_(None)
_TOLD = and_(_offer.push_problem.is_not(None), _offer.stopped_at.is_(None))
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
DIFFERS = and_(
    # SQLite looks in an index for times between others, not for those that are not NULL. The second line is for NOT.
    _offer.differs_since.between(_FIRST, _LAST),
    _offer.differs_since.is_not(None),
    _offer.listed == true(),
    or_(_offer.orphan == true(), and_(_offer.push_failed_revision == _offer.revision, or_(_UNSEEN, _TOLD))),
)
"""SQL condition: the listing differs. The times and the problem of an older revision say nothing of the newest. A zero
that Amazon shows by now differs as long as it has a problem (`read_back`), and somebody watches its source."""
KIND: ColumnElement[str] = case(
    (or_(_offer.orphan == true(), has_code(_offer.push_problem, UnknownSku)), Difference.UNKNOWN.value),
    (has_code(_offer.push_problem, NotForSale), Difference.NOT_FOR_SALE.value),
    (_offer.quantity == 0, Difference.ABOVE.value),
    else_=Difference.OTHER.value,
)
"""SQL expression: the `Difference` of a listing that `DIFFERS`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The differences of one kind."""

    count: int = 0
    since: datetime | None = None
    """Since when the oldest one stands."""


def standing(connection: Connection, *conditions: ColumnElement[bool]) -> dict[Difference, Standing]:
    """Return each kind with the listings that differ so and meet the conditions.

    Of all sellers, reads only listings that differ; of one, it may read all that the seller has.
    """
    kind = KIND.label("kind")
    counted = select(kind, func.count(), func.min(_offer.differs_since)).where(DIFFERS, *conditions).group_by(kind)
    found = {Difference(name): Standing(count, since) for name, count, since in connection.execute(counted)}
    return {kind: found.get(kind, Standing()) for kind in Difference}
