"""Why a seller's offers at Amazon could not be read, matched or taken over.

`text` and `issue` are Amazon's own message and code, as in `push`.
"""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class OffersForbidden(Reason):
    """Amazon does not show the seller's offers: the application or the authorisation lacks the role."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class ReportHeaderUnknown(Reason):
    """The report of the offers has no column that is known as the SKU, or none as the quantity."""

    header: str


@dataclass(frozen=True, slots=True)
class OffersNotSeparable(Reason):
    """There is no report, and more offers were created at one time than a search gives."""

    created_at: str


@dataclass(frozen=True, slots=True)
class OffersBeingRead(Reason):
    """A read that was asked for has not ended."""


@dataclass(frozen=True, slots=True)
class OffersReadOften(Reason):
    """The seller has asked for as many reads as a day allows."""

    most: int
    hours: int


@dataclass(frozen=True, slots=True)
class NoSourceAddress(Reason):
    """What was given is neither the address of an item's page nor an item's id of one marketplace."""

    given: str


@dataclass(frozen=True, slots=True)
class NoSuchOffer(Reason):
    """Amazon's last report has no offer with this SKU."""

    sku: str


@dataclass(frozen=True, slots=True)
class OfferWatched(Reason):
    """The offer is a listing already, whose source only checks and replacements change."""

    sku: str


@dataclass(frozen=True, slots=True)
class NothingToTakeOver(Reason):
    """No offer has a source of its own."""


@dataclass(frozen=True, slots=True)
class MatchingColumns(Reason):
    """The first line of a file with sources does not name the columns `sku` and `source`."""

    found: str


@dataclass(frozen=True, slots=True)
class MatchingCells(Reason):
    """A line has fewer cells than its header, or no SKU."""
