"""What is wrong with a line of a CSV file, and with a database that is taken over."""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class UnknownColumn(Reason):
    column: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamelessColumn(Reason):
    """Its place in the header, from 1."""

    number: int
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnMissing(Reason):
    pass


@dataclass(frozen=True, slots=True)
class ColumnTwice(Reason):
    pass


@dataclass(frozen=True, slots=True)
class CellCount(Reason):
    """The row has more or fewer cells than the header."""

    cells: int
    columns: int


@dataclass(frozen=True, slots=True)
class CellEmpty(Reason):
    """A cell that needs a value."""


@dataclass(frozen=True, slots=True)
class CellTooLong(Reason):
    characters: int
    most: int


@dataclass(frozen=True, slots=True)
class ControlCharacter(Reason):
    pass


@dataclass(frozen=True, slots=True)
class LineBreakInside(Reason):
    """Or a tab."""


@dataclass(frozen=True, slots=True)
class NoMarketplace(Reason):
    given: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoItemId(Reason):
    """Neither an id of this marketplace nor the address of an item's page."""

    marketplace: Marketplace
    given: str


@dataclass(frozen=True, slots=True)
class NoAsin(Reason):
    given: str


@dataclass(frozen=True, slots=True)
class NotYesOrNo(Reason):
    given: str


@dataclass(frozen=True, slots=True)
class NumberOutOfRange(Reason):
    """No whole number of these bounds."""

    least: int
    most: int
    given: str


@dataclass(frozen=True, slots=True)
class SkuTwice(Reason):
    """An earlier line of the file has it."""

    line: int


@dataclass(frozen=True, slots=True)
class SourceTwice(Reason):
    """An earlier line of the file has it for another SKU."""

    line: int


@dataclass(frozen=True, slots=True)
class SourceTaken(Reason):
    """Another listing of the seller has it."""

    sku: str


@dataclass(frozen=True, slots=True)
class BeingDeleted(Reason):
    """The listing is being deleted, at Amazon too."""

    sku: str


@dataclass(frozen=True, slots=True)
class SourceFixed(Reason):
    """A listed offer keeps its source; `item_id` is the one it has."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ListedAlready(Reason):
    """A listed offer does not become a draft by an import."""

    sku: str


@dataclass(frozen=True, slots=True)
class RecordTooLong(Reason):
    """A line is longer than so many bytes: most likely a quote is not closed."""

    most: int


@dataclass(frozen=True, slots=True)
class WrongBytes(Reason):
    """They are not of the encoding that the file begins with."""


@dataclass(frozen=True, slots=True)
class LoneCarriageReturn(Reason):
    pass


@dataclass(frozen=True, slots=True)
class QuoteOpen(Reason):
    pass


@dataclass(frozen=True, slots=True)
class TextAfterQuote(Reason):
    """Something stands behind a closing quote."""


@dataclass(frozen=True, slots=True)
class TooManyRows(Reason):
    most: int


@dataclass(frozen=True, slots=True)
class DatabaseNotEmpty(Reason):
    """The original is taken over into a database without sellers only."""

    sellers: int


@dataclass(frozen=True, slots=True)
class TablesMissing(Reason):
    """No table of the original looks like these."""

    tables: tuple[str, ...]
