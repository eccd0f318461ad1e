"""Sellers for operators: change plans, stop and start sellers, see all tokens."""

from dataclasses import dataclass

from mercarich_contracts.audit import Actor
from mercarich_contracts.schedule import PLANS
from mercarich_platform.clock import Clock
from mercarich_reasons.accounts import NoPlan
from mercarich_web.paging import Paged
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.sellers.accounts import SellerDetails, SellerRow
from mercarich_web.sellers.sql.accounts import SqlSellerAccounts

SHOWN = 50
DEEDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SellerDesk:
    """Methods that take an id raise `NotFound`."""

    accounts: SqlSellerAccounts
    now: Clock

    def page(self, words: str, above: int) -> Paged[SellerRow]:
        return self.accounts.page(words, above, SHOWN)

    def one(self, user_id: int) -> SellerDetails:
        found = self.accounts.one(user_id, DEEDS_SHOWN)
        if found is None:
            raise NotFound(f"there is no seller {user_id}")
        return found

    def set_plan(self, user_id: int, plan: int, by: Actor) -> SellerDetails:
        """Change the plan, from the next run on. Raises `Refused`."""
        if plan not in PLANS:
            raise Refused(NoPlan(plan))
        self.one(user_id)
        self.accounts.set_plan(user_id, plan, by, self.now())
        return self.one(user_id)

    def set_active(self, user_id: int, active: bool, by: Actor) -> SellerDetails:
        """Stop or start a seller. A stopped seller takes part in no run and cannot sign in; listings at Amazon stay as
        they are."""
        self.one(user_id)
        self.accounts.set_active(user_id, active, by, self.now())
        return self.one(user_id)
