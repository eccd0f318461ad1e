"""Count what sellers have at Amazon, for `mercarich offers`."""

from dataclasses import dataclass

from mercarich_web.database import Together
from mercarich_web.taking_over.offer_list import OffersAtAmazon, SellersOffers
from mercarich_web.taking_over.offers import Standing
from mercarich_web.taking_over.sql.offers import SqlFoundOffers


@dataclass(frozen=True, slots=True)
class ListOffers:
    """Count the offers of one seller, or of all whose offers were read. Raises `NotFound` for one that there is not."""

    book: SqlFoundOffers
    together: Together

    def __call__(self, username: str | None) -> OffersAtAmazon:
        with self.together():
            return OffersAtAmazon([self._of(*seller) for seller in self.book.sellers(username)])

    def _of(self, user_id: int, username: str) -> SellersOffers:
        reading, counts = self.book.reading(user_id), self.book.counts(user_id)
        return SellersOffers(
            username=username,
            state=reading.state if reading else None,
            read_at=reading.read_at if reading else None,
            problem=reading.problem if reading else None,
            unreadable=reading.unreadable if reading else 0,
            **{standing.value: counts[standing] for standing in Standing},
        )
