"""Why an offer is at its quantity, or what Amazon shows of one that was deleted."""

from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_replacements.earnings import earnings
from mercarich_web.listings.deleted_offers import DeletedOffer
from mercarich_web.listings.next_look import next_look
from mercarich_web.listings.offers import Explanation, Found
from mercarich_web.listings.price_changes import price_now
from mercarich_web.listings.sql.deleted_offers import SqlDeletedOffers
from mercarich_web.listings.sql.offers import SqlOffers
from mercarich_web.listings.why import Known, what_next, why
from mercarich_web.refusals import Ambiguous, NotFound
from mercarich_web.runs.sql.holds import SqlHolds


@dataclass(frozen=True, slots=True)
class Explain:
    """Why an offer is at its quantity. Raises `NotFound` and `Ambiguous`.

    A SKU that is a draft, or is leaving Amazon, is told as a deleted offer while Amazon is read for it.
    """

    offers: SqlOffers
    deleted: SqlDeletedOffers
    holds: SqlHolds
    now: Clock

    def __call__(self, sku: str, username: str | None) -> Explanation | DeletedOffer:
        found = self.offers.find(sku, username)
        if not any(one.offer.listed for one in found):
            deleted = self.deleted.find(sku, username)
            if len(deleted) == 1:
                return deleted[0]
            if deleted:
                raise Ambiguous(sku, [one.username for one in deleted])
        if not found:
            whose = f"of {username} " if username else ""
            raise NotFound(f"there is no listing {whose}with the SKU {sku}")
        if len(found) > 1:
            raise Ambiguous(sku, [each.offer.username for each in found])
        return self._explain(found[0])

    def _explain(self, found: Found) -> Explanation:
        offer, source = found.offer, found.source
        hold = self.holds.get(found.hold_id) if found.hold_id is not None else None
        creation = None if offer.listed else self.offers.creation(offer.id)
        known = Known(offer, source, hold, self.offers.search(offer.id), self.offers.account(offer.id), creation)
        evidence_id = self.offers.decision_evidence_id(offer.id) or found.source_evidence_id
        return Explanation(
            why=str(why(offer, source, hold, creation)),
            next=str(what_next(known, self.now())),
            next_look=next_look(known, self.offers.looking(offer.marketplace, self.now()), self.now()),
            lead_time=(offer.lead_time,),
            offer=offer,
            source=source,
            evidence=self.offers.evidence(evidence_id) if evidence_id is not None else None,
            hold=hold,
            search=known.search,
            account=known.account,
            events=self.offers.events(offer.id),
            pushes=self.offers.pushes(offer.id),
            price=price_now(self.offers.price(offer.id)),
            earned=earnings(known.sale, self.offers.terms_and_rule(found.user_id)[0]),
        )
