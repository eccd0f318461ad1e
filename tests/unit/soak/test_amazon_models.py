"""Each request to Amazon is held against Amazon's own models."""

from typing import Any

import orjson
import pytest
from tests.services.recordings import recorded
from tests.soak.amazon_models import AmazonModels
from tests.soak.week import Week

from mercarich_simulator.web import Reply, Request

ITEM = "/spapi/listings/2021-08-01/items/A1/SKU-1"


@pytest.fixture
def models(week: Week) -> AmazonModels:
    recorded("spapi", "models")
    return AmazonModels(week.plant)


def ask(week: Week, method: str, path: str, query: str = "", body: Any = None) -> None:
    request = Request(method, path, query, {}, b"" if body is None else orjson.dumps(body))
    for look in week.plant.market.on_amazon:
        if getattr(look, "__self__", None).__class__ is AmazonModels:
            look(request, Reply())


def test_what_the_product_asks_is_as_the_models_want_it(week: Week, models: AmazonModels) -> None:
    week.kernel.sleep(3_600.0)
    assert models.problems == []
    assert models.counts["valid"] > 20


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/spapi/listings/2020-01-01/items/A1", "", None),
        ("GET", ITEM, "", None),
        ("GET", ITEM, "marketplaceIds=M1&inventory=all", None),
        ("GET", ITEM, "marketplaceIds=M1&includedData=summaries,secrets", None),
        ("PATCH", ITEM, "marketplaceIds=M1", {"productType": "PRODUCT", "patches": [{"op": "lower", "path": "/a"}]}),
        ("PUT", "/s3/1", "", {"header": {"sellerId": "A1", "version": "2.0"}, "messages": []}),
    ],
)
def test_another_request_is_told(
    week: Week, models: AmazonModels, method: str, path: str, query: str, body: Any
) -> None:
    ask(week, method, path, query, body)
    assert (models.counts["invalid"], len(models.problems)) == (1, 1)
