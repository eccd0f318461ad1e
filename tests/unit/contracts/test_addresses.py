"""Addresses of items as people copy them: each form names its item, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES, called, is_short_link, item_of_address

YAHOO, MERCARI = Marketplace.YAHOO, Marketplace.MERCARI
SHOPS_ID = "2JHxNpDcYgWvQmRtZkB7sf"
COPIED = [
    ("https://jp.mercari.com/item/m12345678901", MERCARI, "m12345678901"),
    ("https://jp.mercari.com/item/m12345678901?source_location=share&utm_source=ios", MERCARI, "m12345678901"),
    ("https://jp.mercari.com/en/item/m12345678901", MERCARI, "m12345678901"),
    ("https://jp.mercari.com/zh-TW/item/m12345678901?lang=1#x", MERCARI, "m12345678901"),
    ("http://jp.mercari.com/item/m12345678901/", MERCARI, "m12345678901"),
    ("jp.mercari.com/item/m12345678901", MERCARI, "m12345678901"),
    ("HTTPS://JP.Mercari.com/item/m12345678901", MERCARI, "m12345678901"),
    ("https://www.mercari.com/jp/items/m12345678901/", MERCARI, "m12345678901"),
    ("https://item.mercari.com/jp/m12345678901/?_s=U2FsdGVk", MERCARI, "m12345678901"),
    ("ソニー ヘッドホン https://jp.mercari.com/item/m12345678901?x=1 #メルカリ", MERCARI, "m12345678901"),
    ("https：//jp.mercari.com/item/ｍ１２３４５６７８９０１", MERCARI, "m12345678901"),
    ("\u200bhttps://jp.mercari.com/item/m12345678901\u200e ", MERCARI, "m12345678901"),
    (f"https://jp.mercari.com/shops/product/{SHOPS_ID}?source_location=share", MERCARI, SHOPS_ID),
    (f"https://jp.mercari.com/en/shops/product/{SHOPS_ID}", MERCARI, SHOPS_ID),
    (f"https://mercari-shops.com/products/{SHOPS_ID}", MERCARI, SHOPS_ID),
    (f"https://www.mercari-shops.com/products/{SHOPS_ID}/?utm=1", MERCARI, SHOPS_ID),
    ("https://auctions.yahoo.co.jp/jp/auction/x1234567890?from=share", YAHOO, "x1234567890"),
    ("https://page.auctions.yahoo.co.jp/jp/auction/x1234567890", YAHOO, "x1234567890"),
    ("http://page10.auctions.yahoo.co.jp/jp/auction/x123456789", YAHOO, "x123456789"),
    ("https://closedsearch.auctions.yahoo.co.jp/jp/auction/1234567890/", YAHOO, "1234567890"),
    ("http://page2.auctions.yahoo.co.jp/jp/show/bid_hist?typ=log&aID=x123456789&page=2", YAHOO, "x123456789"),
    ("auctions.yahoo.co.jp/jp/auction/x1234567890", YAHOO, "x1234567890"),
    ("<https://auctions.yahoo.co.jp/jp/auction/x1234567890>", YAHOO, "x1234567890"),
]


@pytest.mark.parametrize(("text", "marketplace", "item_id"), COPIED)
def test_an_address_that_people_copy_names_its_item(text: str, marketplace: Marketplace, item_id: str) -> None:
    assert item_of_address(text) == (marketplace, item_id)
    assert [name for name, site in SITES.items() if site.item_id_in(text)] == [marketplace]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m12345678901",
        "https://www.mercari.com/us/item/m12345678901/",
        "https://jp.mercari.com/user/profile/123456789",
        "https://jp.mercari.com/item/m12345678901x",
        "https://jp.mercari.com.example.com/item/m12345678901",
        "https://evil-jp.mercari.com.example/item/m12345678901",
        "https://notauctions.yahoo.co.jp/jp/auction/x1234567890",
        "https://auctions.yahoo.co.jp/search/search?p=x1234567890",
        "https://paypayfleamarket.yahoo.co.jp/item/z123456789",
        "https://merc.li/AbCdEf",
        "https://jp.mercari.com/item/m12345678901 https://jp.mercari.com/item/m12345678902",
        "https://jp.mercari.com/item/m12345678901 https://auctions.yahoo.co.jp/jp/auction/x1234567890",
        f"https://jp.mercari.com/shops/product/{SHOPS_ID}A",
    ],
)
def test_any_other_text_names_none(text: str) -> None:
    assert item_of_address(text) is None


def test_a_short_link_is_told_from_other_addresses() -> None:
    assert is_short_link("https://merc.li/AbCdEf")
    assert is_short_link("yahoo.jp/AbCdEf")
    assert not is_short_link("https://auctions.yahoo.jp.example/AbC")
    assert not is_short_link("https://auctions.yahoo.co.jp/jp/auction/x1234567890")


@pytest.mark.parametrize(
    ("text", "marketplace"),
    [
        *(
            ("ヤフオク", YAHOO),
            ("ヤフオク！", YAHOO),
            ("ﾔﾌｵｸ", YAHOO),
            ("Yahoo!オークション", YAHOO),
            (" YAHOO ", YAHOO),
        ),
        *(("Yahoo! Auctions", YAHOO), ("メルカリ", MERCARI), ("ﾒﾙｶﾘ", MERCARI), ("メルカリShops", MERCARI)),
        *(("ＭＥＲＣＡＲＩ", MERCARI), ("mercari-shops", MERCARI), ("ラクマ", None), ("", None), ("ebay", None)),
    ],
)
def test_a_marketplace_is_called_what_people_call_it(text: str, marketplace: Marketplace | None) -> None:
    assert called(text) is marketplace


def _addresses() -> st.SearchStrategy[tuple[Marketplace, str, str]]:
    """Draw a marketplace, an id of it, and an address of the id's page with what browsers and apps add."""
    kinds = [
        (site.marketplace, kind, form) for site in SITES.values() for kind in site.items for form in kind.addresses
    ]

    @st.composite
    def drawn(draw: st.DrawFn) -> tuple[Marketplace, str, str]:
        marketplace, kind, form = draw(st.sampled_from(kinds))
        item_id = draw(st.from_regex(kind.ids, fullmatch=True).filter(str.isascii))
        subdomain = draw(st.sampled_from(["", "page.", "page12.", "www.", "a.b-c."]))
        address = form.replace("*.", subdomain).format(
            id=item_id,
            language=draw(st.sampled_from(["en", "ja", "zh-TW", "ko", "zh-Hant"])),
            page=draw(st.sampled_from(["qanda", "bid_hist", "contact"])),
        )
        address = draw(st.sampled_from([address, address.replace("https", "http"), address.partition("://")[2]]))
        behind = ["", "?utm_source=ios&x=ラベル", "#top", "/", "/?a=b"] if "?" not in form else ["", "&page=2", "#top"]
        around = draw(st.sampled_from(["{}", " {}\n", "<{}>", "\ufeff{}", "「{}」"]))
        return marketplace, item_id, around.format(address + draw(st.sampled_from(behind)))

    return drawn()


@given(_addresses())
def test_whatever_is_added_to_an_address_it_names_its_item_and_no_other(drawn: tuple[Marketplace, str, str]) -> None:
    marketplace, item_id, address = drawn

    assert item_of_address(address) == (marketplace, item_id)
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in address)
    assert item_of_address(wide) == (marketplace, item_id)


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error_and_what_is_read_has_the_form_of_an_id(text: str) -> None:
    found = item_of_address(text)

    assert found is None or SITES[found[0]].is_item(found[1])


@given(_addresses(), st.sampled_from(["x", "9" * 20, "_"]))
def test_an_id_with_more_behind_it_names_no_other_item(drawn: tuple[Marketplace, str, str], more: str) -> None:
    _, item_id, address = drawn

    found = item_of_address(address.replace(item_id, item_id + more))

    assert found is None or found[1] in item_id + more
    assert found is None or len(found[1]) > len(item_id)
