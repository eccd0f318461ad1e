"""The patch lane against the simulated Amazon."""

import time

from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.shop import Shop


def listed(shop: Shop, user_id: int, count: int) -> list[int]:
    return [row.id for row in shop.rows(user_id) if row.quantity > 0 and row.revision == 0][:count]


def test_a_withdrawal_is_at_amazon_within_two_seconds_and_read_back(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1, 1)
    row = shop.row(one)
    started = time.monotonic()
    shop.withdraw([one])
    feed.lanes.patches.wake(1)
    eventually(lambda: amazon.shown(row.seller_id, row.sku) == 0, seconds=2)
    assert time.monotonic() - started < 2
    eventually(lambda: shop.row(one).verified_at is not None)
    assert shop.row(one).pushed_revision == shop.row(one).revision
    assert shop.events(one) == ["push_accepted"]
    assert shop.account(1).token_verdict == "valid"


def test_a_withdrawal_whose_message_was_lost_is_found_by_the_rounds(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 2, 1)
    shop.withdraw([one])
    eventually(lambda: shop.row(one).push_pending == 0)
    assert amazon.shown(shop.row(one).seller_id, shop.row(one).sku) == 0
