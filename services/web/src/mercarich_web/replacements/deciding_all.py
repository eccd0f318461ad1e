"""Decide on all replacements that match a filter: a preview of them, then the decision on what it has shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_contracts.audit import Actor
from mercarich_platform.outages import DatabaseAway
from mercarich_web.identity.people import Account
from mercarich_web.replacements.sql.proposals import SqlProposals
from mercarich_web.replacements.sql.waiting import SqlWaiting
from mercarich_web.replacements.views import Applied, Decision, Preview, Wish

PORTION = 100
"""Replacements that are decided in one transaction."""


@dataclass(frozen=True, slots=True)
class DecideAll:
    waiting: SqlWaiting
    proposals: SqlProposals

    def preview(self, seller: Account, wish: Wish) -> Preview:
        return self.waiting.preview(seller.user_id, wish)

    def apply(self, seller: Account, decision: Decision, wish: Wish, ids: Sequence[int], by: Actor) -> Applied:
        """Decide on the previewed `ids` that still wait and match, in short transactions; the others stay as they are.

        If the database goes away after some were decided, the rest is not tried. Raises `DatabaseAway` before that.
        """
        given, decided = sorted(set(ids)), 0
        for start in range(0, len(given), PORTION):
            try:
                decided += self.proposals.decide_many(seller, decision, wish, given[start : start + PORTION], by)
            except DatabaseAway:
                if not decided:
                    raise
                return Applied(decided, 0, broken_off=True)
        return Applied(decided, len(given) - decided)
