"""What the pages about a seller's listings need. Every method raises `DatabaseAway`.

The seller is part of every question: what belongs to somebody else is not there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from mercarich_web.domain.listing_csv import ExportedListing
from mercarich_web.domain.listings import ListingPage, Place, Shop, Wish
from mercarich_web.domain.offers import Evidence
from mercarich_web.domain.timeline import Candidate, Replacement
from mercarich_web.ports import Found


class ListingBook(Protocol):
    def page(self, user_id: int, wish: Wish, after: Place | None) -> ListingPage: ...

    def shop(self, user_id: int) -> Shop: ...

    def matching(self, user_id: int, wish: Wish, most: int) -> int:
        """How many there are, counted up to `most`."""

    def export(self, user_id: int, wish: Wish) -> Iterator[Sequence[ExportedListing]]:
        """By SKU, in pieces."""


class ListingFile(Protocol):
    """All that is known of one listing."""

    def found(self, user_id: int, listing_id: int) -> Found | None: ...

    def looks(self, source_item_id: int, evidence_ids: Collection[int], limit: int) -> Sequence[Evidence]:
        """The last ones at this source, and these; newest first."""

    def candidates(self, listing_id: int) -> Sequence[Candidate]:
        """Of the last search, in the order in which they were judged."""

    def replacements(self, listing_id: int) -> Sequence[Replacement]:
        """Newest first."""

    def pictures(self, user_id: int, listing_id: int) -> Mapping[int, str]:
        """Slot 0 is the main one; the paths of its files."""


class SavedPictures(Protocol):
    """Files; no method raises."""

    def read(self, user_id: int, path: str) -> bytes | None: ...
