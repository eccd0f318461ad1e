"""What the reports need from outside; every method raises `DatabaseAway`, those of `Pools` raise `BrokerAway`."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from mercarich_contracts.audit import Actor
from mercarich_reasons.refusal import Refusal
from mercarich_web.domain.exclusions import Exclusion
from mercarich_web.domain.expiry import Expired, Removed
from mercarich_web.domain.offers import Account, Event, Evidence, Offer, Push, Source
from mercarich_web.domain.operating import DeadLetter, PoolState, Setting, SettingChange
from mercarich_web.domain.replacements import ReplacementSearch
from mercarich_web.domain.reports import (
    Backlog,
    Hold,
    OpenFeed,
    Pool,
    Pushes,
    Run,
    SellerCounts,
    SetAsideItem,
    Unfinished,
)
from mercarich_web.domain.retention import Record, Step
from mercarich_web.domain.schedules import LastStart, Pause, Wish


class Refused(Refusal):
    """What was asked is not done; the reason says why."""


Together = Callable[[], AbstractContextManager[None]]
"""What this thread reads in the block is read over one connection. Nothing in it writes, or waits for another thread:
connections are few."""


class Schema(Protocol):
    where: str

    def problem(self) -> str | None:
        """What is wrong with the schema in one sentence, None when this code can read it."""


class Runs(Protocol):
    def newest(self, marketplace: str) -> Run | None: ...

    def latest(self, limit: int) -> Sequence[Run]:
        """Newest first."""

    def get(self, run_id: int) -> Run | None: ...

    def set_aside_items(self, run_id: int) -> Sequence[SetAsideItem]: ...

    def fallen_sellers(self, run_id: int) -> Sequence[SellerCounts]: ...

    def unfinished(self) -> Sequence[Unfinished]:
        """One for each running run."""


class Stock(Protocol):
    def backlog(self, marketplace: str, run_id: int | None, now: datetime) -> Backlog: ...

    def pushes(self, marketplace: str) -> Pushes: ...

    def open_feeds(self) -> Sequence[OpenFeed]: ...


class Holds(Protocol):
    def open(self) -> Sequence[Hold]:
        """Not applied yet, newest first."""

    def latest(self, limit: int) -> Sequence[Hold]: ...

    def of_run(self, run_id: int) -> Sequence[Hold]: ...

    def get(self, hold_id: int) -> Hold | None: ...

    def release(self, hold_id: int, by: Actor, at: datetime) -> bool:
        """Whether this call released it, which is then in the audit log; one that is released stays as it is."""


class Schedules(Protocol):
    def last_starts(self) -> Mapping[str, LastStart]: ...

    def known_since(self) -> Mapping[str, datetime]:
        """When each row came to this database."""

    def pauses(self) -> Mapping[str, Pause]: ...

    def pause(self, name: str, by: Actor, at: datetime) -> bool:
        """Whether this call paused it, which is then in the audit log."""

    def resume(self, name: str, by: Actor, at: datetime) -> bool:
        """Whether it was paused; then it is in the audit log."""

    def want(self, name: str, by: Actor, at: datetime) -> None:
        """Whoever keeps the schedule is to start it now; in the audit log. Wanted twice it starts once; what has
        expired is wanted anew."""

    def wishes(self) -> Mapping[str, Wish]:
        """Starts that are wanted and have not come yet, expired ones too."""

    def begin(self, name: str, slot: datetime, at: datetime) -> None: ...

    def end(self, name: str, slot: datetime, at: datetime, exit_code: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """An offer with its source and the ids that lead on."""

    offer: Offer
    source: Source
    source_evidence_id: int | None
    hold_id: int | None


class Offers(Protocol):
    def find(self, sku: str, username: str | None) -> Sequence[Found]:
        """Ordered by username."""

    def events(self, listing_id: int) -> Sequence[Event]: ...

    def pushes(self, listing_id: int) -> Sequence[Push]: ...

    def search(self, listing_id: int) -> ReplacementSearch | None: ...

    def account(self, listing_id: int) -> Account | None:
        """Of its seller."""

    def decision_evidence_id(self, listing_id: int) -> int | None:
        """Of the newest event that rests on evidence."""

    def evidence(self, evidence_id: int) -> Evidence | None: ...


class Pools(Protocol):
    where: str

    def states(self) -> Sequence[Pool]: ...


class SettingsBook(Protocol):
    def all(self) -> Sequence[Setting]:
        """Every setting there is, in the order of their definition."""

    def revision(self) -> int:
        """Grows with every change."""

    def write(self, values: Mapping[str, str], by: Actor, at: datetime, note: str | None = None) -> None:
        """All of them or, where it raises `Refused`, none; each is in its history and in the audit log."""

    def history(self, keys: Sequence[str], limit: int) -> Sequence[SettingChange]:
        """Of these, or of all where none is named; newest first."""


class PoolBook(Protocol):
    def states(self) -> Sequence[PoolState]: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows expired: withdrawn then or before, zero at Amazon, nothing pending."""

    withdrawn_until: datetime
    now: datetime
    """Claims that ended then or before keep nothing."""
    unknown_to_amazon: bool
    """Also those whose SKU Amazon does not know, whose push can never end."""
    by_hand: bool = False
    """Their seller points at them: also those that the seller has stopped watching."""


class ExpiredOffers(Protocol):
    def sellers(self, choice: Choice) -> Sequence[int]:
        """Those of whom something expired."""

    def find(self, choice: Choice, user_id: int, after: int, limit: int) -> list[Expired]:
        """By listing id, those after `after`."""

    def delete(self, choice: Choice, user_id: int, limit: int, day: date, at: datetime) -> list[Expired]:
        """Take some out of the database in one transaction, within what the seller's cap leaves of that day."""

    def want_removal(self, choice: Choice, user_id: int, limit: int, day: date, at: datetime) -> int:
        """Have feed delete some at Amazon, within the same cap; answers how many. They are no longer listed: nobody
        pushes, checks or replaces them any more."""

    def delete_removed(self, limit: int, at: datetime) -> list[Expired]:
        """Take some out of the database whose deletion Amazon has accepted."""

    def leaving(self) -> int:
        """Those whose deletion Amazon has not accepted yet."""

    def allowance(self, user_id: int, day: date) -> int:
        """How many more of the seller may go on that day."""

    def capped(self, choice: Choice, day: date) -> Sequence[str]:
        """Names of sellers of whom something expired and none may go on that day any more."""

    def shown_elsewhere(self, paths: Sequence[str], without: Collection[int]) -> frozenset[str]:
        """Those of the pictures that a listing shows which is not in `without`."""


class Records(Protocol):
    """What is kept of past work."""

    def kept_days(self) -> Mapping[Record, int]:
        """How long each is kept."""

    def step(
        self, record: Record, before: datetime, after: tuple[Any, ...] | None, limit: int, *, dry_run: bool
    ) -> Step:
        """Look at the next `limit` rows after that key, and delete those that may go, in a transaction or a few; in
        a dry run only count them."""

    def note(self, record: Record, rows: int, at: datetime) -> None:
        """So many more are gone, of which metrics tell."""


class Pictures(Protocol):
    """Files; a database that is away is no matter of theirs."""

    def remove(self, user_id: int, path: str, *, dry_run: bool) -> Removed:
        """One file, if it lies in this seller's folder; one that is gone already is nothing."""

    def older_than(self, at: datetime, limit: int) -> Iterator[list[tuple[int, str]]]:
        """Seller and path of the pictures that were last written before then, in lists of at most `limit`."""


class ExclusionBook(Protocol):
    """`user_id` None stands for all sellers."""

    def user(self, username: str) -> int | None: ...

    def of(self, user_id: int | None) -> Sequence[Exclusion]:
        """What holds for this seller, that of all sellers included; None: every exclusion there is."""

    def page(self, user_id: int, words: str, after: Exclusion | None, limit: int) -> Sequence[Exclusion]:
        """In the order of `ExclusionPage`, of those with these words in them, behind this one."""

    def add(self, user_id: int | None, exclusion: Exclusion) -> bool:
        """Whether this call added it."""

    def remove(self, user_id: int | None, exclusion: Exclusion) -> bool:
        """Whether it was there."""


class DeadLetters(Protocol):
    """Every method raises `BrokerAway`."""

    def read(self, topic: str | None) -> Iterator[DeadLetter]:
        """Those of a source topic, or of all, as they come: there may be many."""

    def publish(self, letters: Sequence[DeadLetter]) -> None:
        """Into their source topics, with their keys; acknowledged on return."""
