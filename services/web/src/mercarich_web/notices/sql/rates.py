"""Sellers whose rate of cancellations or of late shipments nears Amazon's limit: causes of notices."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Engine, select, true

from mercarich_db.tables import order_reads, users
from mercarich_web.cancellations.late import worst
from mercarich_web.cancellations.sql import late_rates_of, rate_of
from mercarich_web.database import reading
from mercarich_web.notices.notices import Cause, Kind, Name


class SqlRates:
    """`notices.Causes` that take two statements for each seller whose orders are read."""

    kinds = frozenset({Kind.CANCELLATIONS, Kind.LATE_SHIPMENTS})

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self, at: datetime) -> Sequence[Cause]:
        served = select(users.c.id).join(order_reads, order_reads.c.user_id == users.c.id)
        served = served.where(users.c.active.is_(true())).order_by(users.c.id)
        with reading(self._engine) as connection:
            user_ids = connection.execute(served).scalars().all()
        return [cause for user_id in user_ids for cause in self._of(user_id, at)]

    def _of(self, user_id: int, at: datetime) -> Iterator[Cause]:
        with reading(self._engine) as connection:
            rate, late = rate_of(connection, user_id, at), worst(late_rates_of(connection, user_id, at))
        if rate.warning is not None:
            name = Name(user_id, Kind.CANCELLATIONS, rate.warning)
            yield Cause(name, rate.cancelled + rate.announced, f"{rate.orders:,}")
        if late.warning is not None:
            yield Cause(Name(user_id, Kind.LATE_SHIPMENTS, late.warning), late.late, f"{late.orders:,}")
