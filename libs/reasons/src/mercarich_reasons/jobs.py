"""How a seller's bulk search or import ended or why it waits, and why one was not started."""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class FileEmpty(Reason):
    """Not even a header."""


@dataclass(frozen=True, slots=True)
class FileWithoutRows(Reason):
    """A header, and nothing below it."""


@dataclass(frozen=True, slots=True)
class RowsWrong(Reason):
    """So many problems were found in the file, so that no row of it was imported."""

    problems: int


@dataclass(frozen=True, slots=True)
class RowsImported(Reason):
    rows: int


@dataclass(frozen=True, slots=True)
class ImportStopped(Reason):
    person: str


@dataclass(frozen=True, slots=True)
class ImportClosed(Reason):
    """The import made no progress for so long."""

    minutes: int


@dataclass(frozen=True, slots=True)
class FileNotStored(Reason):
    """The upload broke off."""


@dataclass(frozen=True, slots=True)
class SearchesFailed(Reason):
    """Of a job's searches, so many could not be read."""

    failed: int
    searches: int


@dataclass(frozen=True, slots=True)
class SearchStopped(Reason):
    """What it had found stays."""

    person: str


@dataclass(frozen=True, slots=True)
class SearchClosed(Reason):
    """The search made no progress for so long."""

    minutes: int


@dataclass(frozen=True, slots=True)
class MarketplacePaused(Reason):
    """An operator paused it; the search waits."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class MarketplaceAway(Reason):
    """It, or its proxy, does not answer at present; the search waits. `text` is what happened instead."""

    marketplace: Marketplace
    text: str


@dataclass(frozen=True, slots=True)
class SearchUnusable(Reason):
    """One search's answer, or the search itself, cannot be used; `text` is what the proxy says."""

    marketplace: Marketplace
    text: str


@dataclass(frozen=True, slots=True)
class AnswerUnreadable(Reason):
    """The marketplace's proxy gave an answer in another form: most likely it is of another release."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class NoFile(Reason):
    """None was chosen."""


@dataclass(frozen=True, slots=True)
class FileEncoding(Reason):
    """Neither UTF-8 nor Shift_JIS."""


@dataclass(frozen=True, slots=True)
class FileTooLarge(Reason):
    megabytes: int
    """The most."""


@dataclass(frozen=True, slots=True)
class FileUnreadable(Reason):
    """On the machine of a command; `text` is the system's."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class TooManyJobs(Reason):
    """Of one kind, open at the same time."""

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
    """Neither a keyword nor an address was given."""


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
    """Of characters as they were typed."""

    given: str
    most: int


@dataclass(frozen=True, slots=True)
class NoAddress(Reason):
    given: str


@dataclass(frozen=True, slots=True)
class NoResultPage(Reason):
    """An address, of another page."""

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
    """The price in an address is none."""

    given: str
    price: str
