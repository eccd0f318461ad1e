"""A seller's listings: pages, figures, one listing in full, and an export of all matches as CSV."""

from collections.abc import Callable
from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_replacements.earnings import earnings
from mercarich_web.database import Together
from mercarich_web.listings.next_look import next_look
from mercarich_web.listings.sql.offers import SqlOffers
from mercarich_web.listings.sql.stories import SqlListingFile
from mercarich_web.listings.timeline import Story, evidence_ids, moments
from mercarich_web.listings.views import Figures, picture_type
from mercarich_web.listings.why import Known, what_next, why
from mercarich_web.pictures.files import PictureFiles
from mercarich_web.refusals import NotFound
from mercarich_web.runs.sql.holds import SqlHolds

LOOKS = 40


Count = Callable[[int], Figures]
"""A seller's figures, at most two minutes old (`figures_cache`)."""


@dataclass(frozen=True, slots=True)
class TellStory:
    """Return the whole history of a listing, and why it is in its state. Raises `NotFound`."""

    file: SqlListingFile
    offers: SqlOffers
    holds: SqlHolds
    together: Together
    now: Clock

    def __call__(self, user_id: int, listing_id: int) -> Story:
        with self.together():
            return self._story(user_id, listing_id)

    def _story(self, user_id: int, listing_id: int) -> Story:
        found = self.file.found(user_id, listing_id)
        if found is None:
            raise NotFound(f"there is no listing {listing_id}")
        offer, source = found.offer, found.source
        hold = self.holds.get(found.hold_id) if found.hold_id is not None else None
        creation = None if offer.listed else self.offers.creation(listing_id)
        known = Known(offer, source, hold, self.offers.search(listing_id), self.offers.account(listing_id), creation)
        terms, rule = self.offers.terms_and_rule(user_id)
        events = self.offers.events(listing_id)
        looks = self.file.looks(source.id, evidence_ids(events), LOOKS)
        newest = next((event.evidence_id for event in events if event.evidence_id), found.source_evidence_id)
        return Story(
            why=why(offer, source, hold, creation),
            next=what_next(known, self.now()),
            next_look=next_look(known, self.offers.looking(offer.marketplace, self.now()), self.now()),
            known=known,
            evidence=next((look for look in looks if look.id == newest), None),
            moments=moments(events, looks, self.offers.pushes(listing_id)),
            candidates=self.file.candidates(listing_id),
            replacements=self.file.replacements(listing_id),
            pictures=sorted(self.file.pictures(user_id, listing_id)),
            earned=earnings(known.sale, terms),
            terms=terms,
            rule=rule,
            creation=creation,
            price=self.offers.price(listing_id),
        )


@dataclass(frozen=True, slots=True)
class FindListing:
    """Return the id of a seller's listing by its SKU. Raises `NotFound`."""

    file: SqlListingFile

    def __call__(self, user_id: int, sku: str) -> int:
        listing_id = self.file.id_of(user_id, sku)
        if listing_id is None:
            raise NotFound(f"the seller {user_id} has no listing with the SKU {sku}")
        return listing_id


@dataclass(frozen=True, slots=True)
class ShowPicture:
    """Return a picture of a seller's listing. Raises `NotFound`."""

    file: SqlListingFile
    pictures: PictureFiles

    def __call__(self, user_id: int, listing_id: int, slot: int) -> tuple[bytes, str]:
        """Return the file's bytes and its media type."""
        path = self.file.pictures(user_id, listing_id).get(slot)
        data = self.pictures.read(user_id, path) if path is not None else None
        kind = picture_type(data) if data is not None else None
        if data is None or kind is None:
            raise NotFound(f"listing {listing_id} has no picture {slot}")
        return data, kind
