"""The interfaces that a read of a seller's offers needs from outside."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Protocol

from mercarich_feed.domain.offer_reads import FoundOffer, OfferRead, ReportState, SearchPage
from mercarich_feed.domain.offer_report import ReadOffers
from mercarich_feed.domain.pushes import Account
from mercarich_reasons.reason import Reason


class Overtaken(Exception):
    """The read is no longer ours: another process goes on with it, or a newer one was asked for."""


class OfferReports(Protocol):
    """Reports of offers at Amazon, and the search of them. Every method raises `AmazonTrouble`."""

    def request(self, account: Account) -> str:
        """Have a report of all offers made, and return its id. One that nobody follows does no harm."""

    def state(self, account: Account, report_id: str) -> tuple[ReportState, str | None]:
        """Return the report's state, and its document's id once it is done."""

    def opened(self, account: Account, document_id: str) -> AbstractContextManager[ReadOffers]:
        """Download a document; its offers are read as they are asked for."""

    def search(self, account: Account, created_after: str | None, token: str | None) -> SearchPage:
        """Return a page of the offers that were created since then, the oldest first; `token` is of the page before."""


class OfferReads(Protocol):
    """The reads, a row for each seller. A method with an `OfferRead` raises `Overtaken`."""

    def claim(self, account: Account) -> OfferRead | None:
        """Claim the seller's read for `CLAIMED`; None: nothing is to be done yet, or another process does it."""

    def requested(self, account: Account, read: OfferRead, report_id: str) -> None: ...

    def searching(self, account: Account, read: OfferRead) -> OfferRead:
        """Record that the offers are searched for instead, and keep the claim."""

    def release(self, account: Account, read: OfferRead, after: timedelta) -> None:
        """Have the read go on after that time."""

    def store(self, account: Account, read: OfferRead, offers: Sequence[FoundOffer]) -> None:
        """Store the offers, each once, and renew the claim. What a person matched stays matched."""

    def done(self, account: Account, read: OfferRead, unreadable: int) -> timedelta:
        """End the read, and forget the offers that it has not seen. Return the time since it was asked for."""

    def put_off(self, account: Account, read: OfferRead, problem: Reason, after: timedelta) -> None: ...

    def request_anew(self, account: Account, read: OfferRead) -> None:
        """Forget the report, which Amazon does not know any more."""

    def failed(self, account: Account, read: OfferRead, problem: Reason) -> None:
        """End the read; what earlier ones have found stays."""


class OfferMeter(Protocol):
    def offers_read(self, took: timedelta) -> None: ...

    def offers_not_read(self) -> None: ...
