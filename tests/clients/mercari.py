"""Every request of the product's Mercari proxy, through mercapi: an item, a product of Shops, a seller, a search."""

import asyncio
import json
import sys
from typing import Any

import httpx
from exchanges import RedirectedAsync
from mercapi import Mercapi

HOSTS = {"api.mercari.jp": "/mercari"}


async def main(task: dict[str, Any]) -> None:
    client = Mercapi(httpx_client=httpx.AsyncClient(transport=RedirectedAsync(task["url"], HOSTS)))
    item = await client.item(task["item_id"])
    assert item is not None
    assert (item.id_, item.name, item.price, item.status) == (task["item_id"], task["title"], task["price"], "on_sale")
    assert await client.item("m00000000000") is None
    profile = await client.profile(str(item.seller.id_))
    assert profile is not None
    shelf = await client.items(str(profile.id_))
    assert shelf is not None
    assert task["item_id"] in {one.id_ for one in shelf.items}
    product = await client.product(task["product_id"])
    assert product is not None
    found = await client.search(task["keyword"])
    assert task["item_id"] in {one.id_ for one in found.items}


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin)))
