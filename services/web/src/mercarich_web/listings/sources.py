"""Another source for a listing: an item that the seller pastes is looked at, compared, and used."""

from dataclasses import dataclass

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.sites import is_short_link
from mercarich_listings.matching import MatchedBy, given_by_person
from mercarich_platform.clock import Clock
from mercarich_reasons.imports import ShortLink
from mercarich_reasons.offers import NoSourceAddress
from mercarich_web.identity.people import Account
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.listings.chosen import Comparison, Item, Outcome, Shown
from mercarich_web.listings.feed_kafka import KafkaFeed
from mercarich_web.listings.looks_kafka import KafkaLooks
from mercarich_web.listings.sql.sources import SqlSources, Used
from mercarich_web.refusals import Refused


@dataclass(frozen=True, slots=True)
class ChooseSource:
    """Every method raises `NotFound` for a listing that is not the seller's."""

    sources: SqlSources
    feed: KafkaFeed
    looks: KafkaLooks
    audit: SqlAudit
    now: Clock

    def compare(self, seller: Account, listing_id: int, item: Item | None) -> Comparison:
        """Return the listing's source beside the item, as far as looks have seen it."""
        return self.sources.compare(seller.user_id, listing_id, item, self.now())

    def look(self, seller: Account, listing_id: int, text: str, by: Actor) -> Item:
        """Have the item of this address looked at. Raises `Refused`."""
        item = named(text)
        wanted = self.sources.look(seller.user_id, listing_id, item, by.name, self.now())
        if wanted is not None:
            self.looks.ask([wanted])
        return item

    def use(self, seller: Account, listing_id: int, item: Item, shown: Shown, by: Actor) -> Used:
        """Make it the listing's source, as the page has shown both. Raises `Refused`."""
        used = self.sources.use(seller.user_id, listing_id, item, shown, by.name, self.now())
        said = f"{used.old.marketplace} {used.old.item_id} to {item[0]} {item[1]}"
        self.audit.write(AuditAction.LISTING_SOURCE, by, used.sku, said, self.now())
        if used.changed_at_amazon:
            self.feed.wake(seller.user_id, restores=used.outcome is not Outcome.PAUSED)
        return used


def named(text: str) -> Item:
    """Return the item of an address, in any form that people copy. Raises `Refused`."""
    given = text.strip()
    found = given_by_person(given, MatchedBy.HAND)
    if found is None:
        raise Refused(ShortLink(given[:60]) if is_short_link(given) else NoSourceAddress(given[:60]))
    return found.marketplace, found.item_id
