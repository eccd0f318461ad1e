"""A seller's home page: what waits for a decision, how the shop stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mercarich_contracts.schedule import ScheduleRow
from mercarich_platform.clock import Clock
from mercarich_web.domain.exposure import measure
from mercarich_web.domain.home import DAYS, Fortnight, Home, Waiting, midnights, next_checks
from mercarich_web.domain.listings import Shop
from mercarich_web.domain.people import Account
from mercarich_web.ports import Schedules, Together
from mercarich_web.ports_home import Exposures, SellersDesk
from mercarich_web.use_cases.listings import Count

LAST = 8
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TellFortnight:
    exposures: Exposures
    desk: SellersDesk
    shop: Callable[[int], Shop]
    now: Clock

    def __call__(self, user_id: int) -> Fortnight:
        now, shop = self.now(), self.shop(user_id)
        begins = midnights(now)
        spans = self.exposures.spans(user_id, begins[0], now, shop.exposed)
        exposure = measure(spans, self.exposures.looks(user_id, now - timedelta(days=DAYS)), begins, now)
        days = self.desk.days(user_id, begins)
        cancelled = exposure.expected(shop.figures.on_sale + shop.figures.exposed)
        return Fortnight(
            [replace(day, exposed=exposure.by_day.get(day.begins, 0)) for day in days], exposure, cancelled
        )


@dataclass(frozen=True, slots=True)
class ShowHome:
    count: Count
    fortnight: Callable[[int], Fortnight | None]
    """A seller's, two minutes old at most; None: nobody has counted it since."""
    desk: SellersDesk
    schedule: Sequence[ScheduleRow]
    schedules: Schedules
    together: Together
    now: Clock

    def __call__(self, seller: Account) -> Home:
        now, user_id = self.now(), seller.user_id
        figures, fortnight = self.count(user_id), self.fortnight(user_id)
        with self.together():
            account = self.desk.account(user_id)
            waiting = Waiting(
                held=figures.held,
                proposed=self.desk.proposed(user_id),
                failed_imports=self.desk.failed_imports(user_id, now - A_WEEK),
                problems=figures.problem,
                token_invalid=account is not None and account.verdict == "invalid",
                account_missing=account is None,
            )
            return Home(
                figures=figures,
                waiting=waiting,
                account=account,
                runs=self.desk.runs(user_id),
                next_checks=next_checks(self._going(), seller.checks_a_day, now),
                happened=self.desk.happened(user_id, LAST),
                fortnight=fortnight,
            )

    def _going(self) -> Sequence[ScheduleRow]:
        """What nobody has paused."""
        pauses = self.schedules.pauses()
        return [row for row in self.schedule if row.name not in pauses]
