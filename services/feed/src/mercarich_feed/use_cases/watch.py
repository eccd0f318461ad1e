"""The watch over offers that were deleted here: Amazon may show them again, and then they get a zero."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mercarich_feed.domain.answers import Answer
from mercarich_feed.domain.pushes import Account, Offer
from mercarich_feed.ports import Amazon, Meter, Watch
from mercarich_feed.use_cases.read_back import READS
from mercarich_listings.removed import Found


@dataclass(frozen=True, slots=True)
class WatchRemoved:
    """Read deleted offers that are due, and take down what came back (`mercarich_listings.removed`)."""

    watch: Watch
    amazon: Amazon
    meter: Meter

    def __call__(self, account: Account) -> float | None:
        """Return the seconds until the next turn, or None when nothing is to be read. Raises `AmazonTrouble`."""
        offers = self.watch.due(account, READS)
        if not offers:
            return None
        answers = self.amazon.shown(account, offers, deleted=True)
        found = self.watch.read(account, [answer for answer in answers if answer.served])
        for one in found.values():
            if one.returned:
                self.meter.came_back(zeroed=one.to_zero)
        answers += self._zeroed(account, offers, found)
        for answer in answers:
            if answer.trouble is not None and not answer.served:
                raise answer.trouble
        return 0.0

    def _zeroed(self, account: Account, offers: Sequence[Offer], found: Mapping[str, Found]) -> list[Answer]:
        to_zero = [offer for offer in offers if offer.sku in found and found[offer.sku].to_zero]
        if not to_zero:
            return []
        answers = self.amazon.set_quantities(account, to_zero)(lambda: None)
        self.watch.settle(account, answers, found)
        return answers
