"""Restores that the sweep requests: each request is granted once, however long the seller's other work takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.answers import AmazonTrouble, Answer, RateLimited, Transient
from mercarich_feed.domain.feeds import FEED_MESSAGES
from mercarich_feed.domain.pushes import Account, Offer, Outcome, Pushed
from mercarich_feed.ports import Answers
from mercarich_feed.use_cases.restores import PushRestores, RestoreWish

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SELLER = Account(1, "A1", "JP", "token", trusted=True)
YAHOO, MERCARI = Marketplace.YAHOO, Marketplace.MERCARI
PATCHES = 5
"""More restores than this are sent as a feed."""


@dataclass
class FakeShop:
    """Everything that `PushRestores` uses, in one object; its Amazon accepts everything at once."""

    waiting: dict[Marketplace, int]
    withdrawals: int = 0
    feed_open: bool = False
    locked: bool = False
    """The next claim skips everything that waits."""
    held_up: bool = False
    """Something waits for the end of its zero."""
    refuses: Exception | None = None
    to_look_at: int = 0
    """Those of the waiting ones that Amazon may show already."""
    handed_in: list[tuple[Marketplace | None, int | None]] = field(default_factory=list)
    patched: list[tuple[Marketplace | None, int]] = field(default_factory=list)
    settled: list[Pushed] = field(default_factory=list)

    def withdrawals_waiting(self, user_id: int, *, under_way: bool) -> int:
        assert under_way
        return self.withdrawals

    def restores_waiting(
        self, user_id: int, marketplace: Marketplace, *, at_most: int, by_feed: bool | None = None
    ) -> int:
        if by_feed is False:
            return min(self.to_look_at, at_most)
        return min(self.waiting[marketplace] - (self.to_look_at if by_feed else 0), at_most)

    def restores_held_up(self, user_id: int, marketplace: Marketplace | None) -> bool:
        return self.held_up

    def claim_restores(self, user_id: int, marketplace: Marketplace, limit: int) -> tuple[str, list[Offer]]:
        count = 0 if self.locked else min(limit, self.waiting[marketplace])
        self.locked = False
        self.waiting[marketplace] -= count
        self.patched.append((marketplace, count))
        return "claim", [Offer(number, f"SKU-{number}", 1, 2, NOW) for number in range(count)]

    def set_quantities(self, account: Account, offers: Sequence[Offer]) -> Answers:
        return lambda _meanwhile: [Answer(offer, self.refuses, NOW) for offer in offers]  # type: ignore[arg-type]

    def settle(self, claim: str, pushed: Sequence[Pushed]) -> None:
        self.settled += pushed

    def patch_lane_listings(self) -> int:
        return PATCHES

    def trouble(self, trouble: AmazonTrouble) -> None:
        """Metrics that are not recorded."""

    def pushed(self, lane: str, outcome: Outcome, count: int = 1) -> None:
        """Metrics that are not recorded."""

    def restores(self, account: Account, marketplace: Marketplace | None, limit: int | None) -> float | None:
        if self.feed_open:
            return 2.0
        self.handed_in.append((marketplace, limit))
        self.feed_open = True
        for carried in self.waiting if marketplace is None else (marketplace,):
            self.waiting[carried] -= min(limit or FEED_MESSAGES, self.waiting[carried])
        return None


def opened(_user_id: int, job: Callable[[Account], float | None]) -> float | None:
    """A gate that lets everything through."""
    return job(SELLER)


def push(shop: FakeShop) -> PushRestores:
    return PushRestores(opened, shop, shop, shop, shop, shop)  # type: ignore[arg-type]


def test_the_wish_for_the_other_marketplace_waits_for_the_open_feed_and_is_then_the_only_one() -> None:
    shop, wishes = FakeShop({YAHOO: 7, MERCARI: 8}), {RestoreWish(YAHOO, 6), RestoreWish(MERCARI, None)}

    assert push(shop)(1, wishes) == 2.0
    assert wishes == {RestoreWish(YAHOO, 6)}
    shop.feed_open = False
    assert push(shop)(1, wishes) is None

    assert shop.handed_in == [(MERCARI, None), (YAHOO, 6)]
    assert sum(count for _, count in shop.patched) == 0
    assert wishes == set()


def test_what_a_claim_passed_over_is_tried_again_soon() -> None:
    shop, wishes = FakeShop({YAHOO: 3}, locked=True), {RestoreWish(YAHOO, None)}

    again = push(shop)(1, wishes)
    assert again is not None
    assert 0 < again <= 1
    assert wishes == {RestoreWish(YAHOO, None)}
    assert push(shop)(1, wishes) is None

    assert shop.patched == [(YAHOO, 0), (YAHOO, 3), (YAHOO, 0)]


def test_a_wish_lasts_until_the_zeros_that_were_under_way_have_ended() -> None:
    shop, wishes = FakeShop({YAHOO: 0}, held_up=True), {RestoreWish(YAHOO, None)}

    restores = push(shop)
    assert restores(1, wishes) == 5.0
    assert (wishes, restores.is_under_way(1)) == ({RestoreWish(YAHOO, None)}, False)
    shop.waiting[YAHOO], shop.held_up = 3, False
    assert restores(1, wishes) is None

    assert shop.patched == [(YAHOO, 0), (YAHOO, 3), (YAHOO, 0)]


def test_a_few_do_not_wait_for_a_feed_that_is_open() -> None:
    shop, wishes = FakeShop({YAHOO: 5}, feed_open=True), {RestoreWish(YAHOO, None)}

    assert push(shop)(1, wishes) is None

    assert shop.patched == [(YAHOO, 5), (YAHOO, 0)]
    assert {(one.outcome, one.offer.quantity) for one in shop.settled} == {(Outcome.ACCEPTED, 2)}


def test_offers_that_amazon_may_show_go_by_patch_however_many_they_are() -> None:
    shop, wishes = FakeShop({YAHOO: 20}, to_look_at=17), {RestoreWish(YAHOO, None)}

    assert push(shop)(1, wishes) is None

    assert (shop.handed_in, [count for _, count in shop.patched]) == ([], [10, 10, 0])


@pytest.mark.parametrize(("trouble", "patched_again"), [(Transient("away"), 0), (RateLimited("used up"), 3)])
def test_a_limit_counts_what_may_have_arrived_and_ends_the_wish_though_trouble_came_behind(
    trouble: AmazonTrouble, patched_again: int
) -> None:
    shop, wishes = FakeShop({YAHOO: 3}, refuses=trouble), {RestoreWish(YAHOO, 3)}
    restores = push(shop)
    with pytest.raises(type(trouble)):
        restores(1, wishes)
    shop.waiting[YAHOO], shop.refuses = 3, None

    assert restores(1, wishes) is None
    assert wishes == set()
    assert sum(count for _, count in shop.patched) == 3 + patched_again
    shop.waiting[YAHOO] = 3
    assert restores(1, {RestoreWish(YAHOO, 3)}) is None
    assert sum(count for _, count in shop.patched) == 6 + patched_again


def test_a_seller_whose_account_cannot_be_used_leaves_no_count_behind() -> None:
    shop, wishes, works = FakeShop({YAHOO: 2}), {RestoreWish(YAHOO, 4)}, [True]

    def gate(_user_id: int, job: Callable[[Account], float | None]) -> float | None:
        return job(SELLER) if works[0] else None

    restores = PushRestores(gate, shop, shop, shop, shop, shop)  # type: ignore[arg-type]
    shop.settle = lambda claim, pushed: setattr(shop, "withdrawals", 1)  # type: ignore[method-assign]
    assert restores(1, wishes) == 1.0
    works[0] = False
    assert restores(1, wishes) is None
    works[0], shop.withdrawals, shop.waiting[YAHOO] = True, 0, 9

    restores(1, {RestoreWish(YAHOO, 4)})
    assert shop.patched == [(YAHOO, 2), (YAHOO, 4)]


def test_a_wish_goes_on_to_its_limit_and_no_further_though_it_is_asked_for_twice() -> None:
    shop, wishes = FakeShop({YAHOO: 5}, withdrawals=0), {RestoreWish(YAHOO, 8)}
    restores = push(shop)
    claim = shop.claim_restores

    def then_one_sells(user_id: int, marketplace: Marketplace, limit: int) -> tuple[str, list[Offer]]:
        shop.withdrawals = 1
        return claim(user_id, marketplace, limit)

    shop.claim_restores = then_one_sells  # type: ignore[method-assign]
    assert restores(1, wishes) == 1.0
    wishes.add(RestoreWish(YAHOO, 8))
    shop.withdrawals, shop.waiting[YAHOO] = 0, 5
    assert restores(1, wishes) is None

    assert shop.patched == [(YAHOO, 5), (YAHOO, 3)]
    assert wishes == set()


def test_a_seller_with_much_gives_his_thread_to_others_from_time_to_time() -> None:
    shop, wishes = FakeShop({YAHOO: 5}), {RestoreWish(YAHOO, None)}
    shop.settle = lambda claim, pushed: shop.waiting.update({YAHOO: 5})  # type: ignore[method-assign]

    assert push(shop)(1, wishes) == 0.0

    assert shop.patched == [(YAHOO, 5)] * 5
    assert wishes == {RestoreWish(YAHOO, None)}


def test_nothing_goes_up_while_a_withdrawal_waits() -> None:
    shop, wishes = FakeShop({YAHOO: 5}, withdrawals=1), {RestoreWish(YAHOO, None)}

    assert push(shop)(1, wishes) == 1.0

    assert (shop.patched, shop.handed_in) == ([], [])
    assert wishes == {RestoreWish(YAHOO, None)}


def test_trouble_of_the_whole_seller_is_raised_after_it_was_written_down() -> None:
    shop, wishes = FakeShop({YAHOO: 5}, refuses=RateLimited("used up")), {RestoreWish(YAHOO, 5)}

    with pytest.raises(RateLimited):
        push(shop)(1, wishes)

    assert {one.outcome for one in shop.settled} == {Outcome.RELEASED}
