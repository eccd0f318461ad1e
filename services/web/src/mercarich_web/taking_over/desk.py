"""Everything that a seller's pages and programs do with offers that are at Amazon."""

from collections.abc import Iterator
from dataclasses import dataclass

from mercarich_web.listings.csv_rows import neutralised
from mercarich_web.listings.export import BOM, as_lines
from mercarich_web.taking_over.matching import MatchOffers
from mercarich_web.taking_over.matching_file import SKU
from mercarich_web.taking_over.offers import Offer, Standing
from mercarich_web.taking_over.reading import AskToRead
from mercarich_web.taking_over.sql.offers import SqlFoundOffers
from mercarich_web.taking_over.take_over import TakeOver

LEFT = (Standing.UNMATCHED, Standing.SHARED)
"""What a person is to name a source of."""
_COLUMNS = (SKU, "source", "asin", "title", "quantity", "price", "standing")


@dataclass(frozen=True, slots=True)
class OfferDesk:
    book: SqlFoundOffers
    read: AskToRead
    match: MatchOffers
    take_over: TakeOver

    def left(self, user_id: int) -> Iterator[str]:
        """Yield a CSV of the offers that are not taken over as they are; filled in, it names their sources."""
        yield BOM + as_lines([_COLUMNS])
        for standing in LEFT:
            for page in self.book.all_of(user_id, standing):
                yield as_lines(_cells(offer) for offer in page)


def _cells(offer: Offer) -> tuple[object, ...]:
    texts = (neutralised(offer.sku), offer.url or "", offer.asin or "", neutralised(offer.title or ""))
    return (*texts, offer.quantity, "" if offer.price_jpy is None else offer.price_jpy, offer.standing.value)
