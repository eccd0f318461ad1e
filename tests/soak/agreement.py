"""What commands, API, pages and metrics say is what the rows say, asked at random moments.

`Rows` counts by SQL of its own, from events, marks and holds, and leaves what the product has counted aside.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from tests.soak.asking import Asked, Told
from tests.soak.events import DAY, during_runs
from tests.soak.plant import Plant
from tests.soak.sentinel import Offence
from tests.soak.verdicts import Verdict

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import reading

MOMENTS = 12
"""Moments of a day. Most are in the first minutes of a run: at others hardly anything changes."""
NEWEST = "SELECT id FROM runs WHERE operation = :operation AND marketplace = :marketplace ORDER BY id DESC LIMIT 2"
_REVIVED = (
    "e.kind IN ('restored', 'swapped') AND e.user_id NOT IN"
    " (SELECT user_id FROM seller_settings WHERE key = 'REVIVAL_ASK_FIRST' AND value = 'on')"
)
"""By the run itself: what a person approves goes up later, with the run that found it as its trigger."""
OF_RUN: Mapping[str, str] = {
    "paused": "SELECT COUNT(*) FROM listing_events WHERE run_id = :run AND kind = 'paused'",
    "recovered": "SELECT COUNT(*) FROM listing_events WHERE run_id = :run AND kind = 'recovered'",
    "pending, of a check": "SELECT COUNT(*) FROM source_items WHERE check_run = :run",
    "pending, of an update": "SELECT COUNT(*) FROM listings WHERE update_run = :run",
    "held": "SELECT COUNT(*) FROM listings l JOIN holds h ON h.id = l.hold_id"
    " WHERE h.run_id = :run AND h.applied_at IS NULL",
    "withdrawn": "SELECT COUNT(*) FROM listing_events WHERE run_id = :run AND kind = 'withdrawn'",
    "released": "SELECT COUNT(*) FROM listing_events e JOIN holds h ON h.id = e.hold_id"
    " WHERE h.run_id = :run AND e.kind = 'withdrawn' AND e.run_id IS NULL"
    # Without those that updater withdrew while they were held: their source was gone before their restore was pushed.
    " AND h.released_by IS NOT NULL AND e.at >= h.released_at",
    "revived": f"SELECT COUNT(*) FROM listing_events e WHERE e.run_id = :run AND {_REVIVED}",
}
"""What stands in rows at any moment."""
FALLEN = (
    "SELECT COUNT(CASE WHEN e.kind = 'held' OR h.id IS NULL THEN 1 END),"
    " COUNT(CASE WHEN e.kind = 'held' OR h.id IS NULL OR h.run_id <> :run THEN 1 END)"
    " FROM listing_events e LEFT JOIN holds h ON h.id = e.hold_id AND COALESCE(h.kind, '') NOT IN ('losses',"
    " 'recoveries', 'prices') LEFT JOIN holds p ON p.id = e.hold_id AND p.kind IN ('losses', 'recoveries', 'prices')"
    " WHERE e.run_id = :run AND e.kind IN ('held', 'withdrawn', 'searching') AND (e.kind <> 'held' OR p.id IS NULL)"
    # Held by the same run once more, where its route is trusted by now and many are absent: no other fall.
    " AND (e.kind <> 'held' OR NOT EXISTS (SELECT 1 FROM listing_events b JOIN holds k ON k.id = b.hold_id"
    " WHERE b.listing_id = e.listing_id AND b.run_id = :run AND b.kind = 'held' AND b.id < e.id"
    " AND COALESCE(k.kind, '') NOT IN ('losses', 'recoveries', 'prices') AND NOT EXISTS (SELECT 1"
    " FROM listing_events c WHERE c.listing_id = e.listing_id AND c.kind = 'hold_cleared'"
    " AND c.id BETWEEN b.id AND e.id)))"
)
"""The fewest and the most. An event does not tell whether a look confirmed the fall that an earlier run held, or
weighed it anew."""
DONE: Mapping[str, str] = {
    "check": "SELECT COUNT(*) FROM source_items WHERE checked_run = :run OR check_run = :run",
    "update": "SELECT COUNT(*) FROM listings WHERE updated_run = :run OR update_run = :run",
}
"""Rows that are the run's, done or not, unless another has taken them since: a later run, or a window of the watch,
also one that was open when the run began."""
TAKEN_SINCE = (
    "SELECT COUNT(*) FROM runs other JOIN runs r ON r.id = :run WHERE other.marketplace = r.marketplace"
    " AND (other.id > r.id AND other.operation IN (r.operation, 'watch') OR other.id < r.id AND r.operation = 'check'"
    " AND other.operation = 'watch' AND (other.ended_at IS NULL OR other.ended_at > r.started_at))"
)
DELETED_SINCE = (
    "SELECT COUNT(*) FROM listing_events e JOIN runs r ON r.id = :run WHERE e.at >= r.started_at AND e.kind = 'deleted'"
)
OF_SELLERS = (
    "SELECT u.username, COUNT(l.update_run = :run OR NULL) AS pending,"
    f" (SELECT COUNT(*) FROM listing_events e WHERE e.user_id = u.id AND e.run_id = :run AND {_REVIVED}) AS revived,"
    " COUNT(l.update_run = :run OR l.updated_run = :run OR NULL) AS done"
    " FROM users u JOIN listings l ON l.user_id = u.id GROUP BY u.id"
)
OWN = (
    "SELECT p.run_id, p.planned, p.seen AS checked, p.fallen, p.revived,"
    " (SELECT COUNT(*) FROM listings WHERE update_run = p.run_id AND user_id = :user) AS left"
    " FROM run_sellers p JOIN runs r ON r.id = p.run_id WHERE p.user_id = :user AND p.planned + p.seen > 0"
    " AND r.operation = :operation AND r.marketplace = :marketplace ORDER BY p.run_id DESC LIMIT 1"
)
OWN_SOURCES = (
    "SELECT COUNT(DISTINCT s.id) FROM listings l JOIN source_items s ON s.id = l.source_item_id"
    " WHERE l.user_id = :user AND l.listed = 1 AND (s.check_run = :run OR s.checked_run = :run)"
    " AND (((l.quantity > 0 OR l.paused_at IS NOT NULL) AND l.searching = 0) OR EXISTS (SELECT 1 FROM listing_events e"
    " WHERE e.listing_id = l.id AND e.run_id = :run AND e.kind IN ('withdrawn', 'searching')))"
)
"""Those that the seller offered when the run began."""
MOVED_SINCE = (
    "SELECT COUNT(*) FROM listing_events e JOIN runs r ON r.id = :run WHERE e.user_id = :user"
    " AND e.at >= r.started_at AND (e.kind IN ('ordered', 'restored', 'swapped', 'undone', 'listed', 'stopped',"
    " 'resumed',"
    " 'leaving', 'deleted', 'changed_at_amazon') OR (e.kind = 'withdrawn' AND COALESCE(e.run_id, 0) <> :run))"
)
UP = "listed = 1 AND orphan = 0 AND quantity > 0"
DOWN = "listed = 1 AND orphan = 0 AND quantity = 0"
VIEWS: Mapping[str, str] = {
    "on_sale": f"{UP} AND hold_id IS NULL AND pushed_quantity IS NOT NULL",  # else it is to be read at Amazon
    "held": f"{UP} AND hold_id IS NOT NULL",
    "searching": f"{DOWN} AND searching = 1",
    "paused": f"{DOWN} AND searching = 0 AND stopped_at IS NULL AND paused_at IS NOT NULL",
    "withdrawn": f"{DOWN} AND searching = 0 AND stopped_at IS NULL AND paused_at IS NULL",
    "exposed": "listed = 1 AND orphan = 0 AND COALESCE(pushed_quantity, listing_quantity) > 0"
    " AND (quantity = 0 OR s.state IN ('unbuyable', 'sold', 'ended', 'gone', 'suspended'))",
    "pending": "listed = 1 AND orphan = 0 AND revision > pushed_revision",
}
"""Listings by what their seller sees of them."""
LISTINGS = "SELECT COUNT(*) FROM listings JOIN source_items s ON s.id = source_item_id WHERE "
TO_PUSH = "listed = 1 AND orphan = 0 AND revision > pushed_revision"
OPEN_HOLDS = "SELECT h.id, (SELECT COUNT(*) FROM listings WHERE hold_id = h.id) FROM holds h WHERE h.applied_at IS NULL"


class Rows:
    def __init__(self, plant: Plant) -> None:
        self._plant = plant

    def all(self, query: str, **values: object) -> Sequence[Any]:
        with reading(self._plant.database.books) as connection:
            return connection.execute(text(query), values).all()

    def one(self, query: str, **values: object) -> int:
        [[number]] = self.all(query, **values)
        return int(number)


class Agreement:
    """`watch` is an actor's life: it asks at the moments that the seed draws."""

    def __init__(self, plant: Plant, seed: int) -> None:
        self._plant = plant
        self._chance = random.Random(f"{seed}:agreement")
        self._rows = Rows(plant)
        self._asked = Asked(plant)
        self.offences: list[Offence] = []
        self.compared = 0

    def watch(self) -> None:
        kernel, day = self._plant.kernel, 0
        while True:
            for at in sorted(during_runs(self._chance) for _ in range(MOMENTS)):
                kernel.sleep(day * DAY + at - kernel.now)
                self.look()
            day += 1

    def look(self) -> None:
        self._asked.open()
        for marketplace in Marketplace:
            for operation in ("check", "update"):
                found = self._rows.all(NEWEST, operation=operation, marketplace=marketplace)
                for place, row in enumerate(found):
                    self._run(row.id, operation, marketplace, newest=place == 0)
            self._market(marketplace)
        self._holds()
        sellers = self._rows.all("SELECT u.id, u.username FROM users u JOIN amazon_accounts a ON a.user_id = u.id")
        self._seller(self._chance.choice(sellers))

    def _run(self, run: int, operation: str, marketplace: Marketplace, *, newest: bool) -> None:
        truth = {name.partition(",")[0]: number for name, number in self._counts(run, operation).items()}
        shown = self._asked.run(run)
        stored = shown["run"]
        for name, figure in truth.items():
            self._same(f"run {run}, {name}", figure, Told("run show --json", name, stored[name]))
        self._between(f"run {run}, fallen", self._rows.all(FALLEN, run=run)[0], stored["fallen"])
        if not self._rows.one(TAKEN_SINCE, run=run):
            self._marked(run, operation, stored)
        told = truth | {name: stored[name] for name in ("planned", "checked", "unknown", "set_aside")}
        for one in (*self._asked.of_run(run, operation), *self._asked.in_list(run)):
            self._same(f"run {run}, {one.what}", told[one.what], one)
        if newest:
            for one in (*self._asked.in_status(marketplace, operation), *self._asked.metrics(operation, marketplace)):
                self._same(f"run {run}, {one.what}", (told | stored)[one.what], one)
        if operation == "update":
            self._sellers(run, shown)

    def _counts(self, run: int, operation: str) -> Mapping[str, int]:
        other = "pending, of an update" if operation == "check" else "pending, of a check"
        return {name: self._rows.one(query, run=run) for name, query in OF_RUN.items() if name != other}

    def _marked(self, run: int, operation: str, stored: Mapping[str, Any]) -> None:
        """Rows of a deleted listing are gone, and stay planned."""
        marked = self._rows.one(DONE[operation], run=run)
        deleted = self._rows.one(DELETED_SINCE, run=run)
        self._between(f"run {run}, planned", (marked, marked if not deleted else stored["planned"]), stored["planned"])
        self._between(f"run {run}, checked", (0, stored["planned"]), stored["checked"])

    def _sellers(self, run: int, shown: Mapping[str, Any]) -> None:
        rows = {row.username: row for row in self._rows.all(OF_SELLERS, run=run)}
        taken = self._rows.one(TAKEN_SINCE, run=run) + self._rows.one(DELETED_SINCE, run=run)
        for each in shown["sellers"]:
            row, where = rows[each["username"]], f"run {run}, {each['username']}"
            self._same(f"{where}, left", row.pending, Told("run show --json", "left", each["left"]))
            self._same(f"{where}, revived", row.revived, Told("run show --json", "revived", each["revived"]))
            if not taken:
                self._same(f"{where}, planned", row.done, Told("run show --json", "planned", each["planned"]))
        if len(shown["sellers"]) < 20:
            for part, whole in (("planned", "planned"), ("checked", "checked"), ("revived", "revived")):
                summed = sum(each[part] for each in shown["sellers"])
                self._same(f"run {run}, {part} of all sellers", shown["run"][whole], Told("run show", part, summed))

    def _market(self, marketplace: Marketplace) -> None:
        down, up = f"{TO_PUSH} AND quantity = 0", f"{TO_PUSH} AND quantity > 0"
        for name, condition in (("exposed", VIEWS["exposed"]), ("withdrawals", down), ("restores", up)):
            number = self._rows.one(f"{LISTINGS}{condition} AND listings.marketplace = :market", market=marketplace)
            for one in self._asked.pushes(marketplace, name):
                self._same(f"{marketplace}, {name}", number, one)

    def _holds(self) -> None:
        truth = {row[0]: row[1] for row in self._rows.all(OPEN_HOLDS)}
        for where, told in self._asked.holds():
            self._same("open holds and their listings", truth, Told(where, "listings", told))

    def _seller(self, seller: Any) -> None:
        counts = {
            view: self._rows.one(f"{LISTINGS}{condition} AND user_id = :user", user=seller.id)
            for view, condition in VIEWS.items()
        }
        for one in self._asked.shop(seller.id, seller.username):
            self._same(f"{seller.username}, {one.what}", counts[one.what], one)
        for operation, marketplace, told in self._asked.own_runs():
            [part] = self._rows.all(OWN, operation=operation, marketplace=marketplace, user=seller.id)
            for name, figure in told.items():
                one = Told("the seller's home", name, figure)
                self._same(f"{seller.username}, run {part.run_id}, {name}", part._mapping[name], one)
            if operation == "check" and part.planned:  # else the run is of others, who share sources with the seller
                self._own_sources(part, seller)
        held = self._rows.all(
            "SELECT sku, hold_id FROM listings WHERE user_id = :user AND hold_id IS NOT NULL LIMIT 1", user=seller.id
        )
        for row in held:
            said = self._asked.explained(row.sku, seller.username)["hold"]
            self._same(f"{row.sku}, hold", row.hold_id, Told("explain --json", "hold", said and said["id"]))

    def _own_sources(self, part: Any, seller: Any) -> None:
        """A shared source is each of its sellers' own. Where a listing has moved since the start, nobody can tell."""
        of = {"run": part.run_id, "user": seller.id}
        if not self._rows.one(TAKEN_SINCE, run=part.run_id) and not self._rows.one(MOVED_SINCE, **of):
            own, told = self._rows.one(OWN_SOURCES, **of), Told("run_sellers", "planned", part.planned)
            self._same(f"{seller.username}, run {part.run_id}, own sources", own, told)
            self._between(f"{seller.username}, run {part.run_id}, checked", (0, part.planned), part.checked)

    def _same(self, what: str, figure: object, told: Told) -> None:
        self.compared += 1
        if told.figure != figure:
            at = f"{self._plant.kernel.utc():%a %H:%M:%S}"
            self.offences.append(
                Offence("", "", f"{at}: {what}: {told.where} says {told.figure}, the rows say {figure}")
            )

    def _between(self, what: str, bounds: Sequence[int], figure: int) -> None:
        fewest, most = bounds
        if not fewest <= figure <= most:
            self._same(what, f"{fewest} to {most}", Told("run show --json", what, figure))
        self.compared += 1

    def verdict(self) -> Verdict:
        """Ask a last time, and return what differed in the week."""
        self.look()
        self._asked.close()
        promise = f"figures of commands, API, pages and metrics that differ from the rows, of {self.compared:,} asked"
        return Verdict(promise, self.offences, len(self.offences))
