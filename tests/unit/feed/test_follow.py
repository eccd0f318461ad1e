"""Restores that the sweep asks for: each wish is handed in once, however long the seller's other work goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.pushes import Account
from mercarich_feed.use_cases.follow import FollowSeller, RestoreWish

SELLER = Account(1, "A1", "JP", "token", trusted=True)
YAHOO, MERCARI = RestoreWish(Marketplace.YAHOO, 2), RestoreWish(Marketplace.MERCARI, 3)


@dataclass
class FakeFeeds:
    """`SubmitFeed`: a feed stays open until it is closed."""

    handed_in: list[tuple[Marketplace | None, int | None]] = field(default_factory=list)
    open: bool = False

    def restores(self, account: Account, marketplace: Marketplace | None, limit: int | None) -> float | None:
        if self.open:
            return 2.0
        self.handed_in.append((marketplace, limit))
        self.open = True
        return None


class NothingWaits:
    """`ports.Listings`, of which only this is used."""

    def withdrawals_waiting(self, user_id: int, *, under_way: bool) -> int:
        return 0


def opened(user_id: int, job: Callable[[Account], float | None]) -> float | None:
    """A gate that lets everything through."""
    return job(SELLER)


def follow(feeds: FakeFeeds, zeros: float | None) -> FollowSeller:
    def read_back(_account: Account) -> float | None:
        return zeros

    def look(_account: Account) -> None:
        """No feed is due."""

    return FollowSeller(look, opened, read_back, opened, feeds, opened, NothingWaits())  # type: ignore[arg-type]


def test_a_limited_wish_is_not_repeated_while_zeros_are_read_back() -> None:
    feeds, wishes = FakeFeeds(), {YAHOO}

    assert follow(feeds, zeros=0.5)(1, wishes) == 0.5

    assert feeds.handed_in == [(Marketplace.YAHOO, 2)]
    assert wishes == set()


def test_the_wish_for_the_other_marketplace_waits_for_the_open_feed_and_is_then_the_only_one() -> None:
    feeds, wishes = FakeFeeds(), {YAHOO, MERCARI}

    assert follow(feeds, zeros=None)(1, wishes) == 2.0
    feeds.open = False
    assert follow(feeds, zeros=None)(1, wishes) is None

    assert feeds.handed_in == [(Marketplace.MERCARI, 3), (Marketplace.YAHOO, 2)]
    assert wishes == set()
