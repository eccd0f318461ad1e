"""The feed lane: at most one open feed per seller, stored before it is submitted and followed until it ends."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.answers import AmazonTrouble, ContentRefused, Missing, Transient, Unsent
from mercarich_feed.domain.feeds import FEED_MESSAGES, FeedEnd, FeedState, OpenFeed, feed_document, read_report
from mercarich_feed.domain.pushes import Account, Outcome
from mercarich_feed.ports import Amazon, Meter, Numbers, Submissions
from mercarich_platform.clock import Clock
from mercarich_reasons.push import (
    FeedEndedAs,
    FeedForgotten,
    FeedNeverArrived,
    FeedNotFollowed,
    FeedNotSent,
    FeedStuck,
    FeedWithoutReport,
)

log = logging.getLogger(__name__)

_EARLY_LOOK = timedelta(seconds=5)
_UNTIL_ENDED_SECONDS = 2.0
_CLOCKS_APART = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SubmitFeed:
    """Submit what waits as one feed, unless one is open. The row is written first, so that a crash leaves a trace."""

    submissions: Submissions
    amazon: Amazon
    numbers: Numbers
    now: Clock

    def withdrawals(self, account: Account) -> None:
        """Do nothing while the seller's feeds fail: PATCH is slower, but it works."""
        if self.submissions.trusted(account.user_id):
            self._submit(account, withdrawals=True)

    def restores(self, account: Account, marketplace: Marketplace | None, limit: int | None) -> float | None:
        """Return the seconds until the next try when a feed is open, else None."""
        if self.submissions.is_open(account.user_id):
            return _UNTIL_ENDED_SECONDS
        self._submit(account, withdrawals=False, marketplace=marketplace, limit=limit)
        return None

    def _submit(
        self, account: Account, *, withdrawals: bool, marketplace: Marketplace | None = None, limit: int | None = None
    ) -> None:
        limit = min(limit or FEED_MESSAGES, FEED_MESSAGES)
        begun = self.submissions.begin(account.user_id, withdrawals=withdrawals, marketplace=marketplace, limit=limit)
        if begun is None:
            return
        submission_id, offers = begun
        document_id = None
        try:
            document_id = self.amazon.upload(account, feed_document(account.seller_id, offers))
            feed_id = self.amazon.create_feed(account, document_id)
        except AmazonTrouble as trouble:
            # With the document uploaded, createFeed may have succeeded although its response was lost: keep the row, so
            # that the feed is looked for later.
            if document_id is None or not isinstance(trouble, Transient):
                self.submissions.abandon(submission_id, FeedNotSent(trouble.said.text, trouble.said.issue))
            raise
        next_look = self.now() + min(_EARLY_LOOK, timedelta(seconds=self.numbers.feed_poll_seconds()))
        self.submissions.created(submission_id, document_id, feed_id, next_look)
        log.info("feed created", extra={"user_id": account.user_id, "feed_id": feed_id, "items": len(offers)})


@dataclass(frozen=True, slots=True)
class FollowFeeds:
    """Poll those of a seller's open feeds that are due, and apply the ones that ended."""

    submissions: Submissions
    amazon: Amazon
    numbers: Numbers
    meter: Meter
    now: Clock

    def __call__(self, account: Account) -> None:
        """Poll all due feeds, even when some fail; then raise the first `AmazonTrouble`."""
        troubles: list[AmazonTrouble] = []
        for feed in self.submissions.due(account.user_id):
            try:
                if feed.feed_id is None:
                    self._recover(account, feed)
                else:
                    self._look(account, feed, feed.feed_id)
            except Unsent:
                raise
            except AmazonTrouble as trouble:
                self._bypass_if_stuck(feed, trouble)
                troubles.append(trouble)
        if troubles:
            raise troubles[0]

    def _bypass_if_stuck(self, feed: OpenFeed, trouble: AmazonTrouble) -> None:
        """Stop waiting for an old feed whose state cannot be read: its zeros and later restores must not be held up."""
        if not self._is_old(feed):
            return
        if not feed.bypassed:
            log.warning("a feed's state cannot be read", extra={"submission": feed.id, "reason": str(trouble)})
        next_look = self.now() + timedelta(seconds=self.numbers.feed_poll_seconds())
        self.submissions.bypass(feed.id, FeedNotFollowed(trouble.said.text, trouble.said.issue), next_look)

    def _is_old(self, feed: OpenFeed) -> bool:
        return self.now() - feed.created_at > timedelta(seconds=self.numbers.feed_stuck_seconds())

    def _recover(self, account: Account, feed: OpenFeed) -> None:
        """Look in Amazon's list for a feed whose createFeed died with the process, or whose response was lost."""
        known = self.submissions.known_feeds(account.user_id)
        found = self.amazon.feeds_since(account, feed.created_at - _CLOCKS_APART)
        lost = [feed_id for feed_id in found if feed_id not in known]
        if lost:
            self.submissions.created(feed.id, None, lost[0], self.now())
        else:
            self.submissions.abandon(feed.id, FeedNeverArrived())

    def _look(self, account: Account, feed: OpenFeed, feed_id: str) -> None:
        next_look = self.now() + timedelta(seconds=self.numbers.feed_poll_seconds())
        try:
            state, report_id = self.amazon.feed(account, feed_id)
        except Missing:
            self._end(feed, FeedEnd(FeedState.FATAL, {}, FeedForgotten()))
            return
        if state is FeedState.DONE:
            self._end(feed, self._read(account, feed, report_id))
        elif state.ended:
            self._end(feed, FeedEnd(state, {}, FeedEndedAs(state)))
        elif not feed.bypassed and self._is_old(feed):
            self._give_up(account, feed, feed_id, state)
            self.submissions.bypass(feed.id, FeedStuck(state), next_look)
        else:
            self.submissions.looked(feed.id, state, next_look)

    def _give_up(self, account: Account, feed: OpenFeed, feed_id: str, state: FeedState) -> None:
        log.warning("a feed is stuck", extra={"user_id": account.user_id, "feed_id": feed_id, "state": state})
        if state is not FeedState.IN_QUEUE:
            return
        try:
            self.amazon.cancel_feed(account, feed_id)
        except (ContentRefused, Missing, Transient) as trouble:
            log.info("a stuck feed could not be cancelled", extra={"feed_id": feed_id, "reason": str(trouble)})

    def _read(self, account: Account, feed: OpenFeed, report_id: str | None) -> FeedEnd:
        if report_id is None:
            return FeedEnd(FeedState.DONE, {}, FeedWithoutReport())
        return read_report(self.amazon.report(account, report_id), self.submissions.skus(feed.id))

    def _end(self, feed: OpenFeed, end: FeedEnd) -> None:
        accepted, rejected = self.submissions.end(feed.id, end)
        self.meter.pushed("feed", Outcome.ACCEPTED, accepted)
        self.meter.pushed("feed", Outcome.REJECTED, rejected)
        extra = {
            "submission": feed.id,
            "state": end.state,
            "accepted": accepted,
            "rejected": rejected,
            "note": None if end.note is None else str(end.note),
        }
        log.info("feed ended", extra=extra)
