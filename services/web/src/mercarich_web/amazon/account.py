"""A seller's side of Amazon: the linked account with what is thought of its token, and the feeds sent there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from mercarich_reasons.reason import Reason
from mercarich_web.listings.views import Figures, ListingRow


@dataclass(frozen=True, slots=True)
class Linked:
    """The account; its `verdict` is valid, invalid or unknown."""

    seller_id: str
    verdict: str
    reason: str | None
    checked_at: datetime | None
    refused_since: datetime | None
    """Since when it has been known that Amazon refuses the token."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Many offers in one file, which Amazon works off in minutes to hours."""

    id: int
    state: str
    created_at: datetime
    ended_at: datetime | None
    items: int
    accepted: int
    rejected: int
    problem: Reason | None


@dataclass(frozen=True, slots=True)
class AtAmazon:
    account: Linked | None
    figures: Figures
    feeds: Sequence[Feed]
    """Open ones first, then the last ones."""
    waiting: Sequence[ListingRow]
    """Whose newest quantity is not there yet, those that wait longest first."""
    refused: Sequence[ListingRow]


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """Amazon's, where sellers let our application act for them (SP-API, "Website authorization workflow")."""

    url: str
    """Seller Central's of the country, as https://sellercentral.amazon.co.jp/apps/authorize/consent; empty: none."""
    application_id: str
    redirect_uri: str = ""
    """Where Amazon sends the browser back; empty: the first that is registered there."""

    @property
    def is_known(self) -> bool:
        return bool(self.url and self.application_id)

    def address(self, state: str) -> str:
        query = {"application_id": self.application_id, "state": state}
        if self.redirect_uri:
            query["redirect_uri"] = self.redirect_uri
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(query)}"
