"""How a burst of withdrawals is sent when Amazon responds slowly; bench measures how near to the quota."""

from datetime import timedelta

from sqlalchemy import Engine
from tests.integration.feed.conftest import Eventually, running, settings_for
from tests.integration.feed.shop import Shop, now

ANSWER_SECONDS = 0.4


def test_f27_a_burst_does_not_wait_for_one_answer_after_the_other(
    engine: Engine, start_amazon, eventually: Eventually
) -> None:
    amazon = start_amazon("--sellers", "2", "--listings", "120")
    shop = Shop(engine)
    shop.fill(amazon.get("/_sim/seed"), amazon.rows())
    amazon.fault("spapi", "slow", seconds=ANSWER_SECONDS)
    with running(engine, settings_for(amazon, shop)):
        by_user = {user_id: [row.id for row in shop.rows(user_id) if row.quantity][:50] for user_id in (1, 2)}
        started = now()
        shop.withdraw([*by_user[1], *by_user[2]])
        eventually(lambda: shop.pending() == 0, seconds=40)
    for ids in by_user.values():
        last = max(shop.row(id_).pushed_at for id_ in ids)
        assert last - started < timedelta(seconds=len(ids) * ANSWER_SECONDS), amazon.get("/_sim/ledger")["quota_429"]
