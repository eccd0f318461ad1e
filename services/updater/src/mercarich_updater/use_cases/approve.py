"""Every few seconds: let the rules of sellers approve replacements that wait."""

import logging
from typing import Protocol

from mercarich_contracts.market import Marketplace
from mercarich_platform.clock import Clock
from mercarich_updater.ports import Approvals

log = logging.getLogger(__name__)


class ApprovalMeter(Protocol):
    def approved_by_rule(self, marketplace: Marketplace, number: int) -> None: ...


class ApproveByRule:
    """Each call judges some proposals of each seller whose rule is on, and goes on behind them at the next call.

    What a rule leaves is judged again: the offer's price, the fee or the rule may be others by then. Raises
    `DatabaseAway`.
    """

    def __init__(self, approvals: Approvals, meter: ApprovalMeter, now: Clock) -> None:
        self._approvals = approvals
        self._meter = meter
        self._now = now
        self._after: dict[int, int] = {}  # seller -> the last proposal that was judged

    def __call__(self, marketplace: Marketplace) -> None:
        sellers = self._approvals.sellers()
        self._after = {user_id: self._after.get(user_id, 0) for user_id in sellers}
        for user_id in sellers:
            some = self._approvals.waiting(marketplace, user_id, self._after[user_id])
            self._after[user_id] = some[-1] if some else 0
            if not some:
                continue
            done = self._approvals.approve(marketplace, user_id, some, self._now())
            if done.approved:
                self._meter.approved_by_rule(marketplace, len(done.approved))
                log.info("approved by rule", extra={"user_id": user_id, "replacements": len(done.approved)})
