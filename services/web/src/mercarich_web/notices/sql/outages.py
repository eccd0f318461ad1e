"""Troubles of the system as a whole: causes of notices to all operators, and to the sellers whom they touch."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Engine, select, true

from mercarich_db.coverage import ALL_SELLERS
from mercarich_db.tables import coverages, users
from mercarich_web.database import reading
from mercarich_web.notices.notices import OUTAGE_AFTER, Cause, Kind, Name
from mercarich_web.troubles.sql import SqlMeasures
from mercarich_web.troubles.troubles import Trouble, as_sellers_see, touches_sellers, troubles

SYSTEM = "system"
"""The cause of a seller's notice that is not of one marketplace."""


class SqlOutages:
    """`notices.Causes` that take a statement where all is well, and two more where it is not."""

    kinds = frozenset({Kind.OUTAGE})

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._measures = SqlMeasures(engine)

    def now(self, at: datetime) -> Sequence[Cause]:
        found = [one for one in troubles(self._measures.last(), at) if _is_told(one, at)]
        if not found:
            return []
        active = select(users.c.id).where(users.c.active.is_(true()))
        offering = select(coverages.c.user_id, coverages.c.marketplace, coverages.c.sources)
        offering = offering.where(coverages.c.user_id.in_(active), coverages.c.user_id != ALL_SELLERS)
        with reading(self._engine) as connection:
            operators = connection.execute(active.where(users.c.is_staff.is_(true()))).scalars().all()
            sellers = connection.execute(offering.where(coverages.c.sources > 0)).all()
        # Without the numbers, which change all the time: each change would be a statement for each seller.
        touching = [one for one in as_sellers_see(found) if touches_sellers(one)]
        causes = [_of_operator(user_id, one) for user_id in operators for one in found]
        causes += _of_sellers([(row.user_id, row.marketplace, row.sources) for row in sellers], touching)
        return causes


def _is_told(trouble: Trouble, at: datetime) -> bool:
    return trouble.since is None or at - trouble.since >= OUTAGE_AFTER


def _of_operator(user_id: int, trouble: Trouble) -> Cause:
    cause = f"{trouble.code}:{trouble.marketplace}" if trouble.marketplace else trouble.code
    return Cause(Name(user_id, Kind.OUTAGE, cause), reason=trouble.reason)


def _of_sellers(offering: Sequence[tuple[int, str, int]], touching: Sequence[Trouble]) -> Iterator[Cause]:
    """Yield one cause for each marketplace of a seller, with the first of its troubles, and one for the system."""
    first: dict[str, Trouble] = {}
    for one in touching:
        first.setdefault(one.marketplace, one)
    for user_id, marketplace, sources in offering:
        if marketplace in first:
            yield Cause(Name(user_id, Kind.OUTAGE, marketplace), sources, reason=first[marketplace].reason)
    if "" in first:
        for user_id in sorted({user_id for user_id, _, _ in offering}):
            yield Cause(Name(user_id, Kind.OUTAGE, SYSTEM), reason=first[""].reason)
