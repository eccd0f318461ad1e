"""Mercari, with the products of Mercari Shops."""

from mercarich_contracts.market import Marketplace, RouteName
from mercarich_contracts.sites.site import ConditionRule, Items, Pool, SearchPage, Site, Words

ORDINARY = Items(
    words=Words(en="ordinary items", ja="通常の商品"),
    ids=r"m[0-9]{8,14}",
    lengths=(9, 15),
    page="https://jp.mercari.com/item/{id}",
    also=(
        "https://jp.mercari.com/{language}/item/{id}",
        "https://www.mercari.com/jp/items/{id}",
        "https://item.mercari.com/jp/{id}",
    ),
    example="m12345678901",
    route=RouteName.MERCARI_ITEM,
    in_lists=True,
)
SHOPS = Items(
    words=Words(en="Mercari Shops", ja="メルカリShops"),
    ids=r"[0-9A-Za-z]{22}",
    lengths=(22, 22),
    page="https://jp.mercari.com/shops/product/{id}",
    also=(
        "https://jp.mercari.com/{language}/shops/product/{id}",
        "https://*.mercari-shops.com/products/{id}",
    ),
    example="2JHxNpDcYgWvQmRtZkB7sf",
    route=RouteName.MERCARI_SHOPS,
)

SITE = Site(
    marketplace=Marketplace.MERCARI,
    words=Words(en="Mercari", ja="メルカリ"),
    items=(ORDINARY, SHOPS),
    search_page=SearchPage(
        host="jp.mercari.com",
        path="/search",
        keyword=("keyword",),
        price_min=("price_min",),
        price_max=("price_max",),
        condition="item_condition_id",
    ),
    sku_prefix="M-",
    proxy_port=1234,
    checker=Pool(first_workers=2, port=9102),
    updater=Pool(first_workers=2, port=9106),
    watch_port=9111,
    check_all_plans="0 0,12 * * *",
    check_four_a_day="0 6,18 * * *",
    update="50 8,20 * * *",
    condition_rule=ConditionRule.SAME_OR_BETTER,
    search_filters_conditions=True,
    list_route=RouteName.MERCARI_SELLER,
    called=("めるかり", "メルカリshops", "メルカリショップス", "mercari shops", "jp.mercari.com"),
    short_hosts=("merc.li",),
)
