"""The ten-minute command: its arguments, its two phases, and its line."""

from collections.abc import Sequence

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import ListingsChanged
from mercarich_feed.commands import parser_for, sentence
from mercarich_feed.ports import Waiting
from mercarich_feed.use_cases.sweep import Sweep


class FakeMarket:
    """Sellers whose withdrawals are sent at `speed` per look after they were requested."""

    def __init__(self, *sellers: Waiting, speed: int = 1000) -> None:
        self.sellers = {seller.user_id: seller for seller in sellers}
        self.speed = speed
        self.asked: list[ListingsChanged] = []
        self.left_when_restores_were_asked: int | None = None
        self.now = 0.0

    def waiting(self, _marketplace: Marketplace, usernames: Sequence[str]) -> list[Waiting]:
        return [seller for seller in self.sellers.values() if not usernames or seller.username in usernames]

    def unknown(self, usernames: Sequence[str]) -> list[str]:
        return []

    def publish(self, messages: Sequence[ListingsChanged]) -> None:
        if any(message.restores for message in messages):
            self.left_when_restores_were_asked = sum(s.withdrawals for s in self.sellers.values() if s.pushable)
        self.asked += messages

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for message in self.asked:
            old = self.sellers[message.user_id]
            left = max(0, old.withdrawals - self.speed)
            self.sellers[old.user_id] = Waiting(old.user_id, old.username, left, old.restores, old.pushable)

    def sweep(self) -> Sweep:
        return Sweep(self, self.publish, lambda: self.now, self.sleep)


def test_f1_withdrawals_of_all_sellers_go_out_before_restores_are_asked_for() -> None:
    market = FakeMarket(Waiting(1, "a", 3, 2, True), Waiting(2, "b", 40, 0, True), Waiting(3, "c", 0, 5, True), speed=4)
    swept = market.sweep()(Marketplace.YAHOO, [], None)
    assert market.left_when_restores_were_asked == 0
    assert [(message.user_id, message.restores) for message in market.asked] == [
        (1, False),
        (2, False),
        (1, True),
        (3, True),
    ]
    assert (swept.withdrawals, swept.restores, swept.left) == (43, 7, 0)


def test_f1_a_seller_without_a_usable_account_is_skipped_once_and_blocks_nobody() -> None:
    market = FakeMarket(Waiting(1, "a", 3, 2, False), Waiting(2, "b", 1, 1, True))
    swept = market.sweep()(Marketplace.YAHOO, [], None)
    assert {message.user_id for message in market.asked} == {2}
    assert market.now < 2
    assert sentence(Marketplace.YAHOO, swept) == (
        "yahoo: asked for 1 withdrawals and 1 restores; skipped, without a usable Amazon account: a"
    )


def test_f1_a_slow_seller_bounds_the_wait_and_gets_no_restores_this_time() -> None:
    market = FakeMarket(Waiting(1, "a", 10_000, 2, True), Waiting(2, "b", 1, 1, True), speed=1)
    swept = market.sweep()(Marketplace.MERCARI, [], None)
    assert market.now == pytest.approx(120, abs=1)
    assert [message.user_id for message in market.asked if message.restores] == [2]
    assert swept.left > 0
    assert not swept.nobody_works


def test_without_a_worker_no_restores_are_asked_for() -> None:
    market = FakeMarket(Waiting(1, "a", 3, 2, True), speed=0)
    assert market.sweep()(Marketplace.MERCARI, [], None).nobody_works
    assert not [message for message in market.asked if message.restores]


def test_the_limit_goes_along_with_restores() -> None:
    market = FakeMarket(Waiting(1, "a", 0, 9, True))
    swept = market.sweep()(Marketplace.MERCARI, [], 4)
    assert [(message.restores, message.max_item_count) for message in market.asked] == [(True, 4)]
    assert swept.restores == 4


def test_the_seeds_command_line_is_taken() -> None:
    given = parser_for(Marketplace.YAHOO).parse_args(
        ["--max-workers", "4", "--usernames", "a", "b", "--max-item-count", "10"]
    )
    assert (given.max_workers, given.usernames, given.max_item_count) == (4, ["a", "b"], 10)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--max-workers", "0"], "expected a number of workers from 1 to 1000, not '0'"),
        (["--max-workers", "10000"], "from 1 to 1000, not '10000'"),
        (["--max-item-count", "-3"], "expected a number from 1, not '-3'"),
        (["--max-item-count", "many"], "expected a number from 1, not 'many'"),
        (["more"], "unrecognized arguments: more"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser_for(Marketplace.YAHOO).parse_args(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
