"""Amazon's catalogue, restrictions and new offers, as unkind as they are known to be."""

from typing import Any

import jsonschema
import orjson
import pytest
from tests.unit.simulator.test_amazon import RECORDED, needs_models

MARKET = "A1VC38T7YXB528"


def product(sim: Any, number: int = 3) -> tuple[str, str]:
    """Return ASIN and JAN of a product that its seller may sell."""
    products = sim.simulator.world.products
    return products.asin(number), products.jan(number)


def attributes(asin: str, **other: Any) -> dict[str, Any]:
    here = {"marketplace_id": MARKET}
    price = {"our_price": [{"schedule": [{"value_with_tax": 2980}]}], "currency": "JPY"}
    return {
        "merchant_suggested_asin": [{"value": asin} | here],
        "condition_type": [{"value": "used_good"} | here],
        "condition_note": [{"value": "箱なし", "language_tag": "ja_JP"} | here],
        "purchasable_offer": [price | here],
        "fulfillment_availability": [
            {"fulfillment_channel_code": "DEFAULT", "quantity": 1, "lead_time_to_ship_max_days": 4}
        ],
    } | other


class Seller:
    def __init__(self, sim: Any) -> None:
        self.sim, self.id = sim, sim.rows()[0]["seller_id"]

    @property
    def token(self) -> dict[str, str]:
        found: dict[str, str] = self.sim.token(self.id)
        return found

    def put(self, sku: str, of: dict[str, Any], mode: str = "") -> dict[str, Any]:
        body = {"productType": "PRODUCT", "requirements": "LISTING_OFFER_ONLY", "attributes": of}
        more = f"&mode={mode}" if mode else ""
        made: dict[str, Any] = self.sim.json("PUT", self._address(sku) + more, body, self.token)
        return made

    def look(self, sku: str) -> dict[str, Any] | None:
        included = "&includedData=summaries,attributes,issues,offers,fulfillmentAvailability"
        reply = self.sim.call("GET", self._address(sku) + included, headers=self.token)
        return None if reply.status == 404 else orjson.loads(reply.body)

    def get(self, address: str) -> Any:
        return self.sim.json("GET", address, headers=self.token)

    def restrictions(self, asin: str, condition: str) -> list[dict[str, Any]]:
        query = f"asin={asin}&conditionType={condition}&sellerId={self.id}&marketplaceIds={MARKET}"
        found: list[dict[str, Any]] = self.get(f"/spapi/listings/2021-08-01/restrictions?{query}")["restrictions"]
        return found

    def _address(self, sku: str) -> str:
        return f"/spapi/listings/2021-08-01/items/{self.id}/{sku}?marketplaceIds={MARKET}"


@pytest.fixture
def seller(begin: Any) -> Seller:
    return Seller(begin(restricted=0.0))


def test_a_preview_creates_nothing_and_a_put_an_offer_that_is_sold_with_its_terms(seller: Seller) -> None:
    asin, _ = product(seller.sim)
    assert seller.put("NEW-1", attributes(asin), "VALIDATION_PREVIEW")["status"] == "VALID"
    assert seller.look("NEW-1") is None

    assert seller.put("NEW-1", attributes(asin))["status"] == "ACCEPTED"
    item = seller.look("NEW-1")

    assert item is not None
    assert item["summaries"][0]["status"] == ["BUYABLE", "DISCOVERABLE"]
    assert (item["summaries"][0]["asin"], item["summaries"][0]["conditionType"]) == (asin, "used_good")
    assert item["offers"][0]["price"] == {"currencyCode": "JPY", "amount": "2980.00"}
    assert item["attributes"]["merchant_suggested_asin"][0]["value"] == asin


def test_what_is_accepted_is_not_there_before_its_lag(begin: Any) -> None:
    seller = Seller(begin(restricted=0.0, lag_seconds=3.0))
    assert seller.put("NEW-1", attributes(product(seller.sim)[0]))["status"] == "ACCEPTED"
    assert seller.look("NEW-1") is None

    seller.sim.advance(400)
    assert seller.look("NEW-1") is not None


def test_what_is_accepted_may_never_be_there(begin: Any) -> None:
    seller = Seller(begin(restricted=0.0, ignored_creations=1.0))
    assert seller.put("NEW-1", attributes(product(seller.sim)[0]))["status"] == "ACCEPTED"

    seller.sim.advance(86_400)
    assert seller.look("NEW-1") is None


def test_what_is_accepted_may_have_an_issue_afterwards(begin: Any) -> None:
    seller = Seller(begin(restricted=0.0, late_issues=1.0))
    asin, _ = product(seller.sim)
    assert seller.put("NEW-1", attributes(asin), "VALIDATION_PREVIEW")["status"] == "VALID"
    assert seller.put("NEW-1", attributes(asin))["status"] == "ACCEPTED"
    item = seller.look("NEW-1")

    assert item is not None
    assert item["summaries"][0]["status"] == ["DISCOVERABLE"]
    assert item["issues"][0]["severity"] == "ERROR"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"merchant_suggested_asin": [{"value": "B000000000"}]}, "8541"),
        ({"condition_type": [{"value": "like_new"}]}, "90244"),
        ({"condition_note": [{"value": "x" * 1001}]}, "90225"),
        ({"purchasable_offer": [{"currency": "JPY", "our_price": []}]}, "90220"),
        (
            {"purchasable_offer": [{"currency": "USD", "our_price": [{"schedule": [{"value_with_tax": 1}]}]}]},
            "90117",
        ),
        ({"fulfillment_availability": []}, "99022"),
    ],
)
@pytest.mark.parametrize("mode", ["", "VALIDATION_PREVIEW"])
def test_a_document_that_is_wrong_is_invalid_inside_200(
    seller: Seller, other: dict[str, Any], code: str, mode: str
) -> None:
    said = seller.put("NEW-1", attributes(product(seller.sim)[0], **other), mode)

    assert (said["status"], said["issues"][0]["code"], said["issues"][0]["severity"]) == ("INVALID", code, "ERROR")
    assert seller.look("NEW-1") is None


def test_a_put_replaces_all_of_an_offer_that_is_there(seller: Seller) -> None:
    row = next(one for one in seller.sim.rows() if one["seller_id"] == seller.id)
    assert seller.put(row["sku"], attributes(product(seller.sim)[0]))["status"] == "ACCEPTED"

    item = seller.look(row["sku"])
    assert item is not None
    assert item["summaries"][0]["conditionType"] == "used_good"
    assert seller.sim.ledger()["overwritten"] == 1


def test_restricted_products_differ_by_seller_and_the_put_knows_them_too(begin: Any) -> None:
    sim = begin(restricted=0.3, quota_factor=100.0)
    seller, products = Seller(sim), sim.simulator.world.products
    found = {n: seller.restrictions(products.asin(n), "used_good") for n in range(100)}
    restricted = [n for n, told in found.items() if told]

    assert 15 <= len(restricted) <= 45
    assert {told[0]["reasons"][0]["reasonCode"] for n in restricted if (told := found[n])} == {
        "APPROVAL_REQUIRED",
        "NOT_ELIGIBLE",
    }
    asin = products.asin(restricted[0])
    said = seller.put("NEW-1", attributes(asin), "VALIDATION_PREVIEW")
    assert (said["status"], said["issues"][0]["code"]) == ("INVALID", "18299")
    as_new = sum(bool(seller.restrictions(products.asin(n), "new_new")) for n in range(100))
    assert as_new > len(restricted)
    assert seller.restrictions("B000000000", "new_new")[0]["reasons"][0]["reasonCode"] == "ASIN_NOT_FOUND"


def test_the_catalogue_is_searched_by_jan_asin_and_words(seller: Seller) -> None:
    asin, jan = product(seller.sim, 12)
    address, of = (
        "/spapi/catalog/2022-04-01/items",
        f"marketplaceIds={MARKET}&includedData=summaries,images,identifiers",
    )

    by_jan = seller.get(f"{address}?{of}&identifiers={jan}&identifiersType=JAN")
    by_words = seller.get(f"{address}?{of}&keywords=MX-00012")
    assert [item["asin"] for item in by_jan["items"]] == [asin] == [item["asin"] for item in by_words["items"]]
    assert by_jan["items"][0]["identifiers"][0]["identifiers"][0]["identifier"] == jan
    assert seller.get(f"{address}/{asin}?{of}")["asin"] == asin
    seller.sim.advance(60)
    assert seller.get(f"{address}?{of}&identifiers=4901234567894&identifiersType=JAN")["items"] == []
    assert seller.sim.call("GET", f"{address}/B000000000?{of}", headers=seller.token).status == 404


@pytest.mark.parametrize("query", ["", "&identifiers=1", "&identifiers=1&identifiersType=JAN&keywords=x"])
def test_a_search_is_by_one_of_both(seller: Seller, query: str) -> None:
    address = f"/spapi/catalog/2022-04-01/items?marketplaceIds={MARKET}{query}"
    assert seller.sim.call("GET", address, headers=seller.token).status == 400


def test_the_ledger_counts_what_no_seller_asked_for(seller: Seller) -> None:
    sim, asin = seller.sim, product(seller.sim)[0]
    seller.put("NEW-1", attributes(asin))
    seller.put("NEW-2", attributes(asin))
    assert (sim.ledger()["created"], sim.ledger()["created_unmeant"]) == (2, 0)

    sim.json("POST", "/_sim/meant", {"offers": [{"seller_id": seller.id, "sku": "NEW-1"}]})
    told = sim.ledger()
    assert (told["created_unmeant"], told["clean"]) == (1, False)
    assert told["cases"]["created_unmeant"] == [{"seller_id": seller.id, "sku": "NEW-2"}]


@needs_models
@pytest.mark.parametrize(
    ("model", "definition", "address"),
    [
        ("catalogItems_2022-04-01", "ItemSearchResults", "/spapi/catalog/2022-04-01/items?keywords=MX-00012&"),
        ("catalogItems_2022-04-01", "Item", "/spapi/catalog/2022-04-01/items/{asin}?"),
        (
            "listingsRestrictions_2021-08-01",
            "RestrictionList",
            "/spapi/listings/2021-08-01/restrictions?asin={asin}&sellerId={seller}&conditionType=new_new&",
        ),
    ],
)
@pytest.mark.parametrize("restricted", [0.0, 1.0])
def test_responses_are_as_amazons_models_say(
    begin: Any, model: str, definition: str, address: str, restricted: float
) -> None:
    seller = Seller(begin(restricted=restricted))
    asin, _ = product(seller.sim, 12)
    included = "&includedData=summaries,images,identifiers" if "catalog" in address else ""
    found = seller.get(address.format(asin=asin, seller=seller.id) + f"marketplaceIds={MARKET}{included}")

    official = orjson.loads((RECORDED / "spapi" / "models" / f"{model}.json").read_bytes())
    shape = {"$ref": f"#/definitions/{definition}", "definitions": official["definitions"]}
    jsonschema.Draft4Validator(shape).validate(found)
