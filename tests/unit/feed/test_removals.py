"""Listings that are to be deleted at Amazon: only that Amazon does not know one any more proves that it is gone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from mercarich_feed.domain.answers import Answer, Missing
from mercarich_feed.domain.pushes import Account, Offer
from mercarich_feed.ports import Amazon, Removals
from mercarich_feed.use_cases.removals import RemoveListings
from mercarich_listings.read_back import Seen

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ACCOUNT = Account(1, "A1", "A1VC38T7YXB528", "token", trusted=True)


@dataclass
class Book:
    """`Removals` of some SKUs, each with what became of it."""

    waiting: list[str]
    told: list[tuple[str, str]] = field(default_factory=list)

    def claim(self, _user_id: int, limit: int) -> list[Offer]:
        return [Offer(number, sku, 2, 0, NOW) for number, sku in enumerate(self.waiting[:limit])]

    def accepted(self, answers: Sequence[Answer]) -> None:
        self._note("gone", answers)
        self.waiting = [sku for sku in self.waiting if sku not in {answer.offer.sku for answer in answers}]

    def asked(self, answers: Sequence[Answer]) -> None:
        self._note("asked", answers)

    def put_off(self, answers: Sequence[Answer]) -> None:
        self._note("put off", answers)

    def release(self, answers: Sequence[Answer]) -> None:
        self._note("released", answers)

    def _note(self, what: str, answers: Sequence[Answer]) -> None:
        self.told += [(what, answer.offer.sku) for answer in answers]


@dataclass
class Late:
    """An Amazon that accepts every deletion, and still shows the listing for some reads."""

    reads: int

    def shown(self, _account: Account, offers: Sequence[Offer]) -> list[Answer]:
        self.reads -= 1
        gone = Missing("no such SKU") if self.reads < 0 else None
        return [Answer(offer, gone, NOW, Seen(0)) for offer in offers]

    def remove(self, _account: Account, offers: Sequence[Offer]) -> list[Answer]:
        return [Answer(offer, None, NOW) for offer in offers]


def test_an_accepted_deletion_is_asked_for_again_until_amazon_does_not_know_the_listing() -> None:
    book, amazon = Book(["one"]), Late(reads=2)
    remove = RemoveListings(cast(Removals, book), cast(Amazon, amazon))
    for _ in range(3):
        assert remove(ACCOUNT) == 0.0

    assert book.told == [("asked", "one"), ("asked", "one"), ("gone", "one")]
    assert remove(ACCOUNT) is None
