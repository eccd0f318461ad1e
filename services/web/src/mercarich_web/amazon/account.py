"""A seller's side of Amazon: the linked account, the last known state of its token, and the feeds."""

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
    """Time since which Amazon is known to refuse the token."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: many offers in one file, which Amazon processes in minutes to hours."""

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
    """Open feeds first, then the newest closed ones."""
    waiting: Sequence[ListingRow]
    """Listings whose newest quantity is not at Amazon yet, longest waiting first."""
    refused: Sequence[ListingRow]


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """Amazon's consent page, where sellers authorise our application (SP-API, "Website authorization workflow")."""

    url: str
    """Address of the country's consent page, such as https://sellercentral.amazon.co.jp/apps/authorize/consent. Empty:
    linking is not offered."""
    application_id: str
    redirect_uri: str = ""
    """Address to which Amazon sends the browser back. Empty: the first one registered for the application."""

    @property
    def is_known(self) -> bool:
        return bool(self.url and self.application_id)

    def address(self, state: str) -> str:
        query = {"application_id": self.application_id, "state": state}
        if self.redirect_uri:
            query["redirect_uri"] = self.redirect_uri
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(query)}"
