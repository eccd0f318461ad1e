"""What became of orders beside what was to be expected, as the checkers have counted it."""

from collections.abc import Mapping

from sqlalchemy import Engine, select

from mercarich_contracts.market import Marketplace
from mercarich_db.tables import forecast_outcomes
from mercarich_web.database import reading
from mercarich_web.listings.calibration import Outcome


class SqlOutcomes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> Mapping[Marketplace, Outcome]:
        """Return them by marketplace, where there were orders."""
        kept = forecast_outcomes.c
        columns = (kept.expected, kept.cancelled, kept.orders, kept.cancelled_later)
        query = select(kept.marketplace, *columns).where(kept.orders > 0).order_by(kept.marketplace)
        with reading(self._engine) as connection:
            return {
                Marketplace(row.marketplace): Outcome(
                    expected=row.expected,
                    cancelled=row.cancelled,
                    orders=row.orders,
                    cancelled_later=row.cancelled_later,
                )
                for row in connection.execute(query)
            }
