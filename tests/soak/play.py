"""The week from its beginning to its verdicts: faults happen, the sentinel watches, the days are counted."""

import gc
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from tests.soak import approvals, diary, fortnight, goals, pooled, processors, report, unmet
from tests.soak.agreement import Agreement
from tests.soak.amazon_models import AmazonModels
from tests.soak.approvals import Approvals
from tests.soak.buying import Buying
from tests.soak.drift import LOOK_SECONDS as DRIFT_SECONDS
from tests.soak.drift import Drift, Kind
from tests.soak.drill import Drill
from tests.soak.events import DAY, Event
from tests.soak.families import Faults
from tests.soak.figures import Figures, as_json, figures
from tests.soak.hindrances import Hindrances
from tests.soak.kernel import Process
from tests.soak.new_offers import TURN_SECONDS, NewOffers
from tests.soak.orders import ORDERS_SECONDS, Orders
from tests.soak.people import decide_on_holds
from tests.soak.sentinel import Sentinel
from tests.soak.states import States
from tests.soak.verdicts import Verdict, Verdicts
from tests.soak.weather import Weather
from tests.soak.week import Size, Week

log = logging.getLogger(__name__)

LOOK_SECONDS = 300.0
DECIDE_SECONDS = 3_600.0
BUY_SECONDS = 600.0
"""How often sellers look at their orders."""
CALM_HOURS = (3.25, 14.0)
"""Seconds after the last day in which unfinished work may end, at least and at most; no more events happen."""


@dataclass(frozen=True, slots=True)
class Plan:
    days: int
    size: Size
    faults: Faults
    states: Path | None = None
    """The file for the counts of states."""
    judge_orders: bool = False
    """Whether shares and forecasts of orders must be as wanted."""
    json: Path | None = None
    """The file for the figures of orders."""
    is_told: bool = False
    """Whether its orders are told to a seller (`fortnight`), in place of the report; no figures are compared."""


def play(console: Console, folder: Path, seed: int, plan: Plan) -> int:
    """Play the week. Return the exit code."""
    began = time.monotonic()
    processors.stay_on_one()
    gc.set_threshold(100_000, 20, 50)  # As in the product's own processes: most objects that survive, live long.
    size, faults = plan.size, plan.faults
    console.print(
        f"{plan.days} days of {size.sellers} sellers with {size.listings:,} listings, seed {seed}", highlight=False
    )
    if not plan.is_told:
        console.print(faults.text, highlight=False)
    week = Week(folder, seed, size, faults.amazon, watched=faults.watched)
    with closing(week.plant.darkroom):
        code = _Play(console, week, plan, _Show(console, week, plan.days, began)).run()
    seconds = f"{time.monotonic() - began:.0f} s, {time.process_time():.0f} s of them on a processor"
    console.print(f"{seconds}. {'' if plan.is_told else week.figures()}".rstrip(), highlight=False)
    return code


class _Play:
    """One week and those who watch it."""

    def __init__(self, console: Console, week: Week, plan: Plan, show: "_Show") -> None:
        self._console = console
        self._week = week
        self._plan = plan
        self._show = show
        self._sentinel, self._drift = Sentinel(week.plant), Drift(week.plant)
        self._new_offers = NewOffers(week.plant, week.seed)
        self._approvals = Approvals(week.plant)
        self._verdicts = Verdicts(
            week.plant, self._sentinel, self._drift, self._new_offers, self._approvals, plan.size.listings
        )
        self._drill, self._agreement = Drill(week, self._sentinel), Agreement(week.plant, week.seed)
        self._weather = Weather(week.plant, week.services, week.commands, week.seed, plan.faults)
        self._states = States(week.plant, self._weather.crash_points)
        hindrances = Hindrances(week.plant, week.services)
        self._orders = Orders(week.plant, Buying(week.plant), hindrances, self._new_offers.left_to_sellers)
        self._models = AmazonModels(week.plant)

    def run(self) -> int:
        """Return the exit code."""
        self._begin()
        with self._show:
            rows = [self._day(number) for number in range(1, self._plan.days + 1)]
            stopped, begin = self._week.kernel.unix(), self._week.kernel.utc()
            self._calm()
            rows.append(diary.day(self._week.plant, len(rows) + 1, begin, self._week.kernel.utc(), Counter()))
        code = self._judge(rows, stopped)
        self._week.kernel.end()
        return code

    def _begin(self) -> None:
        looks = (
            ("states", self._states.look, LOOK_SECONDS),
            ("sentinel", self._sentinel.look, LOOK_SECONDS),
            ("drift", self._drift.look, DRIFT_SECONDS),
            ("person", partial(decide_on_holds, self._week.plant), DECIDE_SECONDS),
            ("sellers", self._orders.buying.turn, BUY_SECONDS),
            ("orders", self._orders.look, ORDERS_SECONDS),
            ("new offers", self._new_offers.turn, TURN_SECONDS),
            ("approvals", self._approvals.turn, approvals.TURN_SECONDS),
        )
        for name, look, seconds in looks:
            self._week.kernel.spawn(name, partial(_again_and_again, self._week, look, seconds), Process(name))
        if not self._plan.is_told:
            self._week.kernel.spawn("agreement", self._agreement.watch, Process("agreement"))

    def _day(self, number: int) -> diary.Day:
        kernel, happened = self._week.kernel, Counter[str]()
        events = self._weather.plan(number - 1)
        kernel.spawn("weather", partial(_happen, self._week, events, happened), Process("weather"))
        if self._plan.faults.drills:
            self._drill.begin_day()
        _until(self._week, number * DAY, self._show)
        begin = kernel.at(kernel.start.timestamp() + (number - 1) * DAY)
        row = diary.day(self._week.plant, number, begin, kernel.utc(), happened)
        self._orders.day()
        if self._plan.is_told:
            fortnight.day(self._console, self._week.plant, number)
        else:
            self._show.day(row)
        return row

    def _calm(self) -> None:
        """Let what is under way end, without further events."""
        kernel, last = self._week.kernel, self._plan.days * DAY + CALM_HOURS[1] * 3600
        self._weather.calm()
        self._new_offers.rest()
        _until(self._week, kernel.now + CALM_HOURS[0] * 3600, self._show)
        self._week.commands.reconcile()  # What was bought since the last read of an offer that is up is known then.
        while self._verdicts.pending() and kernel.now < last:
            _until(self._week, kernel.now + 1800, self._show)

    def _judge(self, rows: Sequence[diary.Day], stopped: float) -> int:
        found = [*self._verdicts.all(stopped), self._agreement.verdict()]
        found += self._drill.verdicts() if self._plan.faults.drills else ()
        wanted = goals.goals(self._orders) if self._orders.any else []
        found.append(goals.verdict(wanted, shares=self._plan.judge_orders))
        if self._plan.json:
            self._plan.json.write_bytes(orjson.dumps(as_json(self._figures(found))))
        if self._plan.is_told:
            fortnight.table(self._console, self._orders, found)
        else:
            self._report(rows, found, wanted)
        return 0 if all(verdict.kept for verdict in found) else 1

    def _figures(self, found: Sequence[Verdict]) -> Figures:
        stopped = self._verdicts.wrongly_stopped
        return figures(self._week.seed, self._plan.days, self._orders, self._models, found, stopped)

    def _report(self, rows: Sequence[diary.Day], found: Sequence[Verdict], wanted: Sequence[goals.Goal]) -> None:
        report.days(self._console, rows)
        report.verdicts(self._console, found)
        if wanted:
            report.orders(self._console, self._orders, wanted)
        if wanted and self._plan.judge_orders:
            pooled.tell(self._console, self._figures(found))
            for line in unmet.lines(self._week.plant, self._orders):
                self._console.print(line, highlight=False, markup=False, soft_wrap=True)
        for problem in self._models.problems:
            self._console.print(f"Not as Amazon's models want it: {problem}", highlight=False, markup=False)
        ends = ", ".join(f"{count:,} {state}" for state, count in self._new_offers.counts().items())
        self._console.print(
            f"New offers: {self._new_offers.made:,} drafts, {ends or 'none asked for'}", highlight=False
        )
        judged = f"{self._approvals.approved:,} approved, {self._approvals.refused:,} refused"
        judged += f", {self._approvals.by_rule:,} by rule"
        self._console.print(f"Replacements that waited for a word: {judged}", highlight=False)
        _tell_states(self._console, self._states, self._plan.states)
        drifted = ", ".join(f"{self._drift.minutes[kind]:,} min of {kind}" for kind in Kind)
        self._console.print(f"Amazon showed another quantity than the books: {drifted}", highlight=False)
        for figure in self._drill.figures():
            self._console.print(figure, highlight=False)
        offences = [offence for verdict in found for offence in verdict.offences if offence.sku]
        if offences:
            report.story(self._console, self._week.plant, offences[0])


def _tell_states(console: Console, states: States, told: Path | None) -> None:
    counts = states.counts()
    report.states(console, counts)
    if told:
        told.write_bytes(orjson.dumps(counts))


def _happen(week: Week, events: list[Event], happened: Counter[str]) -> None:
    for event in events:
        week.kernel.sleep(event.at - week.kernel.now)
        log.info("%s: %s", f"{week.kernel.utc():%a %H:%M:%S}", event.text)
        happened[event.kind] += 1
        event.happen()


def _again_and_again(week: Week, look: Callable[[], None], seconds: float) -> None:
    while True:
        look()
        week.kernel.sleep(seconds)


def _until(week: Week, at: float, show: "_Show") -> None:
    while week.kernel.now < at:
        week.kernel.sleep(min(900.0, at - week.kernel.now))
        show.now()


class _Show:
    """Show progress, as a bar on a terminal, elsewhere as a line per day."""

    def __init__(self, console: Console, week: Week, days: int, began: float) -> None:
        self._console = console
        self._week = week
        self._began = began
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
        self._bar = Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
        self._task = self._bar.add_task("", total=days * DAY + CALM_HOURS[0] * 3600)

    def __enter__(self) -> "_Show":
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def now(self) -> None:
        at = self._week.kernel.now
        self._bar.update(self._task, completed=at, description=f"day {int(at // DAY) + 1}, {at % DAY / 3600:.1f} h")

    def day(self, row: diary.Day) -> None:
        text = (
            f"day {row.number}: {row.looks:,} looks, {row.sold} sold, {row.withdrawn} withdrawn, {row.revived} revived"
        )
        faults = f"{row.faults.total()} faults and events; {time.monotonic() - self._began:.0f} s"
        self._console.print(f"{text}, {row.held} held, {row.up:,} up; {faults}", highlight=False)
