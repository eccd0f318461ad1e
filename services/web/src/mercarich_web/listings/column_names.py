"""Which column of a file is which: by the names that people give columns, and by what their cells contain."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mercarich_contracts.sites import SITES, called, item_of_address

HEADER_WITHIN = 20
"""Records at the beginning of a file among which its header is looked for; titles and notes may stand before it."""
LEFT_OUT = ""
"""Of a column that is none of ours."""

NAMES: Mapping[str, tuple[str, ...]] = {
    field: tuple(" ".join(names).split())
    for field, names in {
        "sku": [
            "sku 出品者sku sellersku itemsku skuコード 商品管理番号 管理番号 自社sku",
            "自社商品コード 商品コード 品番",
        ],
        "marketplace": [
            "marketplace market マーケット マーケットプレイス フリマ サイト サイト名 モール",
            "仕入サイト 仕入れサイト 仕入先サイト 仕入れ先サイト 仕入元モール 仕入れ元モール",
        ],
        "source_id": [
            "sourceid url sourceurl itemurl itemid リンク 商品url 商品ページ 商品ページurl 商品リンク",
            "仕入url 仕入れurl 仕入先url 仕入れ先url 仕入元url 仕入れ元url 仕入れ元のurl 仕入れ先のurl",
            "仕入元id 仕入れ元id 仕入れ先id 仕入先id オークションid オークションurl ヤフオクurl",
            "メルカリurl",
        ],
        "asin": ["asin asin1 asinコード"],
        "title": ["title itemname name 商品名 品名 タイトル 商品タイトル 名称"],
        "quantity": ["quantity qty 数量 在庫数 在庫 出品数 個数"],
        "listed": [
            "listed 出品中 出品 出品状況 出品状態 出品ステータス ステータス status",
            "listedatamazon amazonに出品中",
        ],
        "price": [
            "price 価格 販売価格 出品価格 売価 売値 amazon価格 amazon販売価格",
            "価格円 販売価格円 出品価格円 sellingprice",
        ],
        "least_price": [
            "leastprice lowestprice minprice minimumprice 最低価格 下限価格 最低販売価格 価格下限 価格の下限"
        ],
        "note": ["note yournote 自分用メモ"],
        "handling_days": [
            "handlingdays handlingtime leadtime leadtimetoship",
            "出荷までの日数 発送までの日数 出荷日数 発送日数 出荷作業日数 リードタイム",
        ],
        "most_price": [
            "mostprice highestprice maxprice maximumprice 最高価格 上限価格 最高販売価格 価格上限 価格の上限"
        ],
    }.items()
}
"""What people call each column, as `_plain` has it. Names of what something cost are no `price`."""
_EITHER = frozenset({"source", "仕入れ元", "仕入元", "仕入れ先", "仕入先", "supplier"})
"""Names of a column that has addresses in some files and marketplaces in others; its cells decide."""
_PRODUCT = frozenset({"商品id", "productid"})
"""Names of a column that has ASINs in Amazon's files and items' ids in others."""
_GENERAL = frozenset({"url", "リンク", "商品url", "商品ページ", "商品ページurl", "商品リンク", "itemurl"})
"""Names of any page of an item: where another column is called a source by its very name, that one is."""
_ASIN, _ISBN = re.compile("B0[0-9A-Z]{8}"), re.compile("[0-9]{9}[0-9X]")
_AMAZONS = frozenset({"listingid", "出品id"})
"""A column that only Amazon's own reports have."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where a file's header is, and which of its columns is which."""

    place: int
    """Its index among the first records."""
    names: tuple[str, ...]
    """As the file has them."""
    columns: tuple[str, ...]
    """Of each column its field, or `LEFT_OUT`."""

    @property
    def is_amazons(self) -> bool:
        """It is the header of a report that Amazon makes."""
        return not _AMAZONS.isdisjoint(map(_plain, self.names))

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.columns) - {LEFT_OUT}


def field_of(name: str, own: Sequence[str] = ()) -> str | None:
    """Return the field that a column of this name has; `own`: fields that are known by their very name alone."""
    exact = name.strip().lower()
    return exact if exact in own else _BY_NAME.get(_plain(name))


def find_header(records: Sequence[Sequence[str]], own: Sequence[str]) -> Header | None:
    """Return the header: of the first records the one with the most known names, else the first with two cells.

    None: each of them is blank, or names an item as a listing does; or a listing stands above the header.
    """
    head = list(enumerate(records[:HEADER_WITHIN]))
    listed = next((place for place, cells in head if is_listing(cells, own)), len(head))
    counted = [(place, _known(cells, own), cells) for place, cells in head if not is_listing(cells, own)]
    most = max((count for _, count, _ in counted), default=0)
    # One known name below a listing is a value of another one: 出品中 is both.
    wanted = [place for place, count, _ in counted if count == most > (0 if place < listed else 1)]
    before = [(place, _filled(cells)) for place, _, cells in counted if place < listed and "://" not in "".join(cells)]
    wanted += [place for place, filled in before if filled > 1] + [place for place, filled in before if filled]
    # A note above the header may have an address; what has more cells is a listing, and would be lost.
    if not wanted or any(_filled(cells) > 1 and any(map(_names_item, cells)) for _, cells in head[: wanted[0]]):
        return None
    names = tuple(records[wanted[0]])
    return Header(wanted[0], names, _columns(names, records[wanted[0] + 1 :], own))


def _filled(cells: Sequence[str]) -> int:
    return sum(map(bool, map(str.strip, cells)))


def _names_item(cell: str) -> bool:
    """Return whether a cell has an address or an id; digits alone may be a date."""
    return item_of_address(cell) is not None or (_is_id(cell) and not cell.strip().isdigit())


def is_listing(cells: Sequence[str], own: Sequence[str]) -> bool:
    """Return whether a record is a listing and no header: it has the address of an item; or an id, and not two names of
    columns. A date may look like an id."""
    if any(item_of_address(cell) is not None for cell in cells):
        return True
    return any(map(_is_id, cells)) and _known(cells, own) < 2


def _is_id(cell: str) -> bool:
    """An id of letters alone may be a word."""
    return any(map(str.isdigit, cell)) and any(site.item_id_in(cell) is not None for site in SITES.values())


def _known(cells: Sequence[str], own: Sequence[str]) -> int:
    found = ("source_id" if _plain(name) in _EITHER | _PRODUCT else field_of(name, own) for name in cells)
    return len({*found} - {None})


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]], own: Sequence[str]) -> tuple[str, ...]:
    """Return the field of each column; each field is given once, to the first column that has it."""
    cells = [[row[place] for row in rows if place < len(row) and row[place].strip()] for place in range(len(names))]
    found = [field_of(name, own) or LEFT_OUT for name in names]
    for place, name in enumerate(names):
        if _plain(name) in _EITHER:
            are_named = bool(cells[place]) and all(called(cell) is not None for cell in cells[place])
            found[place] = "marketplace" if are_named else "source_id"
        if _plain(name) in _PRODUCT:
            found[place] = "asin" if _are_asins(cells[place]) else "source_id"
    source = _source(names, found, cells)
    found = [LEFT_OUT if field == "source_id" and place != source else field for place, field in enumerate(found)]
    if source is not None:
        found[source] = "source_id"
    return tuple(LEFT_OUT if field in found[:place] else field for place, field in enumerate(found))


def _source(names: Sequence[str], found: Sequence[str], cells: Sequence[Sequence[str]]) -> int | None:
    """Return the column of the sources: of those that are called so one with addresses, however many of its cells are
    blank, and of these the one whose name says most; else one of which half of the cells are addresses."""
    addresses = [sum(item_of_address(cell) is not None for cell in column) for column in cells]
    called_so = [place for place, field in enumerate(found) if field == "source_id"]
    if called_so:
        return max(
            called_so,
            key=lambda place: (
                0 < len(cells[place]) <= 2 * addresses[place],
                _plain(names[place]) not in _PRODUCT,
                _plain(names[place]) not in _GENERAL,
                addresses[place],
            ),
        )
    free = [
        place for place, field in enumerate(found) if field == LEFT_OUT and 2 * addresses[place] >= len(cells[place])
    ]
    return max((place for place in free if cells[place]), key=lambda place: addresses[place], default=None)


def _are_asins(cells: Sequence[str]) -> bool:
    """Return whether a column has ASINs. That of a book is its ISBN, which alone could be an auction's id."""
    given = [cell.strip() for cell in cells]
    return any(map(_ASIN.fullmatch, given)) or (bool(given) and all(map(_is_isbn, given)))


def _is_isbn(text: str) -> bool:
    """Return whether a text is an ISBN of ten digits: its last one, of which X is 10, makes the weighted sum right."""
    if _ISBN.fullmatch(text) is None:
        return False
    digits = [10 if mark == "X" else int(mark) for mark in text]
    return sum(weight * digit for weight, digit in zip(range(10, 0, -1), digits, strict=True)) % 11 == 0


def _plain(name: str) -> str:
    """Return a name without case, width, spaces and marks."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).lower())


_BY_NAME: Mapping[str, str] = {_plain(name): field for field, names in NAMES.items() for name in names}
