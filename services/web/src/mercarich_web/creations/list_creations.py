"""List new offers of sellers, for `mercarich creations`."""

from dataclasses import dataclass

from mercarich_web.creations.progress import CreationList, SellersCreations
from mercarich_web.creations.sql import SqlCreations


@dataclass(frozen=True, slots=True)
class ListCreations:
    """List those of one seller, or of each one who has any. Raises `NotFound` for a seller that there is not."""

    creations: SqlCreations

    def __call__(self, username: str | None) -> CreationList:
        return CreationList([self._of(*seller) for seller in self.creations.sellers(username)])

    def _of(self, user_id: int, username: str) -> SellersCreations:
        made = self.creations.progress(user_id)
        return SellersCreations(username, made.counts, made.rows)
