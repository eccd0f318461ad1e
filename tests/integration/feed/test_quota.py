"""How fast a burst of withdrawals goes out, measured against the seller's quota."""

from datetime import timedelta

from sqlalchemy import Engine
from tests.integration.feed.conftest import Eventually, running, settings_for
from tests.integration.feed.shop import Shop, now

RATE, BURST = 5.0, 5


def test_f27_a_burst_takes_within_a_tenth_of_what_the_quota_allows_although_answers_are_slow(
    engine: Engine, start_amazon, eventually: Eventually
) -> None:
    amazon = start_amazon("--sellers", "2", "--listings", "120")
    shop = Shop(engine)
    shop.fill(amazon.get("/_sim/seed"), amazon.rows())
    amazon.fault("spapi", "slow", seconds=0.4)
    with running(engine, settings_for(amazon, shop)):
        by_user = {user_id: [row.id for row in shop.rows(user_id) if row.quantity][:50] for user_id in (1, 2)}
        started = now()
        shop.withdraw([*by_user[1], *by_user[2]])
        eventually(lambda: shop.pending() == 0, seconds=40)
    for ids in by_user.values():
        last = max(shop.row(id_).pushed_at for id_ in ids)
        bound = timedelta(seconds=(len(ids) - BURST) / RATE + 0.4)
        took = last - started
        assert took <= bound * 1.1 + timedelta(seconds=0.5), amazon.get("/_sim/ledger")["quota_429"]
