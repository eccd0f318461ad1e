"""Offers on sale that earn less than their sellers want: causes of notices."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, case, func, select

from mercarich_db.earning_terms import terms_of
from mercarich_db.tables import listings, source_items
from mercarich_listings.earnings import IS_UP, at_a_loss, thin_margin
from mercarich_replacements.earnings import Verdict
from mercarich_web.database import reading
from mercarich_web.notices.notices import Cause, Kind, Name

COUNTED_EVERY = timedelta(minutes=10)
"""Every source of what a seller offers is read for it, which takes a second for some hundred thousand."""


class SqlEarnings:
    """Each seller is counted by a statement of its own, from the index of figures."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._counted_at: datetime | None = None

    def causes(self, user_ids: Iterable[int], at: datetime) -> Sequence[Cause] | None:
        """Return the causes of these sellers; None: they were counted less than `COUNTED_EVERY` ago."""
        if self._counted_at is not None and at - self._counted_at < COUNTED_EVERY:
            return None
        found = [cause for user_id in sorted(user_ids) for cause in self._of(user_id)]
        self._counted_at = at
        return found

    def _of(self, user_id: int) -> Iterable[Cause]:
        offers = listings.join(source_items, source_items.c.id == listings.c.source_item_id)
        with reading(self._engine) as connection:
            terms = terms_of(connection, user_id)
            counted = select(func.count(case((at_a_loss(terms), 1))), func.count(case((thin_margin(terms), 1))))
            its = counted.select_from(offers).where(listings.c.user_id == user_id, IS_UP)
            losses, thin = connection.execute(its).one()
        for verdict, count in ((Verdict.LOSS, losses), (Verdict.THIN, thin)):
            if count:
                yield Cause(Name(user_id, Kind.EARNINGS, verdict), count)
