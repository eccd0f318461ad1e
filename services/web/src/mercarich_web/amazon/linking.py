"""A seller's page about Amazon, and the way to the consent page. Feed takes over from there; web never sees a token."""

import secrets
from dataclasses import dataclass

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.linking import VALID_FOR, hashed
from mercarich_platform.clock import Clock
from mercarich_reasons.accounts import NoConsentPage
from mercarich_web.amazon.account import AtAmazon, ConsentPage
from mercarich_web.amazon.sql import SqlAmazonBook
from mercarich_web.identity.people import Session
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.listings.browsing import Count
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.listings.views import Order, View, Wish
from mercarich_web.refusals import Refused

FEEDS, ROWS = 8, 10
"""Number of feeds and of waiting listings that the page shows."""


@dataclass(frozen=True, slots=True)
class ShowAmazon:
    book: SqlAmazonBook
    listings: SqlListingBook
    count: Count

    def __call__(self, user_id: int) -> AtAmazon:
        pending, problem = Wish(View.PENDING, order=Order.OLDEST), Wish(View.PROBLEM)
        return AtAmazon(
            account=self.book.account(user_id),
            figures=self.count(user_id),
            feeds=self.book.feeds(user_id, FEEDS),
            waiting=self.listings.page(user_id, pending, None).rows[:ROWS],
            refused=self.listings.page(user_id, problem, None).rows[:ROWS],
        )


@dataclass(frozen=True, slots=True)
class LinkAmazon:
    """Start the linking of an account. The state parameter is valid once, for a few minutes, and only for the session
    that requested it."""

    book: SqlAmazonBook
    page: ConsentPage
    audit: SqlAudit
    now: Clock

    def begin(self, session: Session, by: Actor) -> str:
        """Return the address of the consent page. Raises `Refused` when none is configured."""
        if not self.page.is_known:
            raise Refused(NoConsentPage())
        state, now, user_id = secrets.token_urlsafe(32), self.now(), session.account.user_id
        self.book.sent(user_id, hashed(state), session.token_hash, now, now + VALID_FOR)
        self.audit.write(AuditAction.AMAZON_LINK_BEGUN, by, session.account.username, None, now)
        return self.page.address(state)
