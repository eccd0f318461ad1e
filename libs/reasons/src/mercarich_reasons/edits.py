"""What a seller has changed of a listing besides its source."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class ListingEditedSince(Reason):
    """Something of the listing was changed after the form was opened; the values are those of now, None: it stayed."""

    sku: str
    title: str | None = None
    asin: str | None = None
    listing_quantity: int | None = None
    offer_price_jpy: int | None = None


@dataclass(frozen=True, slots=True)
class ListingReadBefore(Reason):
    """A program wants to change what it has read of a listing, and the listing has changed since."""

    sku: str
