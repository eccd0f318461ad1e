"""All offers that a seller has at Amazon are read once the account is linked, and when the seller asks for it.

The row is the task: whatever ends a process, another one goes on. Nothing here changes an offer or a listing.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from mercarich_feed.domain.answers import AmazonTrouble, Forbidden, Missing, RateLimited, Unsent
from mercarich_feed.domain.offer_reads import (
    BATCH,
    MOST_TROUBLES,
    STUCK,
    FoundOffer,
    OfferRead,
    ReadState,
    ReportState,
    next_look,
    rest,
)
from mercarich_feed.domain.offer_report import UnknownHeader
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports_offers import OfferMeter, OfferReads, OfferReports, Overtaken
from mercarich_platform.clock import Clock
from mercarich_reasons.offers import OffersForbidden, OffersNotSeparable, ReportHeaderUnknown
from mercarich_reasons.reason import Reason

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadAllOffers:
    """Go on with the seller's read by one step: request the report, ask about it, or store what it tells."""

    reads: OfferReads
    reports: OfferReports
    meter: OfferMeter
    now: Clock

    def __call__(self, account: Account) -> float | None:
        """Return the seconds until the next turn, or None where there is none. Raises `AmazonTrouble`."""
        read = self.reads.claim(account)
        if read is None:
            return None
        try:
            return self._step(account, read)
        except Overtaken:
            log.info("a read of offers was overtaken", extra={"user_id": account.user_id})
            return None
        except UnknownHeader as error:
            self._fail(account, read, ReportHeaderUnknown(str(error)))
            return None
        except Forbidden as trouble:
            self._fail(account, read, OffersForbidden(trouble.said.text, trouble.said.issue))
            return None
        except Unsent:
            raise
        except AmazonTrouble as trouble:
            self._troubled(account, read, trouble)
            raise

    def _step(self, account: Account, read: OfferRead) -> float | None:
        if read.state is ReadState.WAITING:
            self.reads.requested(account, read, self.reports.request(account))
            return next_look(self.now(), self.now()).total_seconds()
        if read.state is ReadState.SEARCHING or read.report_id is None:
            return self._search(account, read)
        return self._follow(account, read, read.report_id)

    def _follow(self, account: Account, read: OfferRead, report_id: str) -> float | None:
        try:
            state, document_id = self.reports.state(account, report_id)
            if state is ReportState.DONE and document_id is not None:
                with self.reports.opened(account, document_id) as offers:
                    self._store(account, read, offers)
                    self._done(account, read, offers.unreadable)
                    return None
        except Missing:
            self.reads.request_anew(account, read)
            return rest(read.attempts).total_seconds()
        requested_at = read.requested_at or read.asked_at
        if state in (ReportState.IN_QUEUE, ReportState.IN_PROGRESS) and self.now() - requested_at < STUCK:
            wait = next_look(requested_at, self.now())
            self.reads.release(account, read, wait)
            return wait.total_seconds()
        told = {"user_id": account.user_id, "report": report_id, "state": state}
        log.warning("there is no report of a seller's offers: they are searched for", extra=told)
        return self._search(account, self.reads.searching(account, read))

    def _search(self, account: Account, read: OfferRead) -> float | None:
        """Read all offers by windows of creation: a search gives 1,000 of what it finds (listingsItems_2021-08-01)."""
        since: str | None = None
        while True:
            last, left = None, 0
            token: str | None = None
            while True:
                page = self.reports.search(account, since, token)
                left = page.total if token is None else left
                left -= len(page.offers)
                self._store(account, read, page.offers)
                last, token = page.last_created or last, page.next_token
                if token is None:
                    break
            if left <= 0:
                self._done(account, read, 0)
                return None
            if last is None or last == since:
                self._fail(account, read, OffersNotSeparable(since or ""))
                return None
            since = last

    def _store(self, account: Account, read: OfferRead, offers: Iterable[FoundOffer]) -> None:
        for batch in _batches(iter(offers)):
            self.reads.store(account, read, batch)

    def _done(self, account: Account, read: OfferRead, unreadable: int) -> None:
        self.meter.offers_read(self.reads.done(account, read, unreadable))

    def _fail(self, account: Account, read: OfferRead, problem: Reason) -> None:
        self.reads.failed(account, read, problem)
        self.meter.offers_not_read()
        log.warning("a seller's offers cannot be read", extra={"user_id": account.user_id, "reason": str(problem)})

    def _troubled(self, account: Account, read: OfferRead, trouble: AmazonTrouble) -> None:
        try:
            if read.attempts + 1 >= MOST_TROUBLES and not isinstance(trouble, RateLimited):
                self.reads.failed(account, read, trouble.reason)
                self.meter.offers_not_read()
            else:
                self.reads.put_off(account, read, trouble.reason, rest(read.attempts))
        except Overtaken:
            log.info("a read of offers was overtaken", extra={"user_id": account.user_id})


def _batches(offers: Iterator[FoundOffer]) -> Iterator[list[FoundOffer]]:
    while batch := list(islice(offers, BATCH)):
        yield batch
