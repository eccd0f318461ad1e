"""Reasons why a seller's bulk search or import ended, waits, or was not started."""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class FileEmpty(Reason):
    """The file has not even a header."""


@dataclass(frozen=True, slots=True)
class FileWithoutRows(Reason):
    """The file has only a header."""


@dataclass(frozen=True, slots=True)
class RowsWrong(Reason):
    """Problems were found in the file, so no row of it was imported."""

    problems: int


@dataclass(frozen=True, slots=True)
class RowsImported(Reason):
    """All rows of the file were read and applied. `made`, `changed` and `unchanged` add up to them."""

    rows: int
    made: int | None = None
    """New listings."""
    changed: int | None = None
    unchanged: int | None = None
    left_out: int | None = None
    """Rows with problems, where the right ones were to be taken."""


@dataclass(frozen=True, slots=True)
class ImportStopped(Reason):
    person: str


@dataclass(frozen=True, slots=True)
class ImportClosed(Reason):
    """The import was closed, because it made no progress for too long."""

    minutes: int


@dataclass(frozen=True, slots=True)
class ImportNotAccepted(Reason):
    """The import was closed, because its seller has not accepted for so long what it costs."""

    days: int


@dataclass(frozen=True, slots=True)
class FileNotStored(Reason):
    """The upload was interrupted."""


@dataclass(frozen=True, slots=True)
class SearchesFailed(Reason):
    """Some of a job's searches failed."""

    failed: int
    searches: int


@dataclass(frozen=True, slots=True)
class SearchStopped(Reason):
    """A person stopped the search; the items found so far are kept."""

    person: str


@dataclass(frozen=True, slots=True)
class SearchClosed(Reason):
    """The search was closed, because it made no progress for too long."""

    minutes: int


@dataclass(frozen=True, slots=True)
class MarketplacePaused(Reason):
    """An operator paused the marketplace; the search waits."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class MarketplaceAway(Reason):
    """The marketplace or its proxy does not answer at present; the search waits. `text` is the error."""

    marketplace: Marketplace
    text: str


@dataclass(frozen=True, slots=True)
class SearchUnusable(Reason):
    """A search, or its answer, cannot be used; `text` is the proxy's message."""

    marketplace: Marketplace
    text: str


@dataclass(frozen=True, slots=True)
class AnswerUnreadable(Reason):
    """The proxy's answer has an unexpected form; most likely the proxy is of another release."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class NoFile(Reason):
    """No file was chosen."""


@dataclass(frozen=True, slots=True)
class FileEncoding(Reason):
    """The file is neither UTF-8 nor Shift_JIS."""


@dataclass(frozen=True, slots=True)
class NoSpreadsheet(Reason):
    """The file is a document, a picture or a page of a website, whatever its name says."""


@dataclass(frozen=True, slots=True)
class NumbersDocument(Reason):
    """The file is a document of Numbers, which nothing else reads."""


@dataclass(frozen=True, slots=True)
class WorkbookSheets(Reason):
    """Several of its sheets have listings, of which an import reads one."""


@dataclass(frozen=True, slots=True)
class WorkbookLocked(Reason):
    """The workbook has a password."""


@dataclass(frozen=True, slots=True)
class WorkbookTooLarge(Reason):
    """The workbook takes too much to read."""

    megabytes: int
    """The limit of its file."""


@dataclass(frozen=True, slots=True)
class WorkbookUnreadable(Reason):
    """The file begins as a workbook, and is none that can be read."""


@dataclass(frozen=True, slots=True)
class WorkbooksWait(Reason):
    """Other workbooks are being read."""


@dataclass(frozen=True, slots=True)
class FileTooLarge(Reason):
    megabytes: int
    """The limit."""


@dataclass(frozen=True, slots=True)
class FileToMendGone(Reason):
    """No row of the file was imported, as `RowsWrong`; its file went, since the seller's files took too much."""

    problems: int
    megabytes: int
    """The limit of all files of a seller."""


@dataclass(frozen=True, slots=True)
class FilesTakeTooMuch(Reason):
    """The seller's files that are being imported take as much as one seller may have."""

    megabytes: int
    """The limit."""


@dataclass(frozen=True, slots=True)
class TooManyFiles(Reason):
    """The seller has sent the maximum number of files within an hour."""

    most: int
    minutes: int
    """Until the next file is taken."""


@dataclass(frozen=True, slots=True)
class FileUnreadable(Reason):
    """A command cannot read the file on its machine; `text` is the system's message."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class TooManyJobs(Reason):
    """The seller has the maximum number of open jobs of this kind."""

    username: str
    most: int


@dataclass(frozen=True, slots=True)
class PagesOutOfRange(Reason):
    most: int
    pages: int


@dataclass(frozen=True, slots=True)
class PricesCrossed(Reason):
    lowest_jpy: int
    highest_jpy: int


@dataclass(frozen=True, slots=True)
class NoSearch(Reason):
    """No keyword and no address was given."""


@dataclass(frozen=True, slots=True)
class NotSearched(Reason):
    """Keywords were to be searched at a marketplace whose search we do not ask."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class TooManySearches(Reason):
    searches: int
    most: int


@dataclass(frozen=True, slots=True)
class SearchTooLong(Reason):
    """The typed text has too many characters."""

    given: str
    most: int


@dataclass(frozen=True, slots=True)
class NoAddress(Reason):
    given: str


@dataclass(frozen=True, slots=True)
class NoResultPage(Reason):
    """The address is not that of a result page."""

    given: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoKeyword(Reason):
    given: str


@dataclass(frozen=True, slots=True)
class KeywordTooLong(Reason):
    given: str
    characters: int
    most: int


@dataclass(frozen=True, slots=True)
class NoPrice(Reason):
    """The price in an address is not a valid price."""

    given: str
    price: str
