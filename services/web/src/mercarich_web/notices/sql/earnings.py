"""Offers on sale that earn less than their sellers want: causes of notices."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Engine, select, true

from mercarich_db.earning_terms import terms_of
from mercarich_db.tables import users
from mercarich_listings.earnings import numbers
from mercarich_replacements.earnings import Verdict
from mercarich_web.database import reading
from mercarich_web.notices.notices import Cause, Kind, Name


class SqlEarnings:
    """`notices.Causes` that cost more than others: every source of what a seller offers is read, which takes a second
    for some hundred thousand. Each seller is counted by a statement of its own, from the index of figures."""

    kinds = frozenset({Kind.EARNINGS})

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self, at: datetime) -> Sequence[Cause]:
        active = select(users.c.id).where(users.c.active.is_(true())).order_by(users.c.id)
        with reading(self._engine) as connection:
            user_ids = connection.execute(active).scalars().all()
        return [cause for user_id in user_ids for cause in self._of(user_id)]

    def _of(self, user_id: int) -> Iterator[Cause]:
        with reading(self._engine) as connection:
            counted = connection.execute(numbers(user_id, terms_of(connection, user_id))).one()
        for verdict, count in ((Verdict.LOSS, counted.at_a_loss), (Verdict.THIN, counted.thin_margin)):
            if count:
                yield Cause(Name(user_id, Kind.EARNINGS, verdict), count)
