"""A seller's home page: what waits for a decision, how the shop stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.schedule import ScheduleRow
from mercarich_platform.clock import Clock
from mercarich_web.domain.home import Home, Waiting, midnights, next_checks
from mercarich_web.domain.people import Account
from mercarich_web.ports_home import SellersDesk
from mercarich_web.use_cases.listings import Count

LAST = 8
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ShowHome:
    count: Count
    desk: SellersDesk
    schedule: Sequence[ScheduleRow]
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
        return Home(
            figures=figures,
            waiting=waiting,
            account=account,
            runs=self.desk.runs(user_id),
            next_checks=next_checks(self.schedule, seller.plan, now),
            happened=self.desk.happened(user_id, LAST),
            days=self.desk.days(user_id, midnights(now)),
        )
