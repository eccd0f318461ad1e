"""What a purchase costs and what it is, as unkindly told as recorded: postage, stores, Shops, lists of sellers."""

import re
from collections import Counter
from typing import Any

import orjson
import pytest
from tests.unit.simulator.test_sites import mercari, yahoo_item

ROW = re.compile(r'<li class="Product">.*?</li>', re.DOTALL)


@pytest.fixture
def town(begin: Any) -> Any:
    return begin(listings=2_000)


def attribute(row: str, name: str) -> str:
    found = re.findall(rf'data-auction-{name}="([^"]*)"', row)
    assert found, name
    return str(found[0])


def yahoo_rows(sim: Any, pages: int = 6) -> list[str]:
    addresses = [f"/yahoo/search/search?p=MX&n=100&b={first}" for first in range(1, pages * 100, 100)]
    return [row for address in addresses for row in ROW.findall(sim.call("GET", address).body.decode())]


def test_most_rows_of_yahoo_print_a_postage_few_are_free_and_a_third_tells_none(town: Any) -> None:
    rows = yahoo_rows(town)
    printed = Counter(re.sub(r"[\d,]+", "N", row.partition('Product__postage">')[2].partition("<")[0]) for row in rows)

    assert set(printed) == {"＋送料N円", "送料未定", "送料無料"}
    assert printed["送料無料"] / len(rows) < 0.08
    assert 0.25 < printed["送料未定"] / len(rows) < 0.45


def test_a_page_tells_the_postage_of_its_row_or_none(town: Any) -> None:
    """A fee that depends on the place is printed in the row alone."""
    told = Counter[str]()
    for row in yahoo_rows(town, pages=1):
        printed = re.search(r"＋送料([\d,]+)円", row)
        fee = int(printed[1].replace(",", "")) if printed else 0
        assert f"cpsf:{fee};" in row
        item = yahoo_item(town.call("GET", f"/yahoo/jp/auction/{attribute(row, 'id')}").body)
        flat = [one["shippingFee"] for one in item.get("shipping", {}).get("methods", []) if one["isFlatFee"]]
        assert flat in ([], [fee])
        told["both" if flat else "row" if fee else item["chargeForShipping"]] += 1

    assert set(told) >= {"both", "row", "winner"}


def test_a_stores_row_has_one_price_with_tax_and_one_without(town: Any) -> None:
    rows = yahoo_rows(town)
    stores = [row for row in rows if attribute(row, "isshoppingitem") == "1"]
    assert stores
    for row in stores:
        assert int(attribute(row, "price")) == int(attribute(row, "buynowprice")) * 110 // 100
    others = [row for row in rows if row not in stores]
    assert all(attribute(row, "price") == attribute(row, "buynowprice") for row in others)


def products(sim: Any) -> list[dict[str, Any]]:
    ids = {row["source_id"] for row in sim.rows() if row["source_kind"] == "shops" and row["marketplace"] == "mercari"}
    addresses = [f"/v1/marketplaces/shops/products/{one}?view=FULL" for one in sorted(ids)]
    return [orjson.loads(mercari(sim, address).body) for address in addresses]


def test_shops_differ_in_stars_and_products_in_variants_time_sales_and_pre_orders(town: Any) -> None:
    details = [product["productDetail"] for product in products(town)]
    stars = {(one["shop"]["shopStats"]["score"], one["shop"]["shopStats"]["reviewCount"] == "0") for one in details}

    assert stars >= {(5, False), (3, False), (0, True)}
    assert {len(one["variants"]) for one in details} == {1, 3}
    assert all(sum(int(variant["quantity"]) for variant in one["variants"]) == 1 for one in details)
    assert {one["productPreOrder"] is None for one in details} == {True, False}
    assert {one["shippingPayer"]["code"] for one in details} == {"SELLER", "BUYER"}
    assert {one["shippingFeeConfig"] for one in details} == {None}


def test_a_time_sale_is_cheaper_than_the_price_beside_it(town: Any) -> None:
    sales = [(product["price"], product["productDetail"]["timeSaleDetails"]) for product in products(town)]
    reduced = [(int(price), int(sale["price"])) for price, sale in sales if sale]

    assert 0 < len(reduced) < len(sales) / 3
    assert all(0.94 < now / usual < 0.96 for usual, now in reduced)


def test_a_row_of_a_shops_product_has_its_shop_and_no_payer(town: Any) -> None:
    asked = [{"searchCondition": {"keyword": "MX"}, "pageToken": token} for token in ("", "v1:1")]
    found = [row for body in asked for row in orjson.loads(mercari(town, "/v2/entities:search", body).body)["items"]]
    kinds = {
        (row["itemType"], row["sellerId"] == "0", row["shippingPayerId"] == "0", row["shop"] is None) for row in found
    }

    assert kinds == {("ITEM_TYPE_BEYOND", True, True, False), ("ITEM_TYPE_MERCARI", False, False, True)}
    shop = next(row for row in found if row["shop"])
    product = orjson.loads(mercari(town, f"/v1/marketplaces/shops/products/{shop['id']}").body)
    assert shop["shop"] == {"id": product["productDetail"]["shop"]["name"]}


def test_a_sellers_list_is_of_the_newer_shape(town: Any) -> None:
    sellers = Counter(row["source_seller_id"] for row in town.rows() if row["source_kind"] == "ordinary")
    (seller, _), *_ = (one for one in sellers.most_common() if one[0].isdecimal())
    sold = next(row for row in town.rows() if row["source_seller_id"] == seller)
    town.happen(sold, "sold")
    rows = orjson.loads(mercari(town, f"/items/get_items?seller_id={seller}&limit=100").body)["data"]
    pagers = [row["pager_id"] for row in rows]

    assert {row["item_category"] for row in rows} == {None}
    assert all(row["item_category_ntiers"]["name"] for row in rows)
    assert {row["item_brand"] is None for row in rows} == {True, False}
    assert {row["shipping_from_area"]["name"] == "未定" for row in rows} == {True, False}
    assert [row["id"] for row in rows if "transaction_evidence" in row] == [sold["source_id"]]
    assert pagers != sorted(pagers, reverse=True)
    assert pagers[-1] == min(pagers)
