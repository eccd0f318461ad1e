"""The week from its beginning to its verdicts: faults happen, the sentinel watches, the days are counted."""

import gc
import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from tests.soak import diary, processors, report
from tests.soak.agreement import Agreement
from tests.soak.buying import Buying
from tests.soak.drift import LOOK_SECONDS as DRIFT_SECONDS
from tests.soak.drift import Drift, Kind
from tests.soak.drill import Drill
from tests.soak.events import DAY, Event
from tests.soak.families import Faults
from tests.soak.kernel import Process
from tests.soak.orders import Orders
from tests.soak.people import decide_on_holds
from tests.soak.sentinel import Sentinel
from tests.soak.states import States
from tests.soak.verdicts import Verdicts
from tests.soak.weather import Weather
from tests.soak.week import Size, Week

log = logging.getLogger(__name__)

LOOK_SECONDS = 300.0
DECIDE_SECONDS = 3_600.0
BUY_SECONDS, ORDERS_SECONDS = 600.0, 30.0
"""How often sellers look at their orders, and how often it is measured what the product did about them."""
CALM_HOURS = (3.25, 14.0)
"""Seconds after the last day in which unfinished work may end, at least and at most; no more events happen."""


def play(
    console: Console, folder: Path, seed: int, days: int, size: Size, faults: Faults, told: Path | None = None
) -> int:
    """Play the week. Return the exit code. `told`: the file for the counts of states."""
    began = time.monotonic()
    processors.stay_on_one()
    gc.set_threshold(100_000, 20, 50)  # As in the product's own processes: most objects that survive, live long.
    console.print(
        f"{days} days of {size.sellers} sellers with {size.listings:,} listings, seed {seed}", highlight=False
    )
    console.print(faults.text, highlight=False)
    week = Week(folder, seed, size, faults.amazon, watched=faults.watched)
    with closing(week.plant.darkroom):
        code = _play(console, week, days, size, faults, _Show(console, week, days, began), told)
    seconds = f"{time.monotonic() - began:.0f} s, {time.process_time():.0f} s of them on a processor"
    console.print(f"{seconds}. {week.figures()}", highlight=False)
    return code


def _play(console: Console, week: Week, days: int, size: Size, faults: Faults, show: "_Show", told: Path | None) -> int:
    sentinel, drift = Sentinel(week.plant), Drift(week.plant)
    verdicts = Verdicts(week.plant, sentinel, drift, size.listings)
    drill, agreement = Drill(week, sentinel), Agreement(week.plant, week.seed)
    weather = Weather(week.plant, week.services, week.commands, week.seed, faults)
    kernel, states = week.kernel, States(week.plant, weather.crash_points)
    orders = Orders(week.plant, Buying(week.plant))
    looks = (
        ("states", states.look, LOOK_SECONDS),
        ("sentinel", sentinel.look, LOOK_SECONDS),
        ("drift", drift.look, DRIFT_SECONDS),
        ("person", partial(decide_on_holds, week.plant), DECIDE_SECONDS),
        ("sellers", orders.buying.turn, BUY_SECONDS),
        ("orders", orders.look, ORDERS_SECONDS),
    )
    for name, look, seconds in looks:
        kernel.spawn(name, partial(_again_and_again, week, look, seconds), Process(name))
    kernel.spawn("agreement", agreement.watch, Process("agreement"))
    rows = []
    with show:
        for number in range(1, days + 1):
            happened = Counter[str]()
            events = weather.plan(number - 1)
            kernel.spawn("weather", partial(_happen, week, events, happened), Process("weather"))
            if faults.drills:
                drill.begin_day()
            _until(week, number * DAY, show)
            begin, end = kernel.at(kernel.start.timestamp() + (number - 1) * DAY), kernel.utc()
            rows.append(diary.day(week.plant, number, begin, end, happened))
            show.day(rows[-1])
            orders.day()
        weather.calm()
        stopped, begin = kernel.unix(), kernel.utc()
        _until(week, kernel.now + CALM_HOURS[0] * 3600, show)
        week.commands.reconcile()  # What was bought since the last read of an offer that is up is known then.
        while verdicts.pending() and kernel.now < days * DAY + CALM_HOURS[1] * 3600:
            _until(week, kernel.now + 1800, show)
        rows.append(diary.day(week.plant, days + 1, begin, kernel.utc(), Counter()))
    found = [*verdicts.all(stopped), agreement.verdict(), *(drill.verdicts() if faults.drills else ())]
    report.days(console, rows)
    report.verdicts(console, found)
    report.orders(console, orders)
    _tell_states(console, states, told)
    drifted = ", ".join(f"{drift.minutes[kind]:,} min of {kind}" for kind in Kind)
    console.print(f"Amazon showed another quantity than the books: {drifted}", highlight=False)
    for figure in drill.figures():
        console.print(figure, highlight=False)
    offences = [offence for verdict in found for offence in verdict.offences if offence.sku]
    if offences:
        report.story(console, week.plant, offences[0])
    kernel.end()
    return 0 if all(verdict.kept for verdict in found) else 1


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
        self._console.print(f"{text}, {row.held} held; {faults}", highlight=False)
