"""What a seller has changed of a listing besides its source."""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class ListingEdited(Reason):
    """A person changed these of a listing; None: it stayed, or an `old_` one was not known."""

    person: str
    listing_quantity: int | None = None
    """Pieces that the offer shows when it goes up."""
    old_listing_quantity: int | None = None
    offer_price_jpy: int | None = None
    old_offer_price_jpy: int | None = None
    asin: str | None = None
    old_asin: str | None = None
    title: str | None = None
    old_title: str | None = None
    least_price_jpy: int | None = None
    """Between this and the next the price may follow its source."""
    old_least_price_jpy: int | None = None
    most_price_jpy: int | None = None
    old_most_price_jpy: int | None = None
    note_length: int | None = None
    """Characters of the note that the seller alone sees; 0: it was removed."""
    handling_days: int | None = None
    """Days until the offer is sent; 0: the listing has none of its own any more."""
    old_handling_days: int | None = None
    job_id: int | None = None
    """The import that changed it; None: the person did on the page, or by a program."""
    file: str | None = None
    """Of the import."""
    marketplace: Marketplace | None = None
    item_id: str | None = None
    source_item_id: int | None = None
    """With the two before, the other source that an import gave a draft."""


@dataclass(frozen=True, slots=True)
class ListingEditedSince(Reason):
    """Something of the listing was changed after the form was opened; the values are those of now, None: it stayed."""

    sku: str
    title: str | None = None
    asin: str | None = None
    listing_quantity: int | None = None
    offer_price_jpy: int | None = None
    note_length: int | None = None
    """Characters of the note; 0: there is none."""
    handling_days: int | None = None
    """0: the listing has none of its own."""


@dataclass(frozen=True, slots=True)
class ListingReadBefore(Reason):
    """A program wants to change what it has read of a listing, and the listing has changed since."""

    sku: str
