"""Whatever values a page's data contains, the reader returns an item or a fault, and nothing else."""

import json
import logging
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.services.odd_json import looks, with_random_values

from mercarich_contracts.proxy_api import Item
from mercarich_marketplace.answers import Answer, Fault
from mercarich_yahoo_proxy.adapters import item_page
from mercarich_yahoo_proxy.adapters.web import WebMarket

AT = datetime(2026, 11, 25, tzinfo=UTC)
ID = "x1200000001"
STRANGE: list[Any] = [
    None,
    True,
    0,
    -5,
    10**18,
    1.5,
    "",
    "x",
    "9" * 30,
    "ⅷ",
    "2026-13-40T00:00:00Z",
    [],
    [None],
    {},
    {"a": []},
]
ITEM = {
    "auctionId": ID,
    "status": "open",
    "title": "t",
    "price": 1,
    "bidorbuy": 2,
    "taxinBidorbuy": 3,
    "taxRate": 10,
    "quantity": 1,
    "bids": 0,
    "watchListNum": 1,
    "startTime": "2026-11-20T00:00:00+09:00",
    "endTime": "2026-11-27T00:00:00+09:00",
    "isFleaMarket": False,
    "isAutomaticExtension": True,
    "img": [{"image": "i"}],
    "seller": {
        "aucUserId": "u",
        "displayName": "n",
        "isStore": False,
        "rating": {"ult": {"goodPoint": 1, "badPoint": 0}},
        "location": {"prefecture": "p"},
    },
    "chargeForShipping": "winner",
    "shipping": {"methods": [{"isFlatFee": True, "shippingFee": 1}]},
    "conditionName": "未使用",
    "category": {"path": [{"name": "c"}]},
}
PAGE_DATA = {"productID": ID, "winPrice": "0", "bids": "0", "isClosed": "0", "hasWinner": "0"}


def replaced(value: Any) -> Iterator[Any]:
    """Yield the value with each of its parts replaced by each strange value, one at a time."""
    yield from STRANGE
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        for inner in replaced(value[key]):
            changed = dict(value) if isinstance(value, dict) else list(value)
            changed[key] = inner
            yield changed


def page(item: Any, page_data: Any) -> bytes:
    document = {"props": {"pageProps": {"initialState": {"item": {"detail": {"item": item}}}}}}
    return (
        f"<script>var pageData = {json.dumps({'items': page_data})};</script>"
        f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(document)}</script>'
    ).encode()


def test_no_strange_value_breaks_the_reader_and_what_is_read_can_be_sent() -> None:
    bodies = [
        page(strange, PAGE_DATA) for status in ("open", "closed") for strange in replaced({**ITEM, "status": status})
    ]
    bodies += [page({**ITEM, "status": "closed"}, strange) for strange in replaced(PAGE_DATA)]
    read_well = 0
    for body in bodies:
        try:
            seen = item_page.read(Answer(f"http://yahoo/jp/auction/{ID}", 200, {}, body, AT), ID)
        except Fault:
            continue
        assert isinstance(seen, Item)
        assert Item.model_validate_json(seen.model_dump_json()) == seen
        read_well += 1
    assert read_well > 500


@pytest.mark.parametrize("seed", range(3))
def test_random_values_in_any_field_never_come_out_of_the_observer(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    draw = random.Random(seed)
    bodies = [page(odd, PAGE_DATA) for odd in with_random_values(ITEM, draw, 12)]
    bodies += [page({**ITEM, "status": "closed"}, odd) for odd in with_random_values(PAGE_DATA, draw, 12)]
    seen = looks(lambda egress: WebMarket(egress, "http://yahoo"), ID, bodies)

    assert {each.item_id for each in seen} == {ID}
    assert len(seen) == len(bodies) > 300
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
