"""A seller's orders at Amazon are read every three minutes, so that the books follow a sale at once."""

from dataclasses import dataclass

from mercarich_feed.domain.answers import AmazonTrouble, Forbidden
from mercarich_feed.domain.orders import EVERY, WITHOUT_ROLE
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Amazon, Meter, Orders
from mercarich_reasons.push import OrdersForbidden


@dataclass(frozen=True, slots=True)
class ReadOrders:
    """Read orders that were made or changed since the last read. Reading one twice does no harm."""

    orders: Orders
    amazon: Amazon
    meter: Meter

    def __call__(self, account: Account) -> float | None:
        """Return the seconds until the next turn, or None where another process reads now. Raises `AmazonTrouble`."""
        period = self.orders.claim(account)
        if period is None:
            return None
        try:
            page = self.amazon.orders(account, period)
            until = page.until  # what changes while the later pages are read may be behind their places
            self.meter.ordered(self.orders.save(account, page.items))
            while page.next_token is not None:
                page = self.amazon.orders(account, period, page.next_token)
                self.meter.ordered(self.orders.save(account, page.items))
        except Forbidden as trouble:
            said = trouble.said
            self.orders.failed(account, OrdersForbidden(said.text, said.issue), WITHOUT_ROLE)
            return None
        except AmazonTrouble as trouble:
            self.orders.failed(account, trouble.reason, EVERY)
            raise
        self.orders.done(account, until, more=period.until is not None)
        return 0.0 if period.until is not None else EVERY.total_seconds()
