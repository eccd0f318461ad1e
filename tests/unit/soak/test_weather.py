"""The faults of the simulated week: whatever the seed draws can be planned."""

import pytest
from tests.soak.events import DAY
from tests.soak.families import EVERY, Family, Faults, some
from tests.soak.proxies import PROXIES
from tests.soak.troubles import AMAZON_FAULTS, FEED_FAULTS, SITE_FAULTS
from tests.soak.weather import Weather
from tests.soak.week import UNKIND, USUAL, Week

from mercarich_simulator.faults import Faults as Troubles


def test_every_fault_can_be_drawn_and_none_begins_before_its_day(week: Week) -> None:
    weather = Weather(week.plant, week.services, week.commands, week.seed, Faults(amazon=UNKIND))
    drawn, families = set[str](), set[Family]()
    for day in range(60):
        events = weather.plan(day)
        assert events == sorted(events, key=lambda event: event.at)
        assert events[0].at >= day * DAY
        families |= {event.kind for event in events}
        drawn |= {event.text.split()[1] for event in events if event.kind in (Family.SPAPI, Family.FEEDS)}
    assert drawn >= {kind for target, kind, *_ in AMAZON_FAULTS if target == "spapi"} | {"stuck_feed", "fatal_feed"}
    assert families == EVERY


def test_a_family_that_is_left_out_never_happens_and_changes_no_other(week: Week) -> None:
    def plan(families: frozenset[Family]) -> list[tuple[float, Family, str]]:
        weather = Weather(week.plant, week.services, week.commands, week.seed, Faults(families))
        return [event[:3] for day in range(7) for event in weather.plan(day)]

    without = EVERY - {Family.TOKENS, Family.SOURCES}
    assert plan(without) == [event for event in plan(EVERY) if event[1] in without]


def test_a_seed_draws_the_same_faults_again_and_others_draw_others() -> None:
    drawn = [some(seed) for seed in range(40)]
    assert drawn == [some(seed) for seed in range(40)]
    assert {faults.amazon for faults in drawn} == {USUAL, UNKIND}
    assert {family for faults in drawn for family in faults.families} == EVERY
    assert {family for faults in drawn for family in EVERY - faults.families} == EVERY
    assert "Left out: " in drawn[0].text


def test_the_simulator_knows_every_fault() -> None:
    faults = Troubles(seed=1)
    for kind, share, longest, more in SITE_FAULTS:
        for name in PROXIES:
            faults.set({"target": name, "kind": kind, "share": share, "for_seconds": longest, **more}, 0.0)
    for target, kind, share, longest, more in AMAZON_FAULTS:
        faults.set({"target": target, "kind": kind, "share": share, "for_seconds": longest, **more}, 0.0)
    for trouble in filter(None, FEED_FAULTS):
        kind, more = trouble
        faults.set({"target": "spapi", "kind": kind, **more}, 0.0)


@pytest.mark.parametrize("first", [1, 2, 58_290_682])
def test_consecutive_weeks_are_watched_by_turns(first: int) -> None:
    watched = [some(seed).watched for seed in range(first, first + 3)]
    assert watched[0] != watched[1] != watched[2]
