"""Notices: one for each cause, open as long as the cause persists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from mercarich_listings.differences import Difference
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Verdict
from mercarich_web.cancellations import late
from mercarich_web.cancellations.rate import LIMIT, RateWarning
from mercarich_web.sentences import Said

STUCK_AFTER = timedelta(hours=1)
CAME_BACK = "came_back"
"""The cause of a notice on offers that were deleted here, and that Amazon shows."""
DIFFERS_AFTER = timedelta(hours=1)
"""Age from which a difference that feed mends by itself is told."""
OUTAGE_AFTER = timedelta(seconds=30)
"""A trouble that ends sooner is told by the pages alone."""
FAILED_FOR = timedelta(days=7)
"""Time for which a failed job remains a cause."""
PRICE_STOPPED_FOR = timedelta(days=7)
"""Time for which a price that stopped following remains a cause; the view of listings has it until it is resumed."""


class Kind(StrEnum):
    ORDER_UNSOURCED = "order_unsourced"
    """An open order whose source was seen gone after feed had read the order. The cause is Amazon's order id."""
    CANCELLATIONS = "cancellations"
    """The share of a week's orders that the seller cancelled, or is to cancel, nears Amazon's limit or has reached it.
    The cause is a `RateWarning`."""
    LATE_SHIPMENTS = "late_shipments"
    """The share of the orders of ten or thirty days that were shipped late, or still are to be, nears Amazon's limit or
    has reached it. The cause is a `RateWarning`."""
    TOKEN = "token"
    """Amazon refuses the seller's token."""
    STUCK = "stuck"
    """Withdrawals that have not reached Amazon for an hour."""
    HELD = "held"
    REJECTED = "rejected"
    PROPOSED = "proposed"
    DIFFERS = "differs"
    """Listings that Amazon shows otherwise than the books say and that need a person. The cause is a `Difference`, or
    `CAME_BACK`."""
    JOB_FAILED = "job_failed"
    EARNINGS = "earnings"
    """Offers on sale that earn less than their seller wants. The cause is a `Verdict`."""
    PAUSED = "paused"
    """Offers that the loss rule has taken down."""
    PRICE_STOPPED = "price_stopped"
    """Listings whose price stopped following its source by itself. The cause is the reason's code and the day in Japan:
    who has many has one notice a day for each reason."""
    OUTAGE = "outage"
    """The system does not do its work. The cause is a marketplace or `SYSTEM`; an operator's is a trouble's code, with
    the marketplace if it is of one."""


ON_BY_DEFAULT = frozenset(
    {Kind.ORDER_UNSOURCED, Kind.CANCELLATIONS, Kind.LATE_SHIPMENTS, Kind.PRICE_STOPPED, Kind.OUTAGE}
)
"""Kinds that go out by every way that a seller has set up, unless the seller has switched them off."""
IMPORTANT = (
    Kind.ORDER_UNSOURCED,
    Kind.TOKEN,
    Kind.STUCK,
    Kind.HELD,
    Kind.DIFFERS,
    Kind.OUTAGE,
    Kind.CANCELLATIONS,
    Kind.LATE_SHIPMENTS,
    Kind.PRICE_STOPPED,
)
"""Kinds that are mailed to somebody who joins by an invitation, unless they choose otherwise: what may sell without a
source or cost the account, and what waits for a person."""
TOLD_WHEN_OVER = frozenset({Kind.TOKEN, Kind.STUCK, Kind.OUTAGE})


class Way(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"
    SLACK = "slack"
    DISCORD = "discord"
    CHATWORK = "chatwork"
    LINE = "line"
    BROWSER = "browser"
    """A notification of one of the browsers that were set up (web push)."""


class What(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"
    PROOF = "proof"
    """A mail that confirms the seller's mail address."""
    TRIAL = "trial"
    ACCOUNT = "account"
    """Something happened to the account: a mail to its owner, whichever kinds are chosen."""


class Target(NamedTuple):
    """Where a notice goes."""

    way: Way
    browser_id: int | None = None


class Name(NamedTuple):
    """The identity of a notice."""

    user_id: int
    kind: str
    cause: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A condition that exists at present and that the seller should know of."""

    name: Name
    count: int = 1
    about: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    id: int
    name: Name
    count: int
    about: str
    opened_at: datetime
    closed_at: datetime | None
    read_at: datetime | None
    reason: Reason | None = None

    @property
    def kind(self) -> str:
        return self.name.kind

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def text(self) -> Said:
        by_cause = SENTENCES_BY_CAUSE.get(self.kind, {})
        sentence = by_cause.get(self.name.cause, SENTENCES.get(self.kind, OTHER))
        if self.kind == Kind.JOB_FAILED and self.reason is not None:
            sentence = FILE_FAILED if self.about else SEARCH_FAILED
        values = {"count": self.count, "about": self.about, "reason": self.reason, "cause": self.name.cause}
        limit = late.LIMIT if self.kind == Kind.LATE_SHIPMENTS else LIMIT
        return Said(sentence.text, values | {"limit": f"{100 * limit:g}"})

    @property
    def link(self) -> str:
        """The page where the seller can act on it."""
        if self.kind == Kind.EARNINGS:
            return "/listings?view=thin_margin" if self.name.cause == Verdict.THIN else "/listings?view=at_a_loss"
        return LINKS.get(self.kind, "/notices").format(cause=self.name.cause)


class Causes(Protocol):
    """What gives cause for notices of some kinds."""

    @property
    def kinds(self) -> frozenset[Kind]: ...

    def now(self, at: datetime) -> Sequence[Cause]:
        """Return the causes that there are, of all active sellers."""
        ...


@dataclass(frozen=True, slots=True)
class Chat:
    place: str
    """The part of the address that is no secret: which webhook, room, group or person."""
    sealed: str
    """The secret that posts there, encrypted."""
    kinds: frozenset[Kind] = ON_BY_DEFAULT


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways in which a seller receives notices."""

    mail_address: str | None = None
    mail_proven_at: datetime | None = None
    webhook_url: str | None = None
    webhook_salt: str | None = None
    by_mail: frozenset[Kind] = ON_BY_DEFAULT
    by_webhook: frozenset[Kind] = ON_BY_DEFAULT
    chats: Mapping[Way, Chat] = field(default_factory=dict)
    links: bool = False
    """Messages have links by which whoever has them decides on replacements."""
    browsers: Mapping[int, frozenset[Kind]] = field(default_factory=dict)
    """The kinds of each browser that shows notices, by its id."""

    def of(self, kind: str) -> list[Target]:
        ways = []
        if self.mail_address and self.mail_proven_at is not None and kind in self.by_mail:
            ways.append(Way.MAIL)
        if self.webhook_url and kind in self.by_webhook:
            ways.append(Way.WEBHOOK)
        ways += [way for way, chat in self.chats.items() if kind in chat.kinds]
        browsers = [Target(Way.BROWSER, browser) for browser, kinds in self.browsers.items() if kind in kinds]
        return [Target(way) for way in ways] + browsers


FILE_FAILED = Said("A job failed: %(about)s: %(reason)s")
SEARCH_FAILED = Said("A job failed: %(reason)s")
OTHER = Said("Something needs your attention: %(about)s")
SENTENCES_BY_CAUSE: Mapping[str, Mapping[str, Said]] = {
    Kind.CANCELLATIONS: {
        RateWarning.NEAR: Said(
            "Your cancellation rate nears Amazon's limit of %(limit)s %%: %(count)s of %(about)s orders of 7 days"
        ),
        RateWarning.REACHED: Said(
            "Your cancellation rate has reached Amazon's limit of %(limit)s %%: %(count)s of %(about)s orders of 7 days"
        ),
    },
    Kind.LATE_SHIPMENTS: {
        RateWarning.NEAR: Said(
            "Your rate of late shipments nears Amazon's limit of %(limit)s %%: %(count)s of %(about)s orders were late"
        ),
        RateWarning.REACHED: Said(
            "Your rate of late shipments has reached Amazon's limit of %(limit)s %%: %(count)s of %(about)s orders late"
        ),
    },
    Kind.DIFFERS: {
        Difference.ABOVE: Said("Listings that are withdrawn, and still for sale at Amazon for an hour: %(count)s"),
        Difference.OTHER: Said("Listings whose quantity Amazon has not shown for an hour: %(count)s"),
        Difference.NOT_FOR_SALE: Said("Listings that Amazon has and does not sell: %(count)s"),
        Difference.UNKNOWN: Said("Listings that Amazon does not know: %(count)s"),
        CAME_BACK: Said("Deleted offers that Amazon still sells: %(count)s"),
    },
    Kind.EARNINGS: {
        Verdict.LOSS: Said("Offers at a loss: %(count)s"),
        Verdict.THIN: Said("Offers that earn less than you want: %(count)s"),
    },
}
SENTENCES: Mapping[str, Said] = {
    Kind.ORDER_UNSOURCED: Said("The source of order %(cause)s is gone: %(about)s"),
    Kind.CANCELLATIONS: Said("Cancelled orders of seven days: %(count)s of %(about)s"),
    Kind.LATE_SHIPMENTS: Said("Orders that were shipped late: %(count)s of %(about)s"),
    Kind.TOKEN: Said("Amazon refuses your token, so nothing reaches Amazon. %(about)s"),
    Kind.STUCK: Said("Withdrawals that have not reached Amazon for an hour: %(count)s"),
    Kind.HELD: Said("Changes that are held back: %(count)s"),
    Kind.REJECTED: Said("Listings that Amazon refused: %(count)s"),
    Kind.PROPOSED: Said("Replacements that wait for your approval: %(count)s"),
    Kind.DIFFERS: Said("Listings that Amazon shows otherwise than the books say: %(count)s"),
    Kind.JOB_FAILED: Said("A job failed: %(about)s"),
    Kind.EARNINGS: Said("Offers that earn too little: %(count)s"),
    Kind.OUTAGE: Said("%(reason)s"),
    Kind.PRICE_STOPPED: Said("Listings whose price follows its source no more: %(count)s. %(about)s: %(reason)s"),
    Kind.PAUSED: Said("Offers that are down because a sale would earn too little: %(count)s"),
}
LINKS: Mapping[str, str] = {
    Kind.ORDER_UNSOURCED: "/orders",
    Kind.CANCELLATIONS: "/orders",
    Kind.LATE_SHIPMENTS: "/orders",
    Kind.TOKEN: "/amazon",
    Kind.STUCK: "/listings?view=exposed",
    Kind.HELD: "/listings?view=held",
    Kind.OUTAGE: "/",
    Kind.PAUSED: "/listings?view=paused",
    Kind.PRICE_STOPPED: "/listings?view=price_stopped",
    Kind.REJECTED: "/listings?view=problem",
    Kind.PROPOSED: "/replacements",
    Kind.DIFFERS: "/differences?kind={cause}",
    Kind.JOB_FAILED: "/jobs/{cause}",
}
