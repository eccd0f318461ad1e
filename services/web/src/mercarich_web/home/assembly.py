"""A seller's home page: open decisions, and how the shop stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mercarich_contracts.schedule import ScheduleRow
from mercarich_platform.clock import Clock
from mercarich_web.database import Together
from mercarich_web.home.home import DAYS, Fortnight, Home, Waiting, midnights, next_checks
from mercarich_web.home.sql import SqlSellersDesk
from mercarich_web.identity.people import Account
from mercarich_web.listings.browsing import Count
from mercarich_web.listings.calibration import calibrated
from mercarich_web.listings.exposure import WEEK, measure
from mercarich_web.listings.sql.demand import SqlDemands
from mercarich_web.listings.sql.exposure import SqlExposures
from mercarich_web.listings.sql.outcomes import SqlOutcomes
from mercarich_web.listings.views import Shop
from mercarich_web.orders.sql.orders import SqlOrders
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.troubles.telling import TellTroubles

LAST = 8
A_WEEK = timedelta(days=7)

MOST_TO_MATCH = 1_000
"""Offers that are counted: the page of offers counts them all."""


@dataclass(frozen=True, slots=True)
class TellFortnight:
    exposures: SqlExposures
    demands: SqlDemands
    outcomes: SqlOutcomes
    desk: SqlSellersDesk
    orders: SqlOrders
    shop: Callable[[int], Shop]
    now: Clock

    def __call__(self, user_id: int) -> Fortnight:
        now, shop = self.now(), self.shop(user_id)
        begins = midnights(now)
        spans = self.exposures.spans(user_id, begins[0], now, shop.exposed)
        exposure = measure(spans, self.exposures.looks(user_id, now - timedelta(days=DAYS)), begins, now)
        demand = self.demands.of(user_id, now - WEEK, now, shop.figures.on_sale)
        days = self.desk.days(user_id, begins)
        on_sale = self.exposures.mean_on_sale(user_id, now - timedelta(minutes=exposure.minutes), now)
        calibration = calibrated(demand.ratio, self.outcomes.all(), on_sale)
        factor = calibration.mean(exposure.unseen_at)
        cancelled = exposure.expected(sum(on_sale.values()), factor, calibration.mean_later)
        exposed = [replace(day, exposed=exposure.by_day.get(day.begins, 0)) for day in days]
        return Fortnight(exposed, exposure, demand, calibration, cancelled, self.orders.rate(user_id, now))


@dataclass(frozen=True, slots=True)
class ShowHome:
    count: Count
    fortnight: Callable[[int], Fortnight | None]
    """Return a seller's figures, at most two minutes old, or None when nothing has computed them since the process
    started."""
    desk: SqlSellersDesk
    orders: SqlOrders
    schedule: Sequence[ScheduleRow]
    schedules: SqlSchedules
    tell_troubles: TellTroubles
    together: Together
    now: Clock

    def __call__(self, seller: Account) -> Home:
        now, user_id = self.now(), seller.user_id
        figures, fortnight = self.count(user_id), self.fortnight(user_id)
        with self.together():
            account = self.desk.account(user_id)
            to_buy, to_cancel = self.orders.counts(user_id)
            proposed, to_match = self.desk.decisions(user_id, MOST_TO_MATCH)
            waiting = Waiting(
                held=figures.held,
                proposed=proposed,
                failed_imports=self.desk.failed_imports(user_id, now - A_WEEK),
                problems=figures.problem,
                token_invalid=account is not None and account.verdict == "invalid",
                account_missing=account is None,
                to_buy=to_buy,
                to_cancel=to_cancel,
                to_match=to_match,
            )
            return Home(
                figures=figures,
                waiting=waiting,
                account=account,
                runs=self.desk.runs(user_id),
                next_checks=next_checks(self._going(), seller.checks_a_day, now),
                happened=self.desk.happened(user_id, LAST),
                coverages=self.desk.coverages(user_id),
                fortnight=fortnight,
                troubles=self.tell_troubles.to_sellers(),
            )

    def _going(self) -> Sequence[ScheduleRow]:
        """Return the rows of the schedule that are not paused."""
        pauses = self.schedules.pauses()
        return [row for row in self.schedule if row.name not in pauses]
