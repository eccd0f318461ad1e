"""What a seller does to many listings: first how many it would change, then the change."""

from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_web.domain.bulk import BulkAction, Choice, Preview
from mercarich_web.domain.people import Account
from mercarich_web.ports_bulk import Bulk, Feed
from mercarich_web.ports_people import Actor, Audit


@dataclass(frozen=True, slots=True)
class ChangeMany:
    bulk: Bulk
    feed: Feed
    audit: Audit
    now: Clock

    def preview(self, seller: Account, action: BulkAction, choice: Choice) -> Preview:
        return self.bulk.preview(seller.user_id, action, choice)

    def apply(self, seller: Account, action: BulkAction, choice: Choice, by: Actor) -> int:
        changed = self.bulk.apply(seller.user_id, action, choice, by.name, self.now())
        if changed:
            self.audit.write(f"listings_{action}", by, f"{changed} listings", None, self.now())
        if changed and action is BulkAction.WITHDRAW:
            self.feed.wake(seller.user_id)
        return changed
