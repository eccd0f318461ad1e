"""A seller's own rules: for replacements, as `mercarich revival settings` and `set`, and for the number of checks a
day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mercarich_contracts.audit import Actor
from mercarich_platform.clock import Clock
from mercarich_web.identity.people import Account
from mercarich_web.replacements.approval_trials import PERIOD, ApprovalTrial, approval_trial
from mercarich_web.replacements.rule_trials import Trial, trial
from mercarich_web.replacements.rules import CHECKS, CheckTrial, OwnRule
from mercarich_web.replacements.sql.by_rule import SqlApprovalTrials
from mercarich_web.replacements.sql.rule_trials import SqlTrials
from mercarich_web.replacements.sql.rules import SqlRules

LISTINGS = 40
"""Listings whose last searches a preview tries."""


@dataclass(frozen=True, slots=True)
class RuleDesk:
    rules: SqlRules
    trials: SqlTrials
    approvals: SqlApprovalTrials
    on_sale: Callable[[int], int]
    """Returns how many listings of a seller are on sale."""
    now: Clock

    def show(self, seller: Account) -> Mapping[str, OwnRule]:
        return {rule.key: rule for rule in self.rules.of(seller.user_id)}

    def change(self, seller: Account, wanted: Mapping[str, str], by: Actor) -> int:
        """Store the values that differ from the current ones, and remove those set back to the general value. Return
        the number of changes.

        Raises `BadRule`, and then nothing is changed.
        """
        known = self.show(seller)
        changed = {
            key: None if value == known[key].general else value
            for key, value in wanted.items()
            if key in known and value != known[key].value
        }
        self.rules.change(seller.user_id, changed, by, self.now())
        return len(changed)

    def preview(self, seller: Account, wanted: Mapping[str, str]) -> Trial:
        """Return what these values would change of the last searches, without saving them. Raises `BadRule`."""
        typed = self.trials.rules(seller.user_id, wanted)
        hold = self.trials.rules(seller.user_id, {})
        return trial(self.trials.searches(seller.user_id, LISTINGS), hold, typed)

    def preview_approvals(self, seller: Account, wanted: Mapping[str, str]) -> ApprovalTrial | None:
        """Return what the rule with these values would have approved by itself in the last month; None: it is off.

        Raises `BadRule`.
        """
        self.trials.rules(seller.user_id, wanted)
        rule = self.approvals.rule(seller.user_id, wanted)
        if not rule.is_on:
            return None
        return approval_trial(self.approvals.found(seller.user_id, self.now() - PERIOD), rule)

    def preview_checks(self, seller: Account, wanted: Mapping[str, str]) -> CheckTrial:
        """Return what this number of checks would mean. Raises `BadRule`."""
        checks = self.rules.checks(seller.user_id, wanted.get(CHECKS, str(seller.checks_a_day)))
        return CheckTrial(self.on_sale(seller.user_id), 24 // seller.checks_a_day, 24 // checks)
