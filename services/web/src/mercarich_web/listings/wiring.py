"""Build the use cases of listings on their queries."""

from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.listings.explain import Explain
from mercarich_web.listings.sql.deleted_offers import SqlDeletedOffers
from mercarich_web.listings.sql.offers import SqlOffers
from mercarich_web.runs.sql.holds import SqlHolds


def explain_offers(engine: Engine, now: Clock) -> Explain:
    return Explain(SqlOffers(engine), SqlDeletedOffers(engine), SqlHolds(engine), now)
