"""A report of a seller's offers, read line by line: GET_MERCHANT_LISTINGS_ALL_DATA and the like.

Tabs separate the cells, and nothing is quoted. The headers are in the language of the seller's account, and in Japan
the text is Shift_JIS or UTF-8 (amzn/selling-partner-api-models#2293); reports without some columns are known, too
(#4864, #2689).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mercarich_feed.domain.offer_reads import FoundOffer
from mercarich_listings.matching import Channel, found_by_itself

MOST_YEN = 100_000_000
_LONGEST = {"title": 255, "condition": 32, "status": 24}
_NAMES: Mapping[str, Sequence[str]] = {
    "sku": ("seller-sku", "sku", "出品者SKU"),
    "asin": ("asin1", "ASIN 1", "asin"),
    "product_id": ("product-id", "商品ID"),
    "title": ("item-name", "商品名"),
    "price": ("price", "価格"),
    "quantity": ("quantity", "数量"),
    "condition": ("item-condition", "コンディション"),
    "note": ("item-note", "コンディション説明"),
    "channel": ("fulfillment-channel", "fulfilment-channel", "フルフィルメント・チャンネル"),
    "status": ("status", "ステータス"),
}
"""Our names of the columns that are read, and Amazon's."""
NEEDED = ("sku", "quantity")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_ASIN = re.compile(r"[0-9A-Z]{10}")
_LONGEST_SKU = 40
"""Amazon's limit."""


class UnknownHeader(Exception):
    """The report's first line names no column for the SKU, or none for the quantity. The text is that line."""


@dataclass(slots=True)
class ReadOffers:
    """Yields the offers of a report, and counts the lines that tell none. Raises `UnknownHeader`."""

    lines: Iterable[bytes]
    charset: str | None = None
    """What the document is said to be encoded in; None: not told."""
    unreadable: int = 0

    def __iter__(self) -> Iterator[FoundOffer]:
        texts = _decoded(self.lines, self.charset)
        places = _places(next(texts, ""))
        for text in texts:
            offer = _offer(text.split("\t"), places)
            if offer is not None:
                yield offer
            elif text.strip():
                self.unreadable += 1


def _decoded(lines: Iterable[bytes], charset: str | None) -> Iterator[str]:
    """Yield the lines as text: what is no UTF-8 is Shift_JIS, from its first such line on."""
    encoding = "cp932" if charset and charset.lower().replace("-", "_") in ("shift_jis", "sjis", "cp932") else "utf-8"
    for number, line in enumerate(lines):
        raw = line.rstrip(b"\r\n")
        if encoding == "utf-8":
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                encoding = "cp932"
        if encoding == "cp932":
            text = raw.decode("cp932", "replace")
        yield text.removeprefix("\ufeff") if number == 0 else text


def _places(header: str) -> Mapping[str, int]:
    names = [_plain(name) for name in header.split("\t")]
    found: dict[str, int] = {}
    for ours, theirs in _NAMES.items():
        places = [names.index(plain) for name in theirs if (plain := _plain(name)) in names]
        if places:
            found[ours] = places[0]
    if any(name not in found for name in NEEDED):
        raise UnknownHeader(_CONTROL.sub(" ", header)[:200])
    return found


def _plain(name: str) -> str:
    """Return the name without what differs between accounts: width, case, spaces and hyphens."""
    return re.sub(r"[\s\-_・\"]", "", unicodedata.normalize("NFKC", name)).lower()


def _offer(cells: Sequence[str], places: Mapping[str, int]) -> FoundOffer | None:
    def cell(name: str) -> str:
        place = places.get(name)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def text(name: str) -> str | None:
        return " ".join(_CONTROL.sub(" ", cell(name)).split())[: _LONGEST[name]] or None

    sku = cell("sku")
    if not sku or len(sku) > _LONGEST_SKU or _CONTROL.search(sku) or len(cells) <= places["quantity"]:
        return None
    asin = next((cell(name) for name in ("asin", "product_id") if _ASIN.fullmatch(cell(name))), None)
    status = text("status")
    return FoundOffer(
        sku=sku,
        asin=asin,
        title=text("title"),
        price_jpy=_yen(cell("price")),
        quantity=_number(cell("quantity")),
        channel=channel_of(cell("channel")),
        condition=text("condition"),
        status=status and status.lower(),
        source=found_by_itself(sku, cell("note")),
    )


def channel_of(code: str) -> Channel | None:
    """Return who sends the offer: `AMAZON_JP` and the like are Amazon, `DEFAULT` is the seller."""
    if code.upper().startswith("AMAZON"):
        return Channel.AMAZON
    return Channel.MERCHANT if code.upper() == "DEFAULT" else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _yen(text: str) -> int | None:
    """Return the price; None: there is none, or it is none that a listing may have."""
    found = re.fullmatch(r"([0-9]{1,9})(?:\.0*)?", text.replace(",", ""))
    return int(found[1]) if found and 1 <= int(found[1]) <= MOST_YEN else None
