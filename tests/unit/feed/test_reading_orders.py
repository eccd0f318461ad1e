"""A read of a seller's orders takes all pages of its period, and goes on from where the first one ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mercarich_contracts.orders import Canceller, OrderStatus
from mercarich_feed.domain.answers import Answer, Forbidden, RateLimited, Transient
from mercarich_feed.domain.orders import EVERY, RECENT, WITHOUT_ROLE, OrderItem, OrderPage, Period
from mercarich_feed.domain.pushes import Account, Offer
from mercarich_feed.use_cases.orders import ReadOrders, StoreOrders
from mercarich_listings.read_back import Seen
from mercarich_reasons.reason import Reason

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ACCOUNT = Account(1, "STORE", "A1VC38T7YXB528", "token", trusted=True)


@dataclass
class Books:
    """`ports.Orders` without a database."""

    period: Period | None = field(default_factory=lambda: Period(NOW - timedelta(hours=1), None))
    sold_out: list[Offer] = field(default_factory=list)
    saved: int = 0
    shown: Sequence[str] = ()
    read: tuple[datetime, bool] | None = None
    problem: tuple[Reason, timedelta] | None = None

    def claim(self, account: Account) -> Period | None:
        return self.period

    def last_pieces(self, account: Account, items: Sequence[OrderItem]) -> list[Offer]:
        return self.sold_out

    def save(self, account: Account, items: Sequence[OrderItem], shown: Sequence[Answer]) -> Sequence[timedelta]:
        self.saved += 1
        self.shown = [answer.offer.sku for answer in shown]
        return []

    def done(self, account: Account, until: datetime, *, more: bool) -> None:
        self.read = until, more

    def failed(self, account: Account, problem: Reason, again_after: timedelta) -> None:
        self.problem = problem, again_after


@dataclass
class Pages:
    """The part of `ports.Amazon` that tells orders, pages or trouble in place of one, and what it shows of offers."""

    pages: Sequence[OrderPage | Transient | Forbidden | RateLimited]
    asked: list[str | None] = field(default_factory=list)
    away: frozenset[str] = frozenset()
    looked_at: int = 0

    def orders(self, account: Account, period: Period, token: str | None = None) -> OrderPage:
        self.asked.append(token)
        page = self.pages[len(self.asked) - 1]
        if isinstance(page, Exception):
            raise page
        return page

    def shown(self, account: Account, offers: Sequence[Offer]) -> list[Answer]:
        self.looked_at += 1
        return [
            Answer(offer, Transient("away"), NOW) if offer.sku in self.away else Answer(offer, None, NOW, Seen(2))
            for offer in offers
        ]


class Meter:
    """The part of `ports.Meter` that counts orders."""

    def ordered(self, waits: Sequence[timedelta]) -> None: ...


def _use_case(books: Books, amazon: Pages) -> ReadOrders:
    asked: Any = amazon  # no more of it is asked
    return ReadOrders(books, asked, StoreOrders(books, asked, Meter()))  # type: ignore[arg-type]


def reading(books: Books, *pages: OrderPage | Transient | Forbidden | RateLimited) -> tuple[Pages, float | None]:
    amazon = Pages(pages)
    return amazon, _use_case(books, amazon)(ACCOUNT)


def test_what_changed_while_later_pages_were_read_belongs_to_the_next_read() -> None:
    books = Books()
    later = NOW + timedelta(hours=1)
    pages = OrderPage([], NOW, "second"), OrderPage([], later, "third"), OrderPage([], later)
    amazon, again = reading(books, *pages)
    assert amazon.asked == [None, "second", "third"]
    assert (books.saved, books.read, again) == (3, (NOW, False), EVERY.total_seconds())


def test_a_long_period_is_followed_by_the_next_one_at_once() -> None:
    books = Books(Period(NOW - timedelta(days=8), NOW - timedelta(days=7)))
    _, again = reading(books, OrderPage([], NOW - timedelta(days=7)))
    assert (books.read, again) == ((NOW - timedelta(days=7), True), 0.0)


def test_after_a_page_that_failed_the_period_is_read_again_and_its_first_pages_are_saved() -> None:
    books = Books()
    with pytest.raises(Transient):
        reading(books, OrderPage([], NOW, "second"), Transient("away"))
    assert (books.saved, books.read) == (1, None)
    assert books.problem is not None
    assert books.problem[1] == EVERY


def test_a_quota_that_is_used_up_gets_the_time_for_all_pages_of_the_period() -> None:
    books = Books()
    with pytest.raises(RateLimited):
        reading(books, OrderPage([], NOW, "second"), OrderPage([], NOW, "third"), RateLimited("429"))
    assert books.problem is not None
    assert books.problem[1] == 3 * EVERY


def item(ago: timedelta = timedelta(), **changes: Any) -> OrderItem:
    one = OrderItem("1", "11", "A-1", "B0", 1, 1, 980, OrderStatus.UNSHIPPED, None, NOW - ago, NOW, None)
    return replace(one, **changes)


@pytest.mark.parametrize(
    ("one", "follows", "is_open"),
    [
        (item(), True, True),
        (item(status=OrderStatus.SHIPPED, unfulfilled=0), True, False),
        (item(status=OrderStatus.CANCELLED), False, False),
        (item(cancelled_by=Canceller.BUYER), False, False),
        (item(RECENT + timedelta(minutes=1)), False, True),
        (item(unfulfilled=None), True, True),
    ],
)
def test_a_listing_follows_a_recent_order_that_is_not_cancelled(one: OrderItem, follows: bool, is_open: bool) -> None:
    assert (one.takes_a_piece(NOW), one.is_open) == (follows, is_open)


def test_without_the_role_nothing_else_of_the_seller_waits() -> None:
    books = Books()
    _, again = reading(books, Forbidden("no role"))
    assert again is None
    assert books.problem is not None
    assert books.problem[1] == WITHOUT_ROLE


def last_pieces(number: int) -> list[Offer]:
    return [Offer(id, f"S-{id}", 1, 1, NOW, singly=False) for id in range(number)]


def test_amazon_is_read_before_an_order_takes_the_last_piece_that_the_books_have() -> None:
    books = Books(sold_out=last_pieces(25))
    amazon, _ = reading(books, OrderPage([], NOW))
    assert (amazon.looked_at, len(books.shown), books.saved) == (2, 25, 1)


def test_no_order_waits_for_what_cannot_be_read() -> None:
    books = Books(sold_out=last_pieces(45))
    amazon = Pages([OrderPage([], NOW)], away=frozenset({"S-19"}))
    _use_case(books, amazon)(ACCOUNT)
    assert (amazon.looked_at, len(books.shown), books.saved) == (1, 19, 1)


def test_what_another_process_reads_is_not_asked_for() -> None:
    amazon, again = reading(Books(period=None))
    assert (amazon.asked, again) == ([], None)


BY = NOW + timedelta(days=2)
SENT = OrderItem(
    order_id="250-1",
    order_item_id="1",
    sku="A-1",
    asin=None,
    quantity=1,
    unfulfilled=0,
    price_jpy=3_000,
    status=OrderStatus.SHIPPED,
    cancelled_by=None,
    ordered_at=NOW,
    changed_at=NOW + timedelta(days=3),
    ship_by=BY,
)


def test_the_change_that_shows_an_item_as_shipped_is_its_shipment_if_it_was_seen_open_before() -> None:
    assert SENT.shipped_at(seen_open=True) == SENT.changed_at


def test_an_item_that_is_read_first_when_it_is_shipped_was_in_time_or_nobody_knows() -> None:
    in_time = replace(SENT, changed_at=BY)

    assert SENT.shipped_at(seen_open=False) is None
    assert in_time.shipped_at(seen_open=False) == BY


@pytest.mark.parametrize(
    ("status", "unfulfilled", "cancelled_by", "is_shipped"),
    [
        (OrderStatus.SHIPPED, None, None, True),
        (OrderStatus.PARTIALLY_SHIPPED, 0, None, True),
        (OrderStatus.PARTIALLY_SHIPPED, 1, None, False),
        (OrderStatus.PARTIALLY_SHIPPED, None, None, False),
        (OrderStatus.UNSHIPPED, 0, None, False),
        (OrderStatus.CANCELLED, 0, None, False),
        (OrderStatus.SHIPPED, 0, Canceller.BUYER, False),
    ],
)
def test_an_item_is_shipped_when_all_its_pieces_are(
    status: OrderStatus, unfulfilled: int | None, cancelled_by: Canceller | None, is_shipped: bool
) -> None:
    item = replace(SENT, status=status, unfulfilled=unfulfilled, cancelled_by=cancelled_by)

    assert item.is_shipped is is_shipped
    assert (item.shipped_at(seen_open=True) is not None) is is_shipped
