"""Drift: how long Amazon shows another quantity than the books say, while no push is pending.

Time in which Amazon refuses somebody does not count: nobody could have seen or mended anything then. Neither does an
offer that the product rightly has left to its seller (`left_to_sellers`).
"""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import select
from tests.soak.plant import Plant
from tests.soak.sentinel import Offence

from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listings, removed_offers
from mercarich_db.types import has_code
from mercarich_listings.removed import HELD
from mercarich_listings.removed_store import IS_UP
from mercarich_reasons.push import CameBackAgain
from mercarich_simulator.amazon.offers import PATCH, Offer

LOOK_SECONDS = 600.0
Key = tuple[str, str]
"""Seller id and SKU."""


class Kind(StrEnum):
    ZERO = "zeros"
    """The books say 0, or have no such offer any more, and Amazon shows more."""
    OTHER = "others"


Drifting = tuple[Key, Kind, int]
"""An offer that drifts, and what the books say of it: once they have followed Amazon, another difference begins."""
PROMISED_SECONDS = {Kind.ZERO: 3_600.0, Kind.OTHER: 86_400.0}


def left_to_sellers(plant: Plant) -> frozenset[Key]:
    """Return the deleted offers that the product leaves up, and whose zero was undone within a day."""
    query = select(amazon_accounts.c.seller_id, removed_offers.c.sku)
    query = query.join(amazon_accounts, amazon_accounts.c.user_id == removed_offers.c.user_id)
    with reading(plant.database.books) as connection:
        rows = connection.execute(query.where(IS_UP, has_code(removed_offers.c.reason, CameBackAgain)))
        left = [(row.seller_id, row.sku) for row in rows]
    return frozenset(key for key in left if _undone(plant.market.world.offers.touched[key]))


def _undone(offer: Offer) -> bool:
    """Return whether a zero of the product was undone within a day."""
    soon = HELD.total_seconds()
    pairs = zip(offer.changes, offer.changes[1:], strict=False)
    return any(one.lane == PATCH and not one.quantity and after.at - one.at < soon for one, after in pairs)


class Drift:
    """Call `look` every `LOOK_SECONDS`."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._looked_at = plant.kernel.unix()
        self._drifting: dict[Drifting, float] = {}
        """For how many seconds so far."""
        self.minutes = Counter[Kind]()
        """All of them."""
        self.beyond = Counter[Kind]()
        """Minutes beyond the promised time."""
        self.late: dict[Drifting, Offence] = {}
        """Offers that drifted for longer than promised."""

    def look(self) -> None:
        now = self._plant.kernel.unix()
        passed, self._looked_at = now - self._looked_at, now
        if refuses(self._plant):
            return
        before, self._drifting = self._drifting, {}
        for one, text in self._differences():
            seconds = self._drifting[one] = before[one] + passed if one in before else 0.0
            key, kind, _ = one
            beyond = min(passed, max(0.0, seconds - PROMISED_SECONDS[kind]))
            self.minutes[kind] += round(min(passed, seconds) / 60)
            self.beyond[kind] += round(beyond / 60)
            if beyond:
                self.late[one] = Offence(key[1], key[0], f"{text}, for {seconds / 60:.0f} min")

    def _differences(self) -> Iterator[tuple[Drifting, str]]:
        books = self._books() | dict.fromkeys(left_to_sellers(self._plant), (0, False))
        for key, offer in self._plant.market.world.offers.touched.items():
            said, settled = books.get(key, (0, True))
            shown = _shown(offer)
            if settled and shown != said:
                words = f"Amazon shows {shown}, the books say {said if key in books else 'nothing'}"
                yield (key, Kind.OTHER if said else Kind.ZERO, said), words

    def _books(self) -> dict[Key, tuple[int, bool]]:
        columns = (listings.c.sku, listings.c.quantity, listings.c.push_pending, listings.c.orphan, listings.c.listed)
        query = select(amazon_accounts.c.seller_id, *columns)
        query = query.join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id)
        with reading(self._plant.database.books) as connection:
            return {
                (row.seller_id, row.sku): (row.quantity, not row.push_pending and not row.orphan and row.listed)
                for row in connection.execute(query)
            }


def refuses(plant: Plant) -> bool:
    """Return whether Amazon refuses somebody now."""
    world = plant.market.world
    wall = world.clock.wall()
    for fault in world.faults.active:
        age = wall - fault.set_at - fault.from_seconds
        if fault.target in ("spapi", "lwa") and (fault.for_seconds is None or 0 <= age < fault.for_seconds):
            return True
    return False


def _shown(offer: Offer) -> int:
    return 0 if offer.deleted else offer.quantity
