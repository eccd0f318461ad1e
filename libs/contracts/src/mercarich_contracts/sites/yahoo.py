"""Yahoo! Auctions."""

from mercarich_contracts.market import Marketplace, RouteName
from mercarich_contracts.sites.site import ConditionRule, Items, Pool, SearchPage, Site, Words

SITE = Site(
    marketplace=Marketplace.YAHOO,
    words=Words(en="Yahoo! Auctions", ja="ヤフオク!"),
    items=(
        Items(
            words=Words(en="auctions", ja="オークション"),
            ids=r"[a-z]?[0-9]{6,12}",
            lengths=(6, 13),
            page="https://auctions.yahoo.co.jp/jp/auction/{id}",
            also=(
                "https://*.auctions.yahoo.co.jp/jp/auction/{id}",
                "https://*.auctions.yahoo.co.jp/jp/show/{page}?aID={id}",
            ),
            example="x1234567890",
            route=RouteName.YAHOO_ITEM,
        ),
    ),
    search_page=SearchPage(
        host="auctions.yahoo.co.jp",
        path="/search/search",
        keyword=("p", "va"),
        price_min=("min", "aucminprice", "aucmin_bidorbuy_price"),
        price_max=("max", "aucmaxprice", "aucmax_bidorbuy_price"),
        condition="istatus",
    ),
    sku_prefix="Y-",
    proxy_port=1235,
    checker=Pool(first_workers=5, port=9101),
    updater=Pool(first_workers=2, port=9105),
    watch_port=9110,
    check_all_plans="0 0,12 * * *",
    check_four_a_day="0 6,18 * * *",
    update="50 11,23 * * *",
    condition_rule=ConditionRule.SAME,
    called=("ヤフーオークション", "yahooオークション", "ヤフー", "yahoo!", "auctions.yahoo.co.jp"),
    short_hosts=("yahoo.jp",),
)
