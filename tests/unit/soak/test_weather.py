"""The faults of the simulated week: whatever the seed draws can be planned."""

from contextlib import closing
from pathlib import Path

from tests.soak.proxies import PROXIES
from tests.soak.weather import AMAZON_FAULTS, DAY, FEED_FAULTS, SITE_FAULTS, Weather
from tests.soak.week import Size, Week

from mercarich_simulator.faults import Faults


def test_every_fault_can_be_drawn_and_none_begins_before_its_day(tmp_path: Path) -> None:
    week = Week(tmp_path, 1, Size(sellers=2, listings=20))
    with closing(week.plant.darkroom):
        weather = Weather(week.plant, week.services, week.commands, week.seed)
        drawn = set[str]()
        for day in range(60):
            events = weather.plan(day)
            assert events == sorted(events, key=lambda event: event.at)
            assert events[0].at >= day * DAY
            drawn |= {event.text.split()[1] for event in events if event.kind == "spapi"}
        week.kernel.sleep(1.0)  # Only a process that has begun can end, and it closes what it opened.
        week.kernel.end()
    assert drawn >= {kind for target, kind, *_ in AMAZON_FAULTS if target == "spapi"} | {"stuck_feed", "fatal_feed"}


def test_the_simulator_knows_every_fault() -> None:
    faults = Faults(seed=1)
    for kind, share, longest, more in SITE_FAULTS:
        for name in PROXIES:
            faults.set({"target": name, "kind": kind, "share": share, "for_seconds": longest, **more}, 0.0)
    for target, kind, share, longest, more in AMAZON_FAULTS:
        faults.set({"target": target, "kind": kind, "share": share, "for_seconds": longest, **more}, 0.0)
    for trouble in filter(None, FEED_FAULTS):
        kind, more = trouble
        faults.set({"target": "spapi", "kind": kind, **more}, 0.0)
