"""`validate_mws_tokens` (rows V1, V2, F4) against the simulated Amazon, beside the lanes that push."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select
from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.shop import Shop

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import reading
from mercarich_db.tables import token_checks
from mercarich_feed.adapters.creations_sql import SqlCreations
from mercarich_feed.adapters.differences_sql import SqlDifferences
from mercarich_feed.adapters.meter import Gauges
from mercarich_feed.adapters.numbers_sql import SqlNumbers
from mercarich_feed.adapters.order_numbers_sql import SqlOrderNumbers
from mercarich_feed.adapters.repricings_sql import SqlRepricings
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.adapters.token_book_sql import TokenChecks
from mercarich_feed.bootstrap_commands import build_token_check
from mercarich_feed.domain.tokens import TokensChecked
from mercarich_feed.metrics import TOKEN_CHECK_STOPPED, TOKEN_VERDICTS
from mercarich_feed.settings import FeedSettings
from mercarich_platform.clock import utc_now
from mercarich_platform.settings import SharedSettings

Check = Callable[[], TokensChecked]


@pytest.fixture
def check(database_url: str, settings: FeedSettings) -> Check:
    def run() -> TokensChecked:
        quick = settings.model_copy(update={"token_gap_seconds": 0.01})
        use_case, _sellers, http = build_token_check(SharedSettings(database_url=database_url), quick)
        try:
            return use_case()
        finally:
            http.close()

    return run


def _verdicts(checked: TokensChecked) -> list[str]:
    return [one.verdict.value for one in checked.judged]


def test_v1_every_token_is_used_and_the_verdict_stored(check: Check, shop: Shop, amazon: Amazon) -> None:
    amazon.fault("lwa", "invalid_grant", only=[shop.account(2).seller_id])
    amazon.fault("lwa", "500", only=[shop.account(3).seller_id])
    shop.withdraw([row.id for row in shop.rows(2)][:4])

    checked = check()

    assert _verdicts(checked) == ["valid", "invalid", "unknown"]
    assert checked.exposed == 4
    assert [shop.account(n).token_verdict for n in (1, 2, 3)] == ["valid", "invalid", "unknown"]
    assert "invalid_grant" in shop.account(2).token_reason
    assert shop.account(1).token_checked_at is not None


def test_v2_one_invalid_client_marks_no_seller_and_is_one_alarm(
    check: Check, shop: Shop, amazon: Amazon, engine: Engine
) -> None:
    check()
    amazon.fault("lwa", "invalid_client")

    checked = check()

    assert (checked.judged, len(checked.unreached)) == ([], 3)
    assert {shop.account(n).token_verdict for n in (1, 2, 3)} == {"valid"}
    gauges = Gauges(
        *(SqlSellers(engine, 1, utc_now), TokenChecks(engine), SqlDifferences(engine, 1, utc_now)),
        SqlOrderNumbers(engine, 1, utc_now),
        SqlCreations(engine, SqlNumbers(engine), 1, utc_now),
        SqlRepricings(engine, 1, utc_now),
    )
    gauges()
    assert TOKEN_CHECK_STOPPED._value.get() == 1

    amazon.heal()
    check()
    gauges()
    assert TOKEN_CHECK_STOPPED._value.get() == 0
    assert TOKEN_VERDICTS.labels("valid")._value.get() == 3
    with reading(engine) as connection:
        assert [row.problem is None for row in connection.execute(select(token_checks))] == [True, False, True]


def test_v2_while_invalid_restores_rest_and_withdrawals_are_kept_and_it_recovers_by_itself(
    check: Check, shop: Shop, amazon: Amazon, engine: Engine, feed: Running, eventually: Eventually
) -> None:
    down, up = [row.id for row in shop.rows(1) if row.push_pending == 0][:2]
    seller = shop.account(1).seller_id
    amazon.fault("lwa", "invalid_grant", only=[seller])
    assert _verdicts(check())[0] == "invalid"
    shop.withdraw([down])
    shop.restore([up], quantity=3)
    sweep = SqlSellers(engine, 3600, utc_now)
    taro: Any = next(one for m in Marketplace for one in sweep.waiting(m, []) if one.user_id == 1)
    assert not taro.pushable
    assert shop.row(down).push_pending == 1

    amazon.heal()
    eventually(lambda: shop.row(down).push_pending == 0)

    assert shop.account(1).token_verdict == "valid"
    assert amazon.shown(seller, shop.row(down).sku) == 0
