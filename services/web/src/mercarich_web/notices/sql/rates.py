"""Sellers whose cancellation rate nears Amazon's limit: causes of notices."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, select, true

from mercarich_db.tables import order_reads, users
from mercarich_web.cancellations.sql import rate_of
from mercarich_web.database import reading
from mercarich_web.notices.notices import Cause, Kind, Name


class SqlRates:
    """`notices.Causes` that take a statement for each seller whose orders are read."""

    kinds = frozenset({Kind.CANCELLATIONS})

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self, at: datetime) -> Sequence[Cause]:
        served = select(users.c.id).join(order_reads, order_reads.c.user_id == users.c.id)
        served = served.where(users.c.active.is_(true())).order_by(users.c.id)
        with reading(self._engine) as connection:
            user_ids = connection.execute(served).scalars().all()
        return [cause for user_id in user_ids if (cause := self._of(user_id, at)) is not None]

    def _of(self, user_id: int, at: datetime) -> Cause | None:
        with reading(self._engine) as connection:
            rate = rate_of(connection, user_id, at)
        if rate.warning is None:
            return None
        return Cause(
            Name(user_id, Kind.CANCELLATIONS, rate.warning), rate.cancelled + rate.announced, f"{rate.orders:,}"
        )
