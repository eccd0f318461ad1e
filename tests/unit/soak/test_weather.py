"""The weather of the simulated week: whatever the seed draws can be planned."""

from contextlib import closing
from pathlib import Path

from tests.soak.weather import DAY, Weather
from tests.soak.week import Size, Week


def test_every_fault_can_be_drawn_and_none_begins_before_its_day(tmp_path: Path) -> None:
    week = Week(tmp_path, 1, Size(sellers=2, listings=20))
    with closing(week.plant.darkroom):
        weather = Weather(week.plant, week.services, week.commands, week.seed)
        for day in range(60):
            events = weather.plan(day)
            assert events == sorted(events, key=lambda event: event.at)
            assert events[0].at >= day * DAY
        week.kernel.sleep(1.0)  # who has begun can end, and closes what is his
        week.kernel.end()
