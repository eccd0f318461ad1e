"""A seller's orders at Amazon are read every three minutes, so that the books follow a sale at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_feed.domain.answers import AmazonTrouble, Answer, Forbidden, RateLimited
from mercarich_feed.domain.orders import EVERY, WITHOUT_ROLE, OrderItem
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Amazon, Meter, Orders
from mercarich_feed.use_cases.read_back import READS
from mercarich_reasons.push import OrdersForbidden


@dataclass(frozen=True, slots=True)
class StoreOrders:
    """Store orders, after a look at Amazon at the offers of which they take the last piece that the books have."""

    orders: Orders
    amazon: Amazon
    meter: Meter

    def __call__(self, account: Account, items: Sequence[OrderItem]) -> None:
        self.meter.ordered(self.orders.save(account, items, self._shown(account, items)))

    def _shown(self, account: Account, items: Sequence[OrderItem]) -> list[Answer]:
        """Return what Amazon shows of the offers of which these orders take the last piece that the books have.

        What cannot be read is left out, after one try: no order waits for it.
        """
        offers = self.orders.last_pieces(account, items)
        answers: list[Answer] = []
        for start in range(0, len(offers), READS):
            answers += self.amazon.shown(account, offers[start : start + READS])
            if not all(answer.served for answer in answers):
                break
        return [answer for answer in answers if answer.seen is not None]


@dataclass(frozen=True, slots=True)
class ReadOrders:
    """Read orders that were made or changed since the last read. Reading one twice does no harm."""

    orders: Orders
    amazon: Amazon
    store: StoreOrders

    def __call__(self, account: Account) -> float | None:
        """Return the seconds until the next turn, or None where another process reads now. Raises `AmazonTrouble`."""
        period = self.orders.claim(account)
        if period is None:
            return None
        pages = 1
        try:
            page = self.amazon.orders(account, period)
            until = page.until  # what changes while the later pages are read may be behind their places
            self.store(account, page.items)
            while page.next_token is not None:
                pages += 1
                page = self.amazon.orders(account, period, page.next_token)
                self.store(account, page.items)
        except Forbidden as trouble:
            said = trouble.said
            self.orders.failed(account, OrdersForbidden(said.text, said.issue), WITHOUT_ROLE)
            return None
        except AmazonTrouble as trouble:
            # The quota gives one page in that time: all of the period, and no page twice for nothing.
            again_after = EVERY * pages if isinstance(trouble, RateLimited) else EVERY
            self.orders.failed(account, trouble.reason, again_after)
            raise
        self.orders.done(account, until, more=period.until is not None)
        return 0.0 if period.until is not None else EVERY.total_seconds()
