"""Bulk actions of a seller: preview the number of changes, apply them, undo them."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_web.identity.people import Account
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.listings.actions import ACTIONS, BulkAction
from mercarich_web.listings.choices import Applied, Choice, Preview
from mercarich_web.listings.feed_kafka import KafkaFeed
from mercarich_web.listings.looks_kafka import KafkaLooks
from mercarich_web.listings.sql.actions import SqlBulk


@dataclass(frozen=True, slots=True)
class ChangeMany:
    bulk: SqlBulk
    feed: KafkaFeed
    looks: KafkaLooks
    audit: SqlAudit
    now: Clock

    def preview(self, seller: Account, action: BulkAction, choice: Choice) -> Preview:
        return self.bulk.preview(seller.user_id, action, choice, self.now())

    def apply(self, seller: Account, action: BulkAction, choice: Choice, by: Actor) -> Applied:
        applied = self.bulk.apply(seller.user_id, action, choice, by.name, self.now())
        if applied.changed:
            self.audit.write(ACTIONS[action].audit, by, f"{applied.changed} listings", None, self.now())
        if applied.changed and ACTIONS[action].wakes_feed:
            self.feed.wake(seller.user_id)
        if applied.looks:
            self.looks.ask(applied.looks)
        return applied

    def undo(self, seller: Account, at: datetime, by: Actor) -> Applied:
        """Undo the action applied at `at`, the time that `Applied` holds; listings changed since stay."""
        now = self.now()
        changed = self.bulk.undo(seller.user_id, at, by.name, now)
        if changed:
            self.audit.write(AuditAction.LISTINGS_UNDO, by, f"{changed} listings", None, self.now())
            self.feed.wake(seller.user_id, restores=True)
        return Applied(changed, now)
