"""The restore drill: in the middle of the market the database goes back to its state of an hour ago.

Amazon, the marketplaces, the broker and the pictures keep what happened in that hour; the books forget it.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select
from tests.soak.drift import refuses
from tests.soak.kernel import Process
from tests.soak.plant import SOMEBODY
from tests.soak.proxies import PROXIES
from tests.soak.sentinel import Offence, Sentinel
from tests.soak.trade import Trade
from tests.soak.verdicts import Verdict
from tests.soak.week import Week

from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings.restored import Unverified
from mercarich_platform.outages import DatabaseAway
from mercarich_simulator.amazon.offers import Source
from mercarich_web.recovery.restored import Recovery
from mercarich_web.recovery.wiring import recovery_of

BACKUP = 12 * 3600.0 - 180.0
"""Second of the day at which the backup is made: replacements are under way, and a check of all sellers begins next."""
SOLD_SHARE = 0.02
"""Sources that sell just before that check: the lost hour withdraws their offers, and finds replacements for some."""
LOST_SECONDS = 3600.0
DOWN_SECONDS = 300.0
"""From the restore until the services run again."""
ZEROS_SECONDS = 600.0
"""Promised time from then on until no offer is up that the books have at 0."""
TRUE_SECONDS = 3600.0
"""Promised time until Amazon shows what the books say. Time in which Amazon refuses somebody does not count."""
LOOK_SECONDS = 10.0
_ENDED_SECONDS = 1.0
"""In which killed processes end."""
_SETTLED = listings.c.listed & ~listings.c.orphan & (listings.c.push_pending == 0)
Key = tuple[str, str]
"""Seller id and SKU."""


@dataclass(slots=True)
class Outcome:
    """What one drill came to. Seconds are from the start of the services."""

    up: int
    """Offers that Amazon showed when the services started, and of which the books said 0."""
    down: int
    """Offers at 0 that the books had on sale."""
    zero_seconds: float | None = None
    """Until none of the first was up any more."""
    verified_seconds: float | None = None
    """Until `mercarich db restored` ended."""
    given_up_with: list[Unverified] = field(default_factory=list)
    """What was left each time that the command gave up."""
    stages: Counter[str] = field(default_factory=Counter)
    """What the second came to."""


class Drill:
    """Spawn `day` at the beginning of each day."""

    def __init__(self, week: Week, sentinel: Sentinel) -> None:
        self._week = week
        self._sentinel = sentinel
        self.outcomes: list[Outcome] = []
        self.late: list[Offence] = []
        self.untrue: list[Offence] = []

    def begin_day(self) -> None:
        self._week.kernel.spawn("drill", self._day, Process("drill"))

    def verdicts(self) -> Iterator[Verdict]:
        yield Verdict("offers up ten minutes after a restore that has them at 0", self.late, len(self.late))
        yield Verdict("offers that differ from the books an hour after a restore", self.untrue, len(self.untrue))

    def figures(self) -> Iterator[str]:
        for one in self.outcomes:
            stages = ", ".join(f"{count} {stage}" for stage, count in sorted(one.stages.items()))
            yield (
                f"Restore drill: Amazon showed {one.up} offers that the books had at 0, until"
                f" {_minutes(one.zero_seconds)} after the start. {one.down} were down that the books had on sale; of"
                f" these came {stages or 'none'}. All was verified after {_minutes(one.verified_seconds)}."
            )
            yield from (f"`mercarich db restored` gave up with {left}" for left in one.given_up_with[-1:])

    def _day(self) -> None:
        week, kernel = self._week, self._week.kernel
        kernel.sleep(BACKUP)
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(week.plant.database.path)) as books:
            books.backup(copy)
        for name in PROXIES:
            Trade(week.plant).some(random.Random(f"{week.seed}:drill:{kernel.now}"), name, "sold", SOLD_SHARE)()
        kernel.sleep(LOST_SECONDS)
        week.stop(DOWN_SECONDS)
        kernel.sleep(_ENDED_SECONDS)
        with closing(sqlite3.connect(week.plant.database.path)) as books:
            copy.backup(books)
        self._sentinel.begin_again()
        self._stand_as_in_the_books()
        self._command(lambda recovery: recovery.mark(SOMEBODY))
        kernel.sleep(DOWN_SECONDS - _ENDED_SECONDS)
        self._watch()

    def _watch(self) -> None:
        kernel, began, first, down = self._week.kernel, self._week.kernel.now, self._up(), self._down()
        outcome = Outcome(len(first), len(down))
        self.outcomes.append(outcome)
        kernel.spawn("db restored", lambda: self._verify(outcome), Process("db restored"))
        late: set[Key] = set()
        served = 0.0
        while served < TRUE_SECONDS:
            up = set(self._up()).intersection(first)  # others came back by themselves, and are read within an hour
            if not up and outcome.zero_seconds is None:
                outcome.zero_seconds = kernel.now - began
            late |= up if served > ZEROS_SECONDS else set()
            kernel.sleep(LOOK_SECONDS)
            served += 0.0 if refuses(self._week.plant) else LOOK_SECONDS
        self.late += [Offence(sku, seller, "was up after the restore, the books say 0") for seller, sku in sorted(late)]
        untrue = {*first}.intersection(self._up()) | {*down}.intersection(self._down())
        self.untrue += [
            Offence(sku, seller, "differs from the books after the restore") for seller, sku in sorted(untrue)
        ]
        outcome.stages = self._stages(down)

    def _verify(self, outcome: Outcome) -> None:
        def wait(recovery: Recovery) -> None:
            while (done := recovery.wait(SOMEBODY, lambda _left: None)) is not None and done.left.any:
                outcome.given_up_with.append(done.left)

        began = self._week.kernel.now
        self._command(wait)
        outcome.verified_seconds = self._week.kernel.now - began

    def _command(self, do: Callable[[Recovery], object]) -> None:
        """Run a part of `mercarich db restored` until it ends well, as a person does."""
        kernel, engine = self._week.kernel, self._week.plant.database.engine
        while True:
            try:
                do(recovery_of(engine, kernel.utc, kernel.monotonic, kernel.sleep))
                return
            except DatabaseAway:
                kernel.sleep(LOOK_SECONDS)

    def _stand_as_in_the_books(self) -> None:
        """A source that only the lost hour knew is nobody's: nobody could buy it for an order."""
        world, at = self._week.plant.market.world, self._week.kernel.unix()
        columns = (amazon_accounts.c.seller_id, listings.c.sku, source_items.c.marketplace, source_items.c.item_id)
        query = select(*columns).join_from(listings, source_items)
        query = query.join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id).order_by(listings.c.id)
        with reading(self._week.plant.database.books) as connection:
            rows = connection.execute(query).all()
        for row in rows:
            offer = world.offers.get(row.seller_id, row.sku)
            number = world.catalogue.number_of(row.marketplace, row.item_id)
            if offer is not None and number is not None and offer.source != (row.marketplace, number):
                world.offers.stand_on(row.seller_id, row.sku, Source(at, row.marketplace, number))

    def _up(self) -> list[Key]:
        """Return offers that Amazon shows, that the books have at 0, and whose zero does not wait."""
        return self._different(listings.c.quantity == 0, up=True)

    def _down(self) -> list[Key]:
        """Return offers at 0 that the books have on sale, and that wait for no push."""
        return self._different(listings.c.quantity > 0, up=False)

    def _different(self, said: ColumnElement[bool], *, up: bool) -> list[Key]:
        offers = self._week.plant.market.world.offers.touched
        keys = [(row.seller_id, row.sku) for row in self._rows(_SETTLED & said)]
        return [key for key in keys if key in offers and (offers[key].quantity > 0) == up]

    def _stages(self, keys: Sequence[Key]) -> Counter[str]:
        stages = {(row.seller_id, row.sku): _stage(row) for row in self._rows(listings.c.listed)}
        return Counter(stages.get(key, "no listing") for key in keys)

    def _rows(self, condition: ColumnElement[bool]) -> Sequence[AnyRow]:
        query = select(amazon_accounts.c.seller_id, listings.c.sku, listings.c.quantity, listings.c.searching)
        query = query.join(listings, amazon_accounts.c.user_id == listings.c.user_id).where(condition)
        with reading(self._week.plant.database.books) as connection:
            return connection.execute(query.order_by(listings.c.id)).all()


def _stage(row: AnyRow) -> str:
    return "on sale" if row.quantity else "searched for" if row.searching else "withdrawn"


def _minutes(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds / 60:.1f} min"
