"""The source of an offer: by its note, by our own SKU, or by what a person gives."""

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_listings.matching import MatchedBy, SourceOf, found_by_itself, given_by_person

YAHOO, MERCARI = Marketplace.YAHOO, Marketplace.MERCARI
SHOPS = "2JHxNpDcYgWvQmRtZkB7sf"


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("仕入 https://auctions.yahoo.co.jp/jp/auction/x1234567890 済", (YAHOO, "x1234567890")),
        ("https://page.auctions.yahoo.co.jp/jp/auction/x1234567890", (YAHOO, "x1234567890")),
        ("https://jp.mercari.com/item/m12345678901?afid=1", (MERCARI, "m12345678901")),
        (f"目立った傷なし。https://jp.mercari.com/shops/product/{SHOPS}", (MERCARI, SHOPS)),
        (
            "twice: https://jp.mercari.com/item/m12345678901 https://jp.mercari.com/item/m12345678901",
            (MERCARI, "m12345678901"),
        ),
    ],
)
def test_an_address_in_the_note_names_the_source(note: str, found: tuple[Marketplace, str]) -> None:
    assert found_by_itself("A-1", note) == SourceOf(*found, MatchedBy.NOTE)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "m12345678901",
        "https://jp.mercari.com/item/m1234567890123456789",
        "https://jp.mercari.com/user/profile/123456789",
        "https://jp.mercari.com/item/m12345678901 https://jp.mercari.com/item/m12345678902",
    ],
)
def test_no_other_note_does_nor_one_with_two_addresses(note: str) -> None:
    assert found_by_itself("A-1", note) is None


@pytest.mark.parametrize(
    ("sku", "found"),
    [
        ("Y-x1234567890", (YAHOO, "x1234567890")),
        ("M-m12345678901", (MERCARI, "m12345678901")),
        (f"M-{SHOPS}", (MERCARI, SHOPS)),
    ],
)
def test_our_own_skus_name_their_source(sku: str, found: tuple[Marketplace, str]) -> None:
    assert found_by_itself(sku, "中古品です。") == SourceOf(*found, MatchedBy.SKU)


@pytest.mark.parametrize(
    "sku", ["m12345678901", "x1234567890", "YA-0000001", "ME-1", "Y-", "Y-blue", "y-x1234567890", "M-x1234567890"]
)
def test_a_sku_that_only_looks_like_an_id_names_none(sku: str) -> None:
    assert found_by_itself(sku, "") is None


def test_a_note_with_two_addresses_is_not_settled_by_the_sku() -> None:
    note = "https://jp.mercari.com/item/m12345678901 https://jp.mercari.com/item/m12345678902"
    assert found_by_itself("M-m12345678901", note) is None


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (" https://jp.mercari.com/item/m12345678901 ", (MERCARI, "m12345678901")),
        ("https://jp.mercari.com/item/m12345678901?source=app#top", (MERCARI, "m12345678901")),
        ("https://auctions.yahoo.co.jp/jp/auction/x1234567890/", (YAHOO, "x1234567890")),
    ],
)
def test_a_person_gives_an_address(given: str, found: tuple[Marketplace, str]) -> None:
    assert given_by_person(given, MatchedBy.HAND) == SourceOf(*found, MatchedBy.HAND)


@pytest.mark.parametrize(
    "given", ["", "camera", "https://example.com/item/m12345678901", "https://jp.mercari.com/item/", "m12345678901?x=1"]
)
def test_what_is_neither_is_refused(given: str) -> None:
    assert given_by_person(given, MatchedBy.CSV) is None


def test_an_id_needs_its_marketplace() -> None:
    given = "m12345678901"
    assert given_by_person(given, MatchedBy.CSV) is None
    assert given_by_person(given, MatchedBy.CSV, MERCARI) == SourceOf(MERCARI, given, MatchedBy.CSV)
    assert given_by_person(given, MatchedBy.CSV, YAHOO) == SourceOf(YAHOO, given, MatchedBy.CSV)
    assert given_by_person(f"https://jp.mercari.com/item/{given}", MatchedBy.CSV, YAHOO) is None
