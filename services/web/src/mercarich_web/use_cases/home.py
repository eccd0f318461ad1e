"""A seller's home page: what waits for a decision, how the shop stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mercarich_contracts.schedule import ScheduleRow
from mercarich_platform.clock import Clock
from mercarich_web.domain.exposure import Exposure, measure
from mercarich_web.domain.home import DAYS, Home, Waiting, midnights, next_checks
from mercarich_web.domain.people import Account
from mercarich_web.ports import Schedules
from mercarich_web.ports_home import Exposures, SellersDesk
from mercarich_web.use_cases.listings import Count

LAST = 8
A_WEEK = timedelta(days=7)

Expose = Callable[[int], Exposure]
"""A seller's exposure, some seconds old at most."""


@dataclass(frozen=True, slots=True)
class MeasureExposure:
    exposures: Exposures
    exposed: Callable[[int], Mapping[int, datetime | None]]
    """What of a seller is exposed now, as of `domain.listings.Shop`."""
    now: Clock

    def __call__(self, user_id: int) -> Exposure:
        now = self.now()
        days = midnights(now)
        spans = self.exposures.spans(user_id, days[0], now, self.exposed(user_id))
        return measure(spans, self.exposures.looks(user_id, now - timedelta(days=DAYS)), days, now)


@dataclass(frozen=True, slots=True)
class ShowHome:
    count: Count
    expose: Expose
    desk: SellersDesk
    schedule: Sequence[ScheduleRow]
    schedules: Schedules
    now: Clock

    def __call__(self, seller: Account) -> Home:
        now, user_id = self.now(), seller.user_id
        figures, account = self.count(user_id), self.desk.account(user_id)
        waiting = Waiting(
            held=figures.held,
            proposed=self.desk.proposed(user_id),
            failed_imports=self.desk.failed_imports(user_id, now - A_WEEK),
            problems=figures.problem,
            token_invalid=account is not None and account.verdict == "invalid",
            account_missing=account is None,
        )
        exposure = self.expose(user_id)
        days = self.desk.days(user_id, midnights(now))
        return Home(
            figures=figures,
            waiting=waiting,
            account=account,
            runs=self.desk.runs(user_id),
            next_checks=next_checks(self._going(), seller.plan, now),
            happened=self.desk.happened(user_id, LAST),
            days=[replace(day, exposed=exposure.by_day.get(day.begins, 0)) for day in days],
            exposure=exposure,
            cancelled=exposure.expected(figures.on_sale + figures.exposed),
        )

    def _going(self) -> Sequence[ScheduleRow]:
        """What nobody has paused."""
        pauses = self.schedules.pauses()
        return [row for row in self.schedule if row.name not in pauses]
