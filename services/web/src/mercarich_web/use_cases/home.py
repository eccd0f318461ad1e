"""A seller's home page: what waits for a decision, how the shop stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mercarich_contracts.schedule import ScheduleRow
from mercarich_platform.clock import Clock
from mercarich_web.domain.exposure import measure
from mercarich_web.domain.home import DAYS, Fortnight, Home, Waiting, midnights, next_checks
from mercarich_web.domain.people import Account
from mercarich_web.ports import Schedules
from mercarich_web.ports_home import Exposures, SellersDesk
from mercarich_web.use_cases.listings import Count

LAST = 8
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TellFortnight:
    exposures: Exposures
    desk: SellersDesk
    exposed: Callable[[int], Mapping[int, datetime | None]]
    """What of a seller is exposed now, as of `domain.listings.Shop`."""
    now: Clock

    def __call__(self, user_id: int) -> Fortnight:
        now = self.now()
        begins = midnights(now)
        spans = self.exposures.spans(user_id, begins[0], now, self.exposed(user_id))
        exposure = measure(spans, self.exposures.looks(user_id, now - timedelta(days=DAYS)), begins, now)
        days = self.desk.days(user_id, begins)
        return Fortnight([replace(day, exposed=exposure.by_day.get(day.begins, 0)) for day in days], exposure)


@dataclass(frozen=True, slots=True)
class ShowHome:
    count: Count
    fortnight: Callable[[int], Fortnight]
    """A seller's, two minutes old at most."""
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
        fortnight = self.fortnight(user_id)
        return Home(
            figures=figures,
            waiting=waiting,
            account=account,
            runs=self.desk.runs(user_id),
            next_checks=next_checks(self._going(), seller.plan, now),
            happened=self.desk.happened(user_id, LAST),
            days=fortnight.days,
            exposure=fortnight.exposure,
            cancelled=fortnight.exposure.expected(figures.on_sale + figures.exposed),
        )

    def _going(self) -> Sequence[ScheduleRow]:
        """What nobody has paused."""
        pauses = self.schedules.pauses()
        return [row for row in self.schedule if row.name not in pauses]
