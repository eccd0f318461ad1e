"""Shapes of what a seller changes of one listing in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mercarich_listings.details import Details
from mercarich_web.listings.creating import MOST_DAYS
from mercarich_web.listings.csv_rows import LONGEST, MOST_PIECES, MOST_YEN
from mercarich_web.listings.sql.edits import Edited


class EditWish(BaseModel):
    """What is null, or left out, stays as it is. Nothing but other handling days is sent to Amazon."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str | None, Field(max_length=LONGEST["title"])] = None
    asin: Annotated[str | None, Field(max_length=40)] = None
    listing_quantity: Annotated[int | None, Field(ge=1, le=MOST_PIECES)] = None
    """What an offer shows when it goes up; one that is up keeps the quantity that it shows."""
    offer_price_jpy: Annotated[int | None, Field(ge=1, le=MOST_YEN)] = None
    """The price that the offer has at Amazon."""
    note: Annotated[str | None, Field(max_length=LONGEST["note"])] = None
    """Yours alone; an empty text removes it."""
    handling_days: Annotated[int | None, Field(ge=0, le=MOST_DAYS)] = None
    """Days until the offer is sent; 0 removes them. Amazon gets those of the source if they are more: at once where it
    was seen to show the offer as it is here, else with the next quantity above 0."""

    @property
    def texts(self) -> dict[str, str]:
        """The values as an import has them in its columns."""
        given = {
            "title": self.title,
            "asin": self.asin,
            "quantity": self.listing_quantity,
            "price": self.offer_price_jpy,
            "note": self.note,
            "handling_days": self.handling_days,
        }
        return {name: str(value) for name, value in given.items() if value is not None}


class ListingEdited(BaseModel):
    sku: str
    changed: Sequence[str]
    """Names of those below that have another value by this; empty: nothing was changed."""
    title: str | None
    asin: str | None
    listing_quantity: int | None
    offer_price_jpy: int | None
    note: str | None
    handling_days: int | None = None


def edited(one: Edited) -> ListingEdited:
    now: Details = one.details
    return ListingEdited(
        sku=one.sku,
        changed=[name for name in ListingEdited.model_fields if name in one.changed],
        title=now.title,
        asin=now.asin,
        listing_quantity=now.listing_quantity,
        offer_price_jpy=now.offer_price_jpy,
        note=now.note,
        handling_days=now.handling_days,
    )
