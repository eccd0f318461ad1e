"""Replacements that wait for a seller, and the seller's word on them: as `mercarich revival approve` and `undo`."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_web.identity.people import Account
from mercarich_web.replacements.proposals import Decided, Proposal
from mercarich_web.replacements.sql.proposals import SqlProposals

SHOWN = 20


@dataclass(frozen=True, slots=True)
class ReplacementDesk:
    """Those that decide raise `NotFound` and `Refused`. `shown`: the marketplace and item that the seller saw."""

    proposals: SqlProposals
    now: Clock

    def waiting(self, seller: Account) -> Sequence[Proposal]:
        return self.proposals.waiting(seller.user_id, SHOWN)

    def approve(self, seller: Account, listing_id: int, shown: str | None = None) -> Decided:
        """A worker takes it within seconds, after one more look."""
        return self.proposals.approve(seller.user_id, listing_id, shown, seller.username, self.now())

    def refuse(self, seller: Account, listing_id: int, shown: str | None = None) -> Decided:
        """Also takes one back that is in use already; it is not taken for this listing again."""
        return self.proposals.undo(seller.user_id, listing_id, shown, seller.username, self.now())

    def refuse_seller(self, seller: Account, listing_id: int, shown: str | None = None) -> Decided:
        """And nothing of the one who sells it."""
        return self.proposals.never_again(seller.user_id, listing_id, shown, seller.username, self.now())
