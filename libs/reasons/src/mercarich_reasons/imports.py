"""Problems of lines of a CSV file, and of a database that is taken over."""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class UnknownColumn(Reason):
    column: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamelessColumn(Reason):
    """A column of the header has no name; `number` is its position, from 1."""

    number: int
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeaderMissing(Reason):
    """Where the names of the columns are expected, there is a listing."""


@dataclass(frozen=True, slots=True)
class ColumnMissing(Reason):
    pass


@dataclass(frozen=True, slots=True)
class ColumnTwice(Reason):
    pass


@dataclass(frozen=True, slots=True)
class ColumnsUnknown(Reason):
    """Columns were given that the file does not have, or fields that listings do not have."""

    columns: int
    """Columns of the file."""
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldTwice(Reason):
    """Two columns of a file are to be the same field."""

    field: str


@dataclass(frozen=True, slots=True)
class FieldsMissing(Reason):
    """No column of the file has what an import needs."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmazonsReport(Reason):
    """The file is a report that Amazon makes: it names no sources."""


@dataclass(frozen=True, slots=True)
class CellCount(Reason):
    """The row has more or fewer cells than the header."""

    cells: int
    columns: int


@dataclass(frozen=True, slots=True)
class CellEmpty(Reason):
    """A required cell is empty."""


@dataclass(frozen=True, slots=True)
class CellFailed(Reason):
    """The cell has an error of the spreadsheet, such as #N/A, in place of a value."""


@dataclass(frozen=True, slots=True)
class CellTooLong(Reason):
    characters: int
    most: int


@dataclass(frozen=True, slots=True)
class ControlCharacter(Reason):
    pass


@dataclass(frozen=True, slots=True)
class LineBreakInside(Reason):
    """A cell contains a line break or a tab."""


@dataclass(frozen=True, slots=True)
class NoMarketplace(Reason):
    given: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoItemId(Reason):
    """The text is neither an id of this marketplace nor the address of an item's page."""

    marketplace: Marketplace
    given: str


@dataclass(frozen=True, slots=True)
class OtherMarketplace(Reason):
    """The address is of an item at another marketplace than the row says."""

    marketplace: Marketplace
    """Of the address."""
    named: Marketplace


@dataclass(frozen=True, slots=True)
class ShortLink(Reason):
    """The address is a short link, which names no item."""

    given: str


@dataclass(frozen=True, slots=True)
class NoAsin(Reason):
    given: str


@dataclass(frozen=True, slots=True)
class NotYesOrNo(Reason):
    given: str


@dataclass(frozen=True, slots=True)
class NumberOutOfRange(Reason):
    """The text is not a whole number within the bounds."""

    least: int
    most: int
    given: str


@dataclass(frozen=True, slots=True)
class SkuOfExample(Reason):
    """The row was filled in, and has the SKU of a template's example still."""


@dataclass(frozen=True, slots=True)
class SkuTwice(Reason):
    """An earlier line of the file has the same SKU."""

    line: int


@dataclass(frozen=True, slots=True)
class ListingExists(Reason):
    """The seller has a listing with this SKU: an import would change it."""

    sku: str


@dataclass(frozen=True, slots=True)
class SourceTwice(Reason):
    """An earlier line of the file has the same source for another SKU."""

    line: int


@dataclass(frozen=True, slots=True)
class SourceTaken(Reason):
    """Another of the seller's listings has this source."""

    sku: str


@dataclass(frozen=True, slots=True)
class BeingRegistered(Reason):
    """The offer of the listing is being created at Amazon, or taken over from there."""

    sku: str


@dataclass(frozen=True, slots=True)
class BeingDeleted(Reason):
    """The listing is being deleted, also at Amazon."""

    sku: str


@dataclass(frozen=True, slots=True)
class SourceFixed(Reason):
    """An import cannot change the source of a listed offer; `item_id` is its source."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ListedAlready(Reason):
    """An import cannot turn a listed offer into a draft."""

    sku: str


@dataclass(frozen=True, slots=True)
class RecordTooLong(Reason):
    """A line has too many bytes; most likely a quote is not closed."""

    most: int


@dataclass(frozen=True, slots=True)
class WrongBytes(Reason):
    """The line is in another encoding than the beginning of the file."""


@dataclass(frozen=True, slots=True)
class LoneCarriageReturn(Reason):
    pass


@dataclass(frozen=True, slots=True)
class QuoteOpen(Reason):
    pass


@dataclass(frozen=True, slots=True)
class TextAfterQuote(Reason):
    """There is text after a closing quote."""


@dataclass(frozen=True, slots=True)
class TooManyRows(Reason):
    most: int


@dataclass(frozen=True, slots=True)
class DatabaseNotEmpty(Reason):
    """The original can only be taken over into a database without sellers."""

    sellers: int


@dataclass(frozen=True, slots=True)
class TablesMissing(Reason):
    """These tables were not found in the original."""

    tables: tuple[str, ...]
