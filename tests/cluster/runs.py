"""A check run as a Job of its CronJob, and what must be true at its end whatever happened in between."""

import time
from dataclasses import dataclass
from typing import Any

from tests.cluster.kube import job_condition, until
from tests.cluster.release import NEVER, Release

START_SECONDS = 60.0
RUN_SECONDS = 240.0
PUSH_SECONDS = 60.0
SOLD_SHARE = 0.03
STORED = "check/yahoo/"
"""How the request keys of these runs begin in the table, by operation and marketplace."""
_COLUMNS = ("id", "outcome", "phase", "planned", "checked", "set_aside", "unfinished", "withdrawn")


@dataclass(frozen=True)
class Row:
    id: int
    outcome: str
    phase: str
    planned: int
    checked: int
    set_aside: int
    unfinished: int
    withdrawn: int

    @property
    def share(self) -> float:
        return self.checked / self.planned if self.planned else 0.0


@dataclass
class CheckRun:
    """A run of Yahoo! Auctions. Its Job's UID is its request key."""

    release: Release
    job: str
    key: str
    sold_before: float

    @classmethod
    def begin(cls, release: Release, word: str) -> "CheckRun":
        """Something sells, then `kubectl create job --from=cronjob/…` starts a run."""
        release.sell("yahoo", SOLD_SHARE)
        job = f"{word}-{int(time.time())}"
        sold_before = time.time()
        return cls(release, job, create_job(release, job), sold_before)

    def row(self) -> Row | None:
        return row_of(self.release, self.key)

    def until_share(self, share: float, seconds: float = START_SECONDS) -> Row:
        """Wait until this share of the run is checked, and the run is not over."""

        def reached() -> Row | None:
            row = self.row()
            return row if row and row.share >= share else None

        row = until(reached, seconds, f"{self.job} has checked {share:.0%}")
        assert row.outcome == "running", f"the run was over too soon to be disturbed: {row}"
        return row

    def must_end_well(self, seconds: float = RUN_SECONDS) -> dict[str, Any]:
        """Its Job is Complete, every item is checked, every zero is at Amazon, and the ledger is clean. Return the
        figures."""
        release = self.release
        fate = ended(release, self.job, seconds)
        row = self.row()
        assert row is not None
        assert (fate, row.outcome, row.unfinished) == ("Complete", "finished", 0), row
        assert row.planned == row.checked + row.set_aside > 0, row
        assert row.set_aside == 0, row
        took = release.sql(f"SELECT TIMESTAMPDIFF(SECOND, started_at, ended_at) FROM runs WHERE id = {row.id}")
        return {"run": row.__dict__, "seconds": int(took[0][0]), **self.must_be_clean()}

    def must_be_clean(self) -> dict[str, int]:
        """Every zero is at Amazon, and the market's own ledger has no complaint."""
        release = self.release
        until(lambda: not waiting(release), PUSH_SECONDS, "all withdrawals are at Amazon")
        ledger = release.lever(f"ledger?details=1&before={self.sold_before}")
        assert {name: ledger[name] for name in NEVER} == dict.fromkeys(NEVER, 0), ledger["cases"]
        ours = [line for line in ledger["details"] if line["sku"].startswith("YA")]
        assert any(line["withdrawn"] for line in ours), "the market had nothing to withdraw"
        assert [line for line in ours if line["missed"]] == []
        return {name: ledger[name] for name in NEVER}


def create_job(release: Release, name: str) -> str:
    """Start the CronJob by hand. Return the request key."""
    words = ("create", "job", name, f"--from=cronjob/{release.name('check-item-yahoo')}")
    return release.space.kubectl(*words, "-o", "jsonpath={.metadata.uid}").strip()


def ended(release: Release, job: str, seconds: float = RUN_SECONDS) -> str:
    """Wait for the end. Return Complete or Failed."""
    return until(lambda: job_condition(release.space.get("job", job)), seconds, f"{job} ended")


def row_of(release: Release, key: str) -> Row | None:
    found = release.sql(f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE request_key = '{STORED}{key}'")
    if not found:
        return None
    number, outcome, phase, *counts = found[0]
    return Row(int(number), outcome, phase, *map(int, counts))


def waiting(release: Release) -> int:
    """Return the zeros that Amazon has not accepted."""
    return int(release.sql("SELECT COUNT(*) FROM listings WHERE push_pending = 1 AND quantity = 0")[0][0])
