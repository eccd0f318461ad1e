"""A sale price at Amazon counts until its end; Amazon keeps it afterwards."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.feed.test_prices import JAPAN, _entry, _item, _price

from mercarich_feed.domain.prices import shown_price
from mercarich_listings.repricing import ShownPrice

NOW = datetime(2026, 11, 30, 11, 30, tzinfo=UTC)


def _sale(*ends: Any) -> list[dict[str, Any]]:
    schedules = [{"start_at": "2026-01-01", "value_with_tax": 2500} | ({"end_at": end} if end else {}) for end in ends]
    return [{"schedule": schedules}]


@pytest.mark.parametrize(
    ("sale", "counts"),
    [
        pytest.param(_sale("2026-11-30T11:29:00Z"), False, id="ended a minute ago"),
        pytest.param(_sale("2026-11-30T20:29:00+09:00"), False, id="ended, told in the time of Japan"),
        pytest.param(_sale({"value": "2026-11-30T11:29:00.000Z"}), False, id="ended, told as a value"),
        pytest.param(_sale("2026-11-28"), False, id="its last day is over everywhere"),
        pytest.param(_sale("2026-11-30T11:31:00Z"), True, id="a minute left"),
        pytest.param(_sale("2026-11-30"), True, id="its last day"),
        pytest.param(_sale("2026-11-29"), True, id="its last day is not over everywhere"),
        pytest.param(_sale("2026-11-01", "2026-12-31"), True, id="one of two goes on"),
        pytest.param(_sale(None), True, id="without an end"),
        pytest.param(_sale("9999-12-31"), True, id="at the end of time"),
        pytest.param(_sale("soon"), True, id="with an end that cannot be read"),
        pytest.param(_price(2500), True, id="without times"),
        pytest.param([{}], True, id="without a schedule"),
        pytest.param([], False, id="none"),
    ],
)
def test_a_sale_price_counts_until_it_has_ended_for_certain(sale: list[dict[str, Any]], counts: bool) -> None:
    item = _item(_entry(discounted_price=sale))
    assert shown_price(item, JAPAN, NOW) == ShownPrice(3000, 3000, counts)
    assert shown_price(item, JAPAN).on_sale == bool(sale), "without a clock each counts"
