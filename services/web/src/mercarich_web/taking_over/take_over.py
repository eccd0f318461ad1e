"""Take over all offers that are matched: an import makes listings of them, by its own rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mercarich_reasons.offers import NothingToTakeOver
from mercarich_web.jobs.jobs import Job
from mercarich_web.jobs.starting import ImportWish, StartImport
from mercarich_web.listings.csv_rows import MOST_ROWS, neutralised
from mercarich_web.listings.export import as_lines
from mercarich_web.refusals import Refused
from mercarich_web.taking_over.offers import Offer, Standing
from mercarich_web.taking_over.sql.offers import SqlFoundOffers

FILE = "offers-at-amazon.csv"
_COLUMNS = ("sku", "marketplace", "source_id", "asin", "title", "quantity", "listed", "price")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_FORM_OF_ASIN = re.compile(r"[0-9A-Z]{10}")


@dataclass(frozen=True, slots=True)
class TakeOver:
    book: SqlFoundOffers
    start_import: StartImport

    def __call__(self, user_id: int, username: str, by: str) -> Job:
        """Start an import of the first `MOST_ROWS` offers that are matched, and return its job. Raises `Refused`."""
        if not self.book.page(user_id, Standing.MATCHED, "", "", 1).offers:
            raise Refused(NothingToTakeOver())
        return self.start_import(username, FILE, self._file(user_id), by, ImportWish(read_soon=True))

    def _file(self, user_id: int) -> Iterator[bytes]:
        yield as_lines([_COLUMNS]).encode()
        left = MOST_ROWS
        for page in self.book.all_of(user_id, Standing.MATCHED):
            yield as_lines(_cells(offer) for offer in page[:left]).encode()
            left -= len(page)
            if left <= 0:
                return


def _cells(offer: Offer) -> tuple[str, ...]:
    """Return the cells of an import; what an import would refuse as the title or the ASIN is left empty."""
    title = _CONTROL.sub(" ", offer.title or "")
    asin = offer.asin if offer.asin and _FORM_OF_ASIN.fullmatch(offer.asin) else ""
    price = "" if offer.price_jpy is None else str(offer.price_jpy)
    told = (neutralised(offer.sku), offer.marketplace or "", offer.item_id or "", asin, neutralised(title))
    return (*told, str(offer.quantity), "yes", price)
