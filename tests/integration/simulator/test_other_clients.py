"""Clients that nobody here wrote speak to the simulator; Amazon's responses are as its models want them."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from tests.integration.simulator.conftest import Start
from tests.services.recordings import recorded

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / "var" / "clients" / "bin" / "python"
MODELS = ("listingsItems_2021-08-01", "feeds_2021-06-30", "sellers")
USED = {
    *("getMarketplaceParticipations", "createFeedDocument", "createFeed", "getFeed", "getFeeds", "getFeedDocument"),
    *("cancelFeed", "getListingsItem", "patchListingsItem", "putListingsItem", "deleteListingsItem"),
    "searchListingsItems",
}

Exchange = dict[str, Any]


def spoken(client: str, task: dict[str, Any]) -> list[Exchange]:
    """Run a client's program; return its exchanges."""
    if not PYTHON.exists():
        pytest.skip("var/clients is not installed: make integration does it")
    command = [PYTHON, ROOT / "tests" / "clients" / f"{client}.py"]
    ended = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture
def amazon(start: Start) -> list[Exchange]:
    sim = start("--feed-queue-seconds", "3", "--feed-process-seconds", "1")
    seed = sim.get("/_sim/seed")
    seller = seed["sellers"][0]
    return spoken(
        "amazon",
        {
            "url": sim.base,
            **seed["lwa"],
            **{name: seller[name] for name in ("seller_id", "refresh_token")},
            "skus": [row["sku"] for row in sim.rows() if row["seller_id"] == seller["seller_id"]][:20],
        },
    )


def test_python_amazon_sp_api_gets_on_with_each_operation_and_the_answers_fit_amazons_models(
    amazon: list[Exchange],
) -> None:
    operations = list(_operations())
    told = set()
    for exchange in amazon[1:]:  # The first is Login with Amazon, of which there is no model.
        name, definitions, schema = _operation_of(exchange, operations)
        told.add(name)
        wanted = {**schema, "definitions": definitions}
        jsonschema.validate(json.loads(exchange["body"]), wanted, cls=jsonschema.Draft4Validator)
    assert told == USED


def test_mercapi_reads_items_shops_sellers_and_searches(start: Start) -> None:
    sim = start()
    rows = [row for row in sim.rows() if row["marketplace"] == "mercari"]
    row = next(row for row in rows if row["source_kind"] == "ordinary")
    product = next(row for row in rows if row["source_kind"] == "shops")
    model = re.search(r"MX-\d+", row["title"])
    assert model is not None
    exchanges = spoken(
        "mercari",
        {
            "url": sim.base,
            "item_id": row["source_id"],
            "title": row["title"],
            "price": row["source_price"],
            "product_id": product["source_id"],
            "keyword": model[0],
        },
    )
    assert [exchange["status"] for exchange in exchanges] == [200, 404, 200, 200, 200, 200]


def _operations() -> Iterator[tuple[str, str, re.Pattern[str], Any, Any]]:
    """Yield name, method, path, responses and definitions of each operation of Amazon's models."""
    for model in MODELS:
        document = json.loads(recorded("spapi", "models", f"{model}.json").read_text("utf-8"))
        for path, methods in document["paths"].items():
            pattern = re.compile(
                "".join("[^/]+" if part[0] == "{" else part for part in re.findall(r"{\w+}|[^{]+", path))
            )
            for method, operation in methods.items():
                if isinstance(operation, dict) and "operationId" in operation:
                    yield (
                        operation["operationId"],
                        method.upper(),
                        pattern,
                        operation["responses"],
                        document["definitions"],
                    )


def _operation_of(exchange: Exchange, operations: list[Any]) -> tuple[str, Any, Any]:
    """Return the name of an exchange's operation, and the schema of its response with its definitions."""
    for name, method, pattern, responses, definitions in operations:
        if method == exchange["method"] and pattern.fullmatch(unquote(exchange["path"])):
            response = responses[str(exchange["status"])]
            return name, definitions, response.get("schema", {})
    raise AssertionError(f"no operation of the models: {exchange['method']} {exchange['path']}")
