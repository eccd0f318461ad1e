"""The local scheduler: slots in Tokyo's time, one start per slot, making up for missed slots, continuing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from mercarich_contracts.schedule import SCHEDULE, ScheduleRow
from mercarich_contracts.slots import slot_at
from mercarich_db.silent_runs import Silent
from mercarich_local.schedule_process import installed
from mercarich_local.scheduler import Scheduler, Start, Switches, request_key
from mercarich_platform.clock import AHEAD

TWICE_A_DAY = ScheduleRow("check-item-yahoo", "0 0,12 * * *", ("check_item_yahoo", "2", "4"), "checker", 12 * 3600)
MIDNIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 00:00 of the 25th in Tokyo
HOUR = timedelta(hours=1)


@dataclass
class FakeRunning:
    code: int | None = None
    terminated: bool = False

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.terminated = True


@dataclass
class FakeStarts:
    rows: dict[tuple[str, datetime], Start] = field(default_factory=dict)
    wanted: Switches = field(default_factory=Switches)
    known: dict[str, datetime] = field(default_factory=dict)
    silent: list[Silent] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Keys of runs."""

    def last(self) -> Mapping[str, Start]:
        return {name: start for (name, _), start in sorted(self.rows.items(), key=lambda row: row[0][1])}

    def forget_ahead(self, now: datetime) -> Sequence[tuple[str, datetime]]:
        ahead = {key: start for key, start in self.rows.items() if start.started_at > now + AHEAD}
        self.rows = {key: start for key, start in self.rows.items() if key not in ahead}
        return [(name, start.started_at) for (name, _), start in ahead.items()]

    def is_used(self, request_key: str) -> bool:
        return request_key in self.used

    def known_since(self) -> Mapping[str, datetime]:
        return self.known

    def switches(self, now: datetime) -> Switches:
        return self.wanted

    def silent_runs(self, now: datetime) -> Sequence[Silent]:
        return self.silent

    def begin(self, name: str, slot: datetime, at: datetime) -> bool:
        if (name, slot) in self.rows:
            return False
        self.rows[name, slot] = Start(slot, at, None)
        return True

    def end(self, name: str, slot: datetime, at: datetime, exit_code: int) -> None:
        self.rows[name, slot] = Start(slot, self.rows[name, slot].started_at, exit_code)

    def granted(self, name: str) -> None:
        self.wanted = replace(self.wanted, wanted=self.wanted.wanted - {name})


class Machine:
    """A scheduler whose clock the test moves; `started` holds the request keys in order."""

    def __init__(self, at: datetime, starts: FakeStarts | None = None, *rows: ScheduleRow) -> None:
        self.time = at
        self.started: list[str] = []
        self.running: list[FakeRunning] = []
        self.starts = starts or FakeStarts()
        self.scheduler = Scheduler(rows or [TWICE_A_DAY], self.starts, self._launch, lambda: self.time)

    def tick_at(self, at: datetime) -> None:
        self.time = at
        self.scheduler.tick()

    def _launch(self, row: ScheduleRow, key: str) -> FakeRunning:
        self.started.append(key)
        self.starts.used.add(key)
        self.running.append(FakeRunning())
        return self.running[-1]


def test_a_run_without_a_planner_is_taken_over_once_and_again_if_that_ends_at_once() -> None:
    typed = Silent("check_item_yahoo", "by-hand-1", MIDNIGHT)
    machine = Machine(MIDNIGHT + HOUR, FakeStarts(silent=[typed, replace(typed, command="check_item_elsewhere")]))
    machine.tick_at(MIDNIGHT + HOUR)
    machine.tick_at(MIDNIGHT + HOUR + timedelta(seconds=1))
    assert machine.started == ["by-hand-1"]
    machine.running[0].code = 75
    ended = MIDNIGHT + HOUR + timedelta(seconds=2)
    machine.tick_at(ended)
    machine.tick_at(ended + timedelta(seconds=29))
    assert machine.started == ["by-hand-1"]
    machine.tick_at(ended + timedelta(seconds=30))
    assert machine.started == ["by-hand-1"] * 2
    assert machine.starts.rows == {}, "no start of a row"


def test_a_run_of_a_paused_row_is_not_taken_over_and_a_typed_one_is_by_a_row_that_is_not_paused() -> None:
    of_four = replace(TWICE_A_DAY, name="check-item-yahoo-4")
    own, typed = Silent("check_item_yahoo", "check-item-yahoo-29", MIDNIGHT), "by-hand-1"
    starts = FakeStarts(silent=[own, replace(own, request_key=typed)])
    starts.wanted = Switches(paused=frozenset({"check-item-yahoo"}))
    machine = Machine(MIDNIGHT + HOUR, starts, TWICE_A_DAY, of_four)
    machine.tick_at(MIDNIGHT + HOUR)
    assert machine.started == [typed]
    starts.wanted = Switches(paused=frozenset({"check-item-yahoo-4"}))
    machine.tick_at(MIDNIGHT + HOUR)
    assert machine.started == [typed, "check-item-yahoo-29"]


def test_a_slot_of_the_night_is_read_in_tokyo_time() -> None:
    slot, interval = slot_at("0 0,12 * * *", MIDNIGHT + timedelta(minutes=5))
    assert (slot, interval) == (MIDNIGHT, 12 * HOUR)


def test_the_newest_slot_may_be_now_but_never_later() -> None:
    assert slot_at("0 0,12 * * *", MIDNIGHT)[0] == MIDNIGHT
    assert slot_at("0 0,12 * * *", MIDNIGHT - timedelta(microseconds=1))[0] == MIDNIGHT - 12 * HOUR


@pytest.mark.parametrize("row", SCHEDULE, ids=lambda row: row.name)
def test_every_row_of_the_schedule_has_a_slot(row: ScheduleRow) -> None:
    slot, interval = slot_at(row.cron, MIDNIGHT)
    assert MIDNIGHT - timedelta(days=1) < slot <= MIDNIGHT
    assert timedelta(0) < interval <= timedelta(days=1)


def test_a_slot_is_started_once_when_its_time_comes() -> None:
    machine = Machine(MIDNIGHT - timedelta(seconds=2))
    for second in range(-2, 5):
        machine.tick_at(MIDNIGHT + timedelta(seconds=second))
    assert machine.started == [request_key("check-item-yahoo", MIDNIGHT)]


def test_two_schedulers_start_a_slot_once_between_them() -> None:
    starts = FakeStarts()
    before = MIDNIGHT - timedelta(seconds=1)
    first, second = Machine(before, starts), Machine(before, starts)
    starts.last = dict  # type: ignore[method-assign]  # both looked before either began
    first.tick_at(MIDNIGHT)
    second.tick_at(MIDNIGHT)
    assert (len(first.started), len(second.started)) == (1, 0)


def test_nothing_is_caught_up_with_on_the_first_day() -> None:
    machine = Machine(MIDNIGHT + HOUR)
    machine.tick_at(MIDNIGHT + 11 * HOUR)
    assert machine.started == []


def test_a_missed_slot_is_started_once_the_last_start_is_older_than_its_interval_and_a_tenth() -> None:
    starts = FakeStarts()
    starts.rows["check-item-yahoo", MIDNIGHT] = Start(MIDNIGHT, MIDNIGHT, 0)
    noon = MIDNIGHT + 12 * HOUR
    machine = Machine(noon + timedelta(minutes=5), starts)
    machine.tick_at(MIDNIGHT + 13.1 * HOUR)
    assert machine.started == []
    machine.tick_at(MIDNIGHT + 13.3 * HOUR)
    machine.tick_at(MIDNIGHT + 13.4 * HOUR)
    assert machine.started == [request_key("check-item-yahoo", noon)]


def test_t11_a_row_that_never_started_is_caught_up_with_by_how_long_it_is_here() -> None:
    starts = FakeStarts(known={"check-item-yahoo": MIDNIGHT - HOUR})
    machine = Machine(MIDNIGHT + HOUR, starts)
    machine.tick_at(MIDNIGHT + 12.1 * HOUR)
    machine.tick_at(MIDNIGHT + 12.2 * HOUR)
    noon = request_key("check-item-yahoo", MIDNIGHT + 12 * HOUR)
    assert machine.started == [noon], "its own slot"
    late = Machine(MIDNIGHT + HOUR, FakeStarts(known={"check-item-yahoo": MIDNIGHT - HOUR}))
    late.tick_at(MIDNIGHT + 11 * HOUR)
    assert late.started == []
    later = Machine(MIDNIGHT + 13 * HOUR, FakeStarts(known={"check-item-yahoo": MIDNIGHT - HOUR}))
    later.tick_at(MIDNIGHT + 13 * HOUR)
    later.tick_at(MIDNIGHT + 13.1 * HOUR)
    assert later.started == [noon]


def test_of_many_missed_slots_only_the_newest_is_started() -> None:
    starts = FakeStarts()
    starts.rows["check-item-yahoo", MIDNIGHT] = Start(MIDNIGHT, MIDNIGHT, 0)
    machine = Machine(MIDNIGHT + 73 * HOUR, starts)
    machine.tick_at(MIDNIGHT + 73 * HOUR)
    machine.tick_at(MIDNIGHT + 73.1 * HOUR)
    assert machine.started == [request_key("check-item-yahoo", MIDNIGHT + 72 * HOUR)]


@pytest.mark.parametrize("exit_code", [None, 75, -9])
def test_a_run_that_was_cut_off_goes_on_under_its_own_key(exit_code: int | None) -> None:
    starts = FakeStarts()
    starts.rows["check-item-yahoo", MIDNIGHT] = Start(MIDNIGHT, MIDNIGHT, exit_code)
    machine = Machine(MIDNIGHT + HOUR, starts)
    machine.tick_at(MIDNIGHT + HOUR)
    machine.tick_at(MIDNIGHT + HOUR + timedelta(seconds=1))
    assert machine.started == [request_key("check-item-yahoo", MIDNIGHT)]


def test_a_run_that_asks_to_be_tried_again_gets_a_pause_first() -> None:
    machine = Machine(MIDNIGHT - timedelta(seconds=1))
    machine.tick_at(MIDNIGHT)
    machine.running[0].code = 75
    machine.tick_at(MIDNIGHT + timedelta(seconds=10))
    machine.tick_at(MIDNIGHT + timedelta(seconds=20))
    assert len(machine.started) == 1
    machine.tick_at(MIDNIGHT + timedelta(seconds=45))
    assert machine.started == [request_key("check-item-yahoo", MIDNIGHT)] * 2


@pytest.mark.parametrize("exit_code", [0, 1, 78])
def test_a_run_that_has_ended_is_not_started_again(exit_code: int) -> None:
    machine = Machine(MIDNIGHT - timedelta(seconds=1))
    machine.tick_at(MIDNIGHT)
    machine.running[0].code = exit_code
    machine.tick_at(MIDNIGHT + HOUR)
    machine.tick_at(MIDNIGHT + 2 * HOUR)
    assert len(machine.started) == 1


def test_a_run_past_its_deadline_is_asked_to_end() -> None:
    machine = Machine(MIDNIGHT - timedelta(seconds=1))
    machine.tick_at(MIDNIGHT)
    machine.tick_at(MIDNIGHT + 11 * HOUR)
    assert not machine.running[0].terminated
    machine.tick_at(MIDNIGHT + 12 * HOUR + timedelta(seconds=1))
    assert machine.running[0].terminated


def test_a_row_whose_command_is_not_installed_is_not_run(caplog: pytest.LogCaptureFixture) -> None:
    here = ScheduleRow("status-often", "* * * * *", ("up",), "local", 60)
    nowhere = ScheduleRow("revive", "* * * * *", ("no_such_command",), "updater", 60)
    with caplog.at_level("INFO"):
        assert installed([here, nowhere]) == [here]
    assert [record.__dict__["schedules"] for record in caplog.records] == [["revive"]]


def test_every_row_of_the_schedule_has_its_command_on_one_machine() -> None:
    assert installed(SCHEDULE) == list(SCHEDULE)


def test_t10_a_paused_row_is_not_started_and_catches_up_when_it_is_resumed() -> None:
    machine = Machine(MIDNIGHT - HOUR)
    machine.starts.wanted = Switches(paused=frozenset({TWICE_A_DAY.name}))
    machine.tick_at(MIDNIGHT + HOUR)
    assert machine.started == []

    machine.starts.wanted = Switches()
    machine.tick_at(MIDNIGHT + 2 * HOUR)
    assert machine.started == [request_key(TWICE_A_DAY.name, MIDNIGHT)]


def test_a_row_that_somebody_wants_now_starts_once_also_while_it_is_paused() -> None:
    machine = Machine(MIDNIGHT - HOUR)
    only = frozenset({TWICE_A_DAY.name})
    machine.starts.wanted = Switches(paused=only, wanted=only)
    at = MIDNIGHT - HOUR + timedelta(seconds=7)
    machine.tick_at(at)
    machine.tick_at(at + timedelta(seconds=1))

    assert machine.started == [f"{TWICE_A_DAY.name}-by-hand-{int(at.timestamp())}"]
    assert machine.starts.wanted.wanted == frozenset()


def test_a_start_in_somebodys_terminal_is_not_started_a_second_time() -> None:
    at = MIDNIGHT + timedelta(seconds=7, microseconds=3)
    starts = FakeStarts({(TWICE_A_DAY.name, at): Start(at, at, None)})
    machine = Machine(MIDNIGHT + HOUR, starts)
    machine.tick_at(MIDNIGHT + HOUR)
    starts.rows[TWICE_A_DAY.name, at] = Start(at, at, 75)
    machine.tick_at(MIDNIGHT + 2 * HOUR)
    assert machine.started == []


def test_a_wanted_start_that_is_to_be_tried_again_is() -> None:
    machine = Machine(MIDNIGHT - HOUR)
    machine.starts.wanted = Switches(wanted=frozenset({TWICE_A_DAY.name}))
    at = MIDNIGHT - HOUR + timedelta(seconds=7)
    machine.tick_at(at)
    machine.running[0].code = 75
    machine.tick_at(at + timedelta(seconds=1))
    machine.tick_at(at + timedelta(seconds=40))
    assert machine.started == [f"{TWICE_A_DAY.name}-by-hand-{int(at.timestamp())}"] * 2


def test_t11_catching_up_after_downtime_can_be_switched_off() -> None:
    starts = FakeStarts({(TWICE_A_DAY.name, MIDNIGHT): Start(MIDNIGHT, MIDNIGHT, 0)})
    for catch_up, started in ((False, 0), (True, 1)):
        machine = Machine(MIDNIGHT + 14 * HOUR, starts)
        starts.wanted = Switches(catch_up=catch_up)
        machine.tick_at(MIDNIGHT + 14 * HOUR)
        assert len(machine.started) == started


def test_t11_what_a_start_of_more_plans_does_is_not_started_again_beside_it() -> None:
    """The newest start wins: a run of fewer plans would take its sellers from it."""
    some = replace(TWICE_A_DAY, name="check-item-yahoo-4", cron="0 6,18 * * *", command=("check_item_yahoo", "4"))
    evening = MIDNIGHT - 6 * HOUR
    begun = [Start(slot, slot, 0) for slot in (MIDNIGHT, evening)]
    starts = FakeStarts({(TWICE_A_DAY.name, MIDNIGHT): begun[0], (some.name, evening): begun[1]})
    machine = Machine(MIDNIGHT + 14 * HOUR, starts, TWICE_A_DAY, some)

    for minutes in range(60):
        machine.tick_at(MIDNIGHT + 14 * HOUR + timedelta(minutes=minutes))
    assert machine.started == [request_key(TWICE_A_DAY.name, MIDNIGHT + 12 * HOUR)]

    machine.tick_at(MIDNIGHT + 18 * HOUR)
    assert machine.started[1:] == [request_key(some.name, MIDNIGHT + 18 * HOUR)]


@pytest.mark.parametrize("row", SCHEDULE, ids=lambda row: row.name)
def test_t1_t2_t3_t4_t5_t6_t7_t8_the_interval_of_each_row_is_the_longest_between_its_slots(row: ScheduleRow) -> None:
    slots = [slot_at(row.cron, MIDNIGHT + timedelta(minutes=minute))[0] for minute in range(0, 2 * 24 * 60, 2)]
    gaps = {after - before for before, after in pairwise(slots)}
    assert max(gaps) == timedelta(seconds=row.interval_seconds)


AHEAD_BY = timedelta(days=40)


def jumped(ahead: timedelta, *, restarted: bool) -> Machine:
    """A scheduler in the morning, whose clock was ahead for four seconds; `restarted`: only the one before was."""
    morning = MIDNIGHT + 6 * HOUR
    starts = FakeStarts({(TWICE_A_DAY.name, MIDNIGHT): Start(MIDNIGHT, MIDNIGHT, 0)})
    wrong = Machine(morning, starts)
    for seconds in range(4):
        wrong.tick_at(morning + ahead + timedelta(seconds=seconds))
    assert len(wrong.started) == 1, "a slot that the clock says has come"
    wrong.running[0].code = 0
    wrong.scheduler.settle()
    after = morning + timedelta(seconds=4)
    machine = Machine(after, starts) if restarted else wrong
    machine.tick_at(after)
    return machine


@pytest.mark.parametrize("restarted", [True, False])
@pytest.mark.parametrize("ahead", [AHEAD_BY, 6 * HOUR])
def test_a_start_that_lies_in_the_future_is_none_and_the_schedule_goes_on(
    ahead: timedelta, restarted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    machine = jumped(ahead, restarted=restarted)
    before = len(machine.started)
    noon = MIDNIGHT + 12 * HOUR
    for seconds in range(-2, 3):
        machine.tick_at(noon + timedelta(seconds=seconds))

    assert len(machine.started) == before + 1
    assert set(machine.starts.rows) == {(TWICE_A_DAY.name, MIDNIGHT), (TWICE_A_DAY.name, noon)}
    [warned] = [record for record in caplog.records if "in the future" in record.message]
    assert (warned.levelname, warned.__dict__["schedule"]) == ("WARNING", TWICE_A_DAY.name)


def test_a_slot_whose_key_a_wrong_clock_has_used_starts_a_run_of_its_own() -> None:
    """Under the same key its command would find a run that has ended, and do nothing."""
    machine = jumped(6 * HOUR, restarted=True)
    used = request_key(TWICE_A_DAY.name, MIDNIGHT + 12 * HOUR)
    machine.tick_at(MIDNIGHT + 12 * HOUR)
    [key] = machine.started
    assert key != used
    assert key.startswith(used)
    machine.running[0].code = 75
    machine.tick_at(MIDNIGHT + 12 * HOUR + timedelta(seconds=1))
    machine.tick_at(MIDNIGHT + 12 * HOUR + timedelta(seconds=40))
    assert machine.started == [key, key], "it goes on where it was"


def test_a_command_that_runs_while_the_clock_is_set_back_keeps_its_deadline() -> None:
    machine = Machine(MIDNIGHT - HOUR)
    machine.tick_at(MIDNIGHT + AHEAD_BY)
    machine.tick_at(MIDNIGHT)
    machine.tick_at(MIDNIGHT + 12 * HOUR + timedelta(seconds=1))
    assert machine.running[0].terminated
