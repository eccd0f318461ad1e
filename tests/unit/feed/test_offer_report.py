"""Reports of a seller's offers: in the headers and encodings that Amazon is known to use."""

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.offer_report import ReadOffers, UnknownHeader
from mercarich_listings.matching import Channel, MatchedBy, SourceOf

JAPANESE = (
    "商品名\t出品ID\t出品者SKU\t価格\t数量\t出品日\t商品IDタイプ\tコンディション説明\tコンディション\tASIN 1"
    "\t国外へ配送可\t迅速な配送\t商品ID\t在庫数\tフルフィルメント・チャンネル\tmerchant-shipping-group\tステータス"
)
ENGLISH = (
    "item-name\titem-description\tlisting-id\tseller-sku\tprice\tquantity\topen-date\titem-note\titem-condition"
    "\tasin1\tproduct-id\tpending-quantity\tfulfillment-channel\tstatus"
)
NOTE = "https://jp.mercari.com/item/m12345678901"
LINE = f"腕時計 ①\t0105V1\tA-1\t12000\t2\t2026/01/05\t1\t{NOTE}\t2\tB000000001\tn\t\tB000000001\t0\tDEFAULT\tX\tActive"


def read(text: str, encoding: str, charset: str | None = None) -> ReadOffers:
    return ReadOffers(text.encode(encoding).splitlines(keepends=True), charset)


@pytest.mark.parametrize(
    ("encoding", "charset"), [("utf-8", None), ("utf-8-sig", "UTF-8"), ("cp932", None), ("cp932", "Shift_JIS")]
)
def test_a_japanese_report_is_read_in_both_encodings(encoding: str, charset: str | None) -> None:
    (offer,) = read(f"{JAPANESE}\r\n{LINE}\r\n", encoding, charset)
    assert (offer.sku, offer.asin, offer.title, offer.price_jpy, offer.quantity) == (
        *("A-1", "B000000001", "腕時計 ①"),
        *(12_000, 2),
    )
    assert (offer.channel, offer.condition, offer.status) == (Channel.MERCHANT, "2", "active")
    assert offer.source == SourceOf(Marketplace.MERCARI, "m12345678901", MatchedBy.NOTE)


def test_an_english_header_stands_over_shift_jis_too() -> None:
    plain = "Watch\t\t1\tA-1\t900.00\t1\t\t\t11\tB000000001\t\t0\tDEFAULT\tActive"
    told = "時計\t\t2\tA-2\t1,900\t\t\t\t11\t\tB000000002\t0\tAMAZON_JP\tActive"
    first, second = read(f"{ENGLISH}\n{plain}\n{told}\n", "cp932")
    assert (first.title, first.price_jpy, first.channel) == ("Watch", 900, Channel.MERCHANT)
    assert (second.title, second.price_jpy, second.quantity, second.channel) == ("時計", 1_900, None, Channel.AMAZON)
    assert second.asin == "B000000002"


def test_the_short_report_has_no_titles() -> None:
    (offer,) = read("出品者SKU\tASIN\t価格\t数量\nA-1\tB000000001\t1000\t2\n", "utf-8")
    assert (offer.sku, offer.title, offer.channel, offer.quantity) == ("A-1", None, None, 2)


def test_what_half_width_katakana_would_hide_is_found_by_an_earlier_line() -> None:
    """Two such characters in Shift_JIS are one letter in UTF-8."""
    kana = "ﾃｱ\t\t1\tA-2\t1\t1\t\t\t11\t\t\t0\tDEFAULT\tActive"
    kanji = kana.replace("ﾃｱ", "時計").replace("A-2", "A-1")
    assert kana.encode("cp932").decode("utf-8")[0] == "ñ"
    _, second = read(f"{ENGLISH}\n{kanji}\n{kana}\n", "cp932")
    assert second.title == "ﾃｱ"


@pytest.mark.parametrize("header", ["", "価格\t数量", "出品者SKU\t価格", "<html>", "sku,quantity"])
def test_an_unknown_header_is_told(header: str) -> None:
    with pytest.raises(UnknownHeader) as told:
        list(read(f"{header}\nA-1\t1\t1\n", "utf-8"))
    assert str(told.value) == header.replace("\t", " ")


def test_lines_that_tell_no_offer_are_counted() -> None:
    lines = ["A-1\tB000000001\t1000\t2", "\tB000000001\t1\t1", "", "A" * 41 + "\t\t1\t1", "A-2", "A-3\tx\tfree\tmany"]
    offers = read("\n".join(["sku\tasin\tprice\tquantity", *lines]), "utf-8")
    found = list(offers)
    assert [offer.sku for offer in found] == ["A-1", "A-3"]
    assert (found[1].asin, found[1].price_jpy, found[1].quantity) == (None, None, None)
    assert offers.unreadable == 3


def test_a_title_has_no_control_characters_and_is_cut() -> None:
    (offer,) = read("sku\titem-name\tquantity\nA-1\t" + "a\x0b" + "b" * 300 + "\t1\n", "utf-8")
    assert offer.title is not None
    assert (offer.title[:3], len(offer.title)) == ("a b", 255)
