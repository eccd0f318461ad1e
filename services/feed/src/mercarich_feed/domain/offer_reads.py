"""Reads of all offers that a seller has at Amazon: their states, and when each goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_listings.matching import Channel, SourceOf

CLAIMED = timedelta(minutes=3)
"""How long nobody else goes on with a read; each batch of offers that is stored renews it."""
BATCH = 1_000
"""Offers stored in one transaction."""
STUCK = timedelta(hours=2)
"""How long a report is waited for. Amazon usually takes minutes; then the offers are searched for instead."""
MOST_TROUBLES = 20
"""Troubles in a row after which a read fails: about four hours."""
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=1)
_FIRST_REST, _LONGEST_REST = timedelta(seconds=15), timedelta(minutes=15)


class ReadState(StrEnum):
    WAITING = "waiting"
    """The report is to be requested."""
    REQUESTED = "requested"
    """Amazon makes the report, or it is being read."""
    SEARCHING = "searching"
    """There is no report: the offers are searched for."""
    DONE = "done"
    FAILED = "failed"


OPEN = (ReadState.WAITING, ReadState.REQUESTED, ReadState.SEARCHING)


class ReportState(StrEnum):
    """The processing status of a report (Reports API 2021-06-30)."""

    IN_QUEUE = "in_queue"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"
    """Amazon cancels a report by itself "if there is no data to return"."""
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class FoundOffer:
    """An offer as Amazon tells it, and the source that it names by itself."""

    sku: str
    asin: str | None
    title: str | None
    price_jpy: int | None
    quantity: int | None
    """None: Amazon tells none, as of what it sends itself."""
    channel: Channel | None
    condition: str | None
    status: str | None
    source: SourceOf | None


@dataclass(frozen=True, slots=True)
class OfferRead:
    """A claimed read. `number` and `claim` are its fence."""

    number: int
    claim: str
    state: ReadState
    report_id: str | None
    asked_at: datetime
    requested_at: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of a search in the order of creation."""

    offers: Sequence[FoundOffer]
    last_created: str | None
    """When the last offer of the page was created, as Amazon tells it; None: the page is empty."""
    next_token: str | None
    """None: it is the last page, or the last of those that Amazon gives."""
    total: int
    """How many offers the search found."""


def next_look(requested_at: datetime, now: datetime) -> timedelta:
    """Return the time until a report is asked about again, which grows with its age."""
    return min(max((now - requested_at) / 4, _SOONEST), _LATEST)


def rest(attempts: int) -> timedelta:
    """Return the time until a read goes on after so many troubles in a row."""
    doublings = min(attempts, 10)
    return min(_FIRST_REST * (1 << doublings), _LONGEST_REST)
