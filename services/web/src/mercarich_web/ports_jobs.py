"""What jobs need from outside. Every method raises `DatabaseAway`; those with a claim raise `Overtaken`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import Item
from mercarich_reasons.reason import Reason
from mercarich_reasons.refusal import Refusal
from mercarich_web.domain.expiry import Removed
from mercarich_web.domain.jobs import Job, JobProblem, JobQuery, Kind, Phase, State
from mercarich_web.domain.listing_csv import ListingRow, Problem
from mercarich_web.domain.pictures import Picture, WantedPictures
from mercarich_web.domain.search_queries import Query


class Overtaken(Exception):
    """The job is another worker's by now, or has ended: nothing was written."""


class Changed(Exception):
    """The listings are no longer what the staged rows were compared with: nothing was written."""


class MarketAway(Refusal):
    """The marketplace cannot be searched for now; the reason says why."""

    def __init__(self, reason: Reason, after_seconds: float) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


class Unusable(Refusal):
    """The marketplace's answer to this search, or the search itself, cannot be used; the reason says why."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in a worker's hands, as of its last write."""

    job_id: int
    user_id: int
    kind: Kind
    fence: int
    phase: Phase
    arguments: Mapping[str, Any]
    cursor: Mapping[str, Any]
    done: int
    wrong: int
    total: int | None


class Desk(Protocol):
    def claim(self, kind: Kind, worker: str, now: datetime) -> Claim | None:
        """The next job in turn, its seller's turn gone to the end; None when nobody waits."""

    def release(self, claim: Claim) -> None:
        """Somebody else's turn."""

    def put_off(self, claim: Claim, until: datetime, why: Reason) -> None: ...

    def end(self, claim: Claim, state: State, message: Reason | None, now: datetime) -> None: ...

    def discard(self, job_id: int) -> None:
        """Delete what an ended job staged, but for a file that is to be mended. Safe to repeat."""


class Imports(Protocol):
    def chunks(self, job_id: int, offset: int) -> Iterator[bytes]:
        """The file's bytes from `offset` on; each call of next reads a little."""

    def stage(
        self, claim: Claim, rows: Sequence[ListingRow], problems: Sequence[Problem], cursor: Mapping[str, Any]
    ) -> Claim: ...

    def enter(self, claim: Claim, phase: Phase, total: int) -> Claim: ...

    def compare(self, claim: Claim, last: int) -> Claim:
        """Hold the staged rows after the cursor up to number `last` against each other and the seller's listings."""

    def make_sources(self, claim: Claim, last: int) -> Claim:
        """The source items of these rows exist afterwards."""

    def apply(self, claim: Claim, now: datetime) -> int:
        """Every staged row in one transaction, which also ends the job; answers how many. Raises `Changed`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one page of a search gave."""

    made: int
    left_out: int


class Candidates(Protocol):
    def next_query(self, claim: Claim) -> tuple[int, Query] | None:
        """The first that is neither done nor skipped and whose marketplace is not paused, with its number.
        Raises `MarketAway` when only paused ones are left."""

    def take(self, claim: Claim, number: int, items: Sequence[Item], *, page: int, last: bool, now: datetime) -> Claim:
        """Drafts of those that the seller does not have; `page` is read, and the query done when it is the `last`."""

    def note(self, claim: Claim, number: int, why: Reason, *, give_up: bool) -> Claim:
        """An answer that could not be used."""

    def outcome(self, claim: Claim) -> tuple[int, int]:
        """(queries that failed, queries)."""


class Markets(Protocol):
    def search(self, query: Query, page: int) -> tuple[Sequence[Item], bool]:
        """One page, and whether it is the last one. Raises `MarketAway` and `Unusable`."""


class Hints(Protocol):
    def waiting(self, kind: Kind, job_id: int) -> None:
        """Wake a worker. Never raises: workers look into the table anyway."""


@dataclass(frozen=True, slots=True)
class JobSettings:
    lease: timedelta
    """How long a job stays with a worker that makes no progress."""
    frozen_after: timedelta
    closed_after: timedelta
    slice_seconds: float


class JobBook(Protocol):
    """The jobs as people handle them; no method needs a worker to be there."""

    def settings(self) -> JobSettings: ...

    def seller(self, username: str) -> int | None: ...

    def open_jobs(self, user_id: int) -> int: ...

    def start(self, user_id: int, kind: Kind, arguments: Mapping[str, Any], by: str, now: datetime) -> int:
        """A job that no worker takes before `ready`."""

    def add_queries(self, job_id: int, queries: Sequence[Query]) -> None: ...

    def add_chunk(self, job_id: int, place: int, data: bytes) -> None: ...

    def stored(self, job_id: int) -> Iterator[bytes]: ...

    def ready(
        self, job_id: int, arguments: Mapping[str, Any], cursor: Mapping[str, Any], total: int | None
    ) -> None: ...

    def abandon(self, job_id: int) -> None:
        """Take back a job that never became ready."""

    def list(self, username: str | None, limit: int) -> Sequence[Job]:
        """Newest first."""

    def get(self, job_id: int) -> Job | None: ...

    def several(self, job_ids: Collection[int]) -> Mapping[int, Job]:
        """Those that there are."""

    def queries(self, job_id: int) -> Sequence[JobQuery]: ...

    def problems(self, job_id: int, limit: int | None) -> Iterable[JobProblem]: ...

    def stop(self, job_id: int, message: Reason, now: datetime) -> bool:
        """Ends it whatever its worker does, which writes nothing more; False when it had ended."""

    def skip(self, job_id: int, number: int) -> bool:
        """False when the query was not waiting."""

    def frozen(self, before: datetime) -> Sequence[tuple[int, Kind, datetime]]:
        """Open jobs that a worker owes progress since before then: id, kind, since when."""

    def take_over(self, job_id: int, before: datetime, now: datetime) -> bool:
        """Free a job whose claim is older than `before`, or that no worker takes any more; its cursor stays.
        False when it is free, or a worker has taken it meanwhile."""

    def close(self, job_id: int, before: datetime, message: Reason, now: datetime) -> bool:
        """Fail a job that has still made no progress since `before`."""

    def leftovers(self) -> Sequence[int]:
        """Ended jobs that still have staged rows, and those that never became ready within a day."""


class PicturesAway(Exception):
    """No picture of the marketplace can be had for now; the text says why."""

    def __init__(self, text: str, after_seconds: float) -> None:
        super().__init__(text)
        self.after_seconds = after_seconds


class NoPicture(Exception):
    """There is none, or it is none; the text says why."""


class PictureLater(Exception):
    """This one cannot be had for now; the text says why."""


class FolderAway(Exception):
    """Nothing can be written into the pictures' folder; the text says why."""


class PictureLine(Protocol):
    """The listings whose pictures are wanted. Every method raises `DatabaseAway`."""

    def next(self, without: Collection[Marketplace], now: datetime, until: datetime) -> WantedPictures | None:
        """The first in line of the marketplaces that are neither paused nor in `without`, ours until `until`."""

    def keep(self, wanted: WantedPictures, paths: Mapping[int, str]) -> bool:
        """The listing's pictures by slot; it leaves the line. False: there is no such listing any more."""

    def put_off(self, wanted: WantedPictures, until: datetime, why: str, *, counted: bool) -> None: ...


class PictureSource(Protocol):
    """Both methods raise `PicturesAway` and `PictureLater`."""

    def addresses(self, marketplace: Marketplace, item_id: str) -> Sequence[str]:
        """Those that the item's page shows, the main one first; empty when it has none, or is gone."""

    def fetch(self, marketplace: Marketplace, url: str) -> Picture:
        """Raises `NoPicture`."""


class PictureFolder(Protocol):
    def save(self, user_id: int, path: str, body: bytes) -> None:
        """A whole file or none, in the seller's own folder. Raises `FolderAway`."""

    def remove(self, user_id: int, path: str, *, dry_run: bool) -> Removed:
        """One that is gone already is nothing."""
