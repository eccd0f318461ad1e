"""The CSV of listings (docs/csv.md): its columns, writing and reading a row, and problems of a row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES, called, is_short_link, item_of_address
from mercarich_listings.details import Details
from mercarich_reasons.imports import (
    CellCount,
    CellEmpty,
    CellFailed,
    CellTooLong,
    ColumnMissing,
    ColumnTwice,
    ControlCharacter,
    HeaderMissing,
    LineBreakInside,
    NamelessColumn,
    NoAsin,
    NoItemId,
    NoMarketplace,
    NotYesOrNo,
    NumberOutOfRange,
    OtherMarketplace,
    ShortLink,
    SkuOfExample,
    UnknownColumn,
)
from mercarich_reasons.offers import NoSourceAddress
from mercarich_reasons.reason import Reason
from mercarich_web.listings.cell_words import is_error, is_example, is_total, plain, whole_number, yes_or_no
from mercarich_web.listings.column_names import field_of, is_listing
from mercarich_web.listings.creating import MOST_DAYS
from mercarich_web.listings.price_bounds import crossed

REQUIRED = ("sku", "source_id")
_FIRST = ("sku", "marketplace", "source_id")
OPTIONAL = ("asin", "title", "quantity", "listed", "price", "least_price", "most_price", "note", "handling_days")
SHOWN = (
    *("amazon_quantity", "withdrawn_at", "fee", "fee_by", "profit", "margin", "not_known"),
    *("paused_at", "least_profit"),
)
"""Columns that an export writes and an import ignores."""
COLUMNS = (*_FIRST, *OPTIONAL, *SHOWN)
PROBLEM = "problem"
"""The column with the problems in a file to be mended, which an import ignores, too."""
EXAMPLE_SOURCE = "https://jp.mercari.com/item/m12345678901"
"""The source of a template's example."""

MOST_ROWS = 50_000
MOST_PIECES = 999
MOST_YEN = 100_000_000
LONGEST = {"sku": 40, "title": 255, "note": 1_000}
"""Longest values in characters. 40 is Amazon's limit for SKUs."""

_FORMULA = "=+-@\t\r＝＋－＠"
"""A spreadsheet evaluates a cell that begins with one of these characters (OWASP, CSV injection); some also accept the
full-width forms."""
_NEUTRALISED = re.compile(f"'+[{re.escape(_FORMULA)}]")
_TO_NEUTRALISE = re.compile(f"'*[{re.escape(_FORMULA)}]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile(r"[\t\r\n]")


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A row to import. None keeps the value of an existing listing, and gives a new one the default; 0 handling days
    remove those that it has."""

    line: int
    sku: str
    marketplace: str
    item_id: str
    asin: str | None
    title: str | None
    quantity: int | None
    listed: bool | None
    price: int | None = None
    least_price: int | None = None
    most_price: int | None = None
    note: str | None = None
    handling_days: int | None = None

    @property
    def page_url(self) -> str:
        """Where a person looks at the source."""
        return SITES[Marketplace(self.marketplace)].page_url(self.item_id)


@dataclass(frozen=True, slots=True)
class Problem:
    line: int
    field: str | None
    """The column; None: the whole line."""
    problem: Reason


def read_header(cells: Sequence[str], line: int) -> tuple[list[str], list[Problem]]:
    """Return the file's columns in its order, and their problems."""
    if is_listing(cells, (*COLUMNS, PROBLEM)):
        return [], [Problem(line, None, HeaderMissing())]
    given = [cell.strip().lower() for cell in cells]
    names = [field_of(name, (*COLUMNS, PROBLEM)) or name for name in given]
    problems = []
    for index, name in enumerate(names):
        if name not in (*COLUMNS, PROBLEM):
            unknown = UnknownColumn(name[:40], COLUMNS) if name else NamelessColumn(index + 1, COLUMNS)
            problems.append(Problem(line, None, unknown))
        elif name in names[:index]:
            problems.append(Problem(line, name, ColumnTwice()))
    missing = [name for name in REQUIRED if name not in names]
    problems += [Problem(line, name, ColumnMissing()) for name in missing]
    return names, problems


def read_row(columns: Sequence[str], cells: Sequence[str], line: int) -> tuple[ListingRow | None, list[Problem]]:
    """Return the row, or all of its problems. Empty cells behind the last column are none."""
    if len(cells) > len(columns) and not any(cell.strip() for cell in cells[len(columns) :]):
        cells = cells[: len(columns)]
    if len(cells) != len(columns):
        return None, [Problem(line, None, CellCount(len(cells), len(columns)))]
    values = {name: restored(cell).strip() for name, cell in zip(columns, cells, strict=True)}
    failed = [name for name in (*_FIRST, *OPTIONAL) if is_error(values.get(name, ""))]
    reader = _Reader({**values, **dict.fromkeys(failed, "")}, line)
    marketplace, item_id = reader.source()
    row = ListingRow(
        line=line,
        sku=reader.sku(),
        marketplace=marketplace or "",
        item_id=item_id,
        asin=reader.asin(),
        title=reader.title(),
        quantity=reader.quantity(),
        listed=reader.listed(),
        price=reader.price(),
        least_price=reader.yen("least_price"),
        most_price=reader.yen("most_price"),
        note=reader.note(),
        handling_days=reader.handling_days(),
    )
    wrong = crossed(row.least_price, row.most_price)
    if wrong is not None:
        reader.problems.append(Problem(line, "least_price", wrong))
    problems = [Problem(line, name, CellFailed()) for name in failed]
    problems += [each for each in reader.problems if each.field not in failed]
    return (None if problems else row), problems


def read_details(values: Mapping[str, str]) -> tuple[Details, Mapping[str, Reason]]:
    """Return what the texts of `title`, `asin`, `quantity`, `price`, `note` and `handling_days` say, by the checks of
    an import, and what is wrong with them. An empty one says nothing, but for the last two: it removes them."""
    failed = {name: CellFailed() for name, text in values.items() if is_error(text)}
    reader = _Reader({name: "" if name in failed else text.strip() for name, text in values.items()}, line=0)
    note = "" if values.get("note", "x").strip() == "" else reader.note()
    days = 0 if values.get("handling_days", "x").strip() == "" else reader.handling_days()
    given = Details(reader.asin(), reader.title(), reader.quantity(), reader.price(), note=note, handling_days=days)
    return given, {str(one.field): one.problem for one in reversed(reader.problems)} | failed


def is_no_listing(columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether a record is none of the listings: without a cell of ours, totals, or a template's example."""
    if all(not cell.strip() or is_error(cell) for cell in cells):
        return True  # Formulas are copied further down than there are listings.
    mine = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name in COLUMNS and cell.strip()}
    if not mine:
        return any(map(is_total, cells))
    sku = restored(mine.get("sku", ""))
    if is_example(sku):
        return item_of_address(mine.get("source_id", "")) == item_of_address(EXAMPLE_SOURCE)
    has_source = "source_id" in mine and not is_total(mine["source_id"])
    return not has_source and (is_total(sku) or (not sku and any(map(is_total, cells))))


def neutralised(text: str) -> str:
    """Return the cell with a prefix, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if _TO_NEUTRALISE.match(text) else text


def restored(cell: str) -> str:
    """Return the text that `neutralised` was given."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def _nameless(text: str) -> Reason:
    """What is wrong with a source whose marketplace is not said."""
    return NoSourceAddress(text[:60]) if "://" in text else CellEmpty()


class _Reader:
    """Parse a row's cells one by one and collect the problems."""

    def __init__(self, values: Mapping[str, str], line: int) -> None:
        self._values = values
        self._line = line
        self.problems: list[Problem] = []

    def source(self) -> tuple[Marketplace | None, str]:
        """The source's marketplace and id; an address names both."""
        named, text = self._marketplace(), self._required("source_id")
        found = item_of_address(text)
        if found is not None:
            if named is not None and named != found[0]:
                self._wrong("marketplace", OtherMarketplace(found[0], named))
            return found
        if text and is_short_link(text):
            self._wrong("source_id", ShortLink(text[:60]))
        elif text and not self._text("marketplace"):
            self._wrong("marketplace" if "://" not in text else "source_id", _nameless(text))
        elif text and named is not None:
            return named, self._item_id(named, text)
        return named, ""

    def _marketplace(self) -> Marketplace | None:
        text = self._text("marketplace")
        if text is None:
            return None
        named = called(text)
        if named is None:
            self._wrong("marketplace", NoMarketplace(text[:40], tuple(Marketplace)))
        return named

    def sku(self) -> str:
        text = self._required("sku")
        if _BLANKS.search(text):
            self._wrong("sku", LineBreakInside())
        if is_example(text):
            self._wrong("sku", SkuOfExample())
        return text

    def _item_id(self, marketplace: Marketplace, text: str) -> str:
        found = SITES[marketplace].item_id_in(text)
        if found is None:
            self._wrong("source_id", NoItemId(marketplace, text[:60]))
        return found or ""

    def asin(self) -> str | None:
        given = self._text("asin")
        text = None if given is None else plain(given)
        if text is not None and not re.fullmatch(r"[0-9A-Z]{10}", text):
            self._wrong("asin", NoAsin(text[:40]))
        return text

    def title(self) -> str | None:
        return self._text("title")

    def note(self) -> str | None:
        return (self._text("note") or "").replace("\r\n", "\n") or None

    def quantity(self) -> int | None:
        return self._number("quantity", MOST_PIECES)

    def price(self) -> int | None:
        return self.yen("price")

    def handling_days(self) -> int | None:
        return self._number("handling_days", MOST_DAYS, least=0)

    def yen(self, field: str) -> int | None:
        return self._number(field, MOST_YEN)

    def listed(self) -> bool | None:
        text = self._text("listed")
        if text is None:
            return None
        meant = yes_or_no(text)
        if meant is None:
            self._wrong("listed", NotYesOrNo(text[:40]))
        return meant

    def _number(self, field: str, most: int, least: int = 1) -> int | None:
        text = self._text(field)
        if text is None:
            return None
        number = whole_number(text)
        if number is None or not least <= number <= most:
            self._wrong(field, NumberOutOfRange(least, most, text[:40]))
            return None
        return number

    def _required(self, field: str) -> str:
        text = self._text(field)
        if text is None:
            self._wrong(field, CellEmpty())
        return text or ""

    def _text(self, field: str) -> str | None:
        text = self._values.get(field, "")
        limit = LONGEST.get(field, 1000)
        if len(text) > limit:
            self._wrong(field, CellTooLong(len(text), limit))
            return text[:limit]
        if _CONTROL.search(text):
            self._wrong(field, ControlCharacter())
        return text or None

    def _wrong(self, field: str, problem: Reason) -> None:
        self.problems.append(Problem(self._line, field, problem))
