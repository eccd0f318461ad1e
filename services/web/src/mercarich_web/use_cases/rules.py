"""A seller's own rules for replacements: as `mercarich revival settings` and `set`."""

from collections.abc import Mapping
from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_web.domain.people import Account
from mercarich_web.domain.rules import OwnRule
from mercarich_web.ports_rules import Rules


@dataclass(frozen=True, slots=True)
class RuleDesk:
    rules: Rules
    now: Clock

    def show(self, seller: Account) -> Mapping[str, OwnRule]:
        return {rule.key: rule for rule in self.rules.of(seller.user_id)}

    def change(self, seller: Account, wanted: Mapping[str, str]) -> int:
        """Sets what differs from what holds, and goes back to the general value where it is wanted; answers how many.

        Raises `BadRule`, and nothing is changed then.
        """
        known = self.show(seller)
        changed = {
            key: None if value == known[key].general else value
            for key, value in wanted.items()
            if key in known and value != known[key].value
        }
        self.rules.change(seller.user_id, changed, seller.username, self.now())
        return len(changed)
