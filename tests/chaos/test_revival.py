"""The updater is killed, frozen and overtaken during revivals: nothing is revived twice, and the ledger is clean."""

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.chaos.conftest import Rigs
from tests.chaos.rig import Plant, Rig, running, until
from tests.chaos.scene import NEVER

from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listings, revivals

SOLD_SHARE = 0.5
SETTINGS = {"REVIVAL_BATCH_ITEMS": "2", "REVIVAL_REPUBLISH_SECONDS": "5", "REVIVAL_CANDIDATES": "5"}
WORKER = "updater-yahoo"

pytestmark = pytest.mark.timeout(240)


@dataclass
class Revivals:
    """Yahoo listings that only another source can restore, and what became of them."""

    rig: Rig
    began: float = field(default_factory=time.time)
    number: int = 0

    def mark(self) -> None:
        """Half of the buyable items sell, and a run only marks it: no worker is woken, and the next update run
        searches."""
        self.rig.simulator.sell("yahoo", SOLD_SHARE)
        self._command("check_item_yahoo", "--without-update", ends=True)

    def search(self) -> str:
        return self._command("update_item_yahoo")

    def outcome(self, key: str) -> str:
        run = self.rig.books.run(key)
        return run.outcome if run else "not there"

    def done(self) -> int:
        """Return the searches that have ended."""
        found = self._count(revivals.c.state == "applied", revivals.c.id)
        return found + self._count(listings.c.searching & listings.c.searched_at.is_not(None), listings.c.id)

    def with_a_worker(self) -> int:
        return self._count(listings.c.update_attempts > 0, listings.c.id)

    def left(self) -> int:
        return self._count(listings.c.searching & listings.c.searched_at.is_(None), listings.c.id)

    def until_in_the_middle(self) -> None:
        until(lambda: self.done() and self.with_a_worker() and self.left() > 2, 40, "revivals are under way")

    def applied(self) -> Sequence[Mapping[str, Any]]:
        """The replacements as the ledger expects them, and their distinguishing fields."""
        columns = (amazon_accounts.c.seller_id, listings.c.sku, revivals.c.marketplace, revivals.c.item_id)
        more = (revivals.c.at, revivals.c.listing_id, revivals.c.old_source_item_id, revivals.c.user_id)
        rows = (
            select(*columns, *more)
            .join(listings, listings.c.id == revivals.c.listing_id)
            .join(amazon_accounts, amazon_accounts.c.user_id == revivals.c.user_id)
            .where(revivals.c.state == "applied")
        )
        with reading(self.rig.engine) as connection:
            return [{**row._mapping, "at": row.at.timestamp()} for row in connection.execute(rows)]

    def must_end_well(self) -> None:
        """Everything is searched; each listing gets at most one other source, and no source serves two listings of a
        seller."""
        last = self.search()
        assert self.rig.ended(last, 60) == 0, self.rig.log(last).read_text()[-2000:]
        assert self.left() == 0
        applied = self.applied()
        assert applied, "nothing was revived"
        for names in (("listing_id", "old_source_item_id"), ("user_id", "marketplace", "item_id")):
            taken = [tuple(row[name] for name in names) for row in applied]
            assert sorted(set(taken)) == sorted(taken), f"twice by {names}"
        until(self._pushed, 40, "everything is at Amazon")
        self.rig.simulator.tell_sources(
            [{name: row[name] for name in ("seller_id", "sku", "marketplace", "item_id", "at")} for row in applied]
        )
        ledger = self.rig.simulator.ledger(gone_before=self.began)
        assert {name: ledger[name] for name in NEVER} == dict.fromkeys(NEVER, 0), ledger["cases"]
        assert [row["sku"] for row in ledger["details"] if row["missed"] and row["sku"].startswith("YA")] == []

    def _pushed(self) -> bool:
        if self.rig.books.pushes_waiting() and not self.rig.runs("sweep-yahoo"):
            self.rig.sweep("yahoo")
        return not self.rig.books.pushes_waiting() and not self.rig.books.open_feeds()

    def _command(self, command: str, *more: str, ends: bool = False) -> str:
        self.number += 1
        key = f"{command}-{self.number}-{self.began:.0f}"
        self.rig.command(key, command, "2", "4", "--request-key", key, *more)
        if ends:
            assert self.rig.ended(key, 60) == 0, self.rig.log(key).read_text()[-2000:]
        return key

    def _count(self, condition: Any, column: Any) -> int:
        query = select(func.count(column)).where(condition)
        if column is listings.c.id:
            query = query.where(listings.c.marketplace == "yahoo")
        with reading(self.rig.engine) as connection:
            return int(connection.execute(query).scalar_one())


@pytest.fixture(scope="module")
def rig(rigs: Rigs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    environment = {**rigs.world.environment(), "UPDATER_LEASE_SECONDS": "4", "UPDATER_SLOTS": "1"}
    plant = Plant(
        sellers=3,
        listings=90,
        restores=0,
        revives=True,
        yahoo_per_second=15,
        settings=SETTINGS,
        environment=environment,
    )
    with running(tmp_path_factory.mktemp("revivals"), plant) as rig:
        yield rig


@pytest.fixture
def scene(rig: Rig) -> Revivals:
    scene = Revivals(rig)
    scene.mark()
    return scene


def test_an_updater_killed_in_the_middle_leaves_nothing_half_done_and_nothing_is_revived_twice(scene: Revivals) -> None:
    scene.search()
    scene.until_in_the_middle()
    scene.rig.replace(WORKER)
    scene.must_end_well()


def test_an_updater_that_wakes_up_in_a_superseded_run_writes_nothing_of_it(scene: Revivals) -> None:
    old = scene.search()
    scene.until_in_the_middle()
    scene.rig.freeze(WORKER)
    other = scene.rig.second(WORKER)
    new = scene.search()
    until(
        lambda: scene.outcome(old) == "superseded", 40, f"superseded; the newer planner's log is {scene.rig.log(new)}"
    )
    assert scene.rig.ended(new, 60) == 0
    before = scene.applied()
    scene.rig.send(WORKER, signal.SIGCONT)
    scene.rig.wait_ready(WORKER)
    scene.rig.send(other, signal.SIGTERM)
    assert scene.rig.ended(other, 45) == 0
    assert scene.applied() == before
    scene.must_end_well()
