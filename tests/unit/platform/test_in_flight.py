"""Records in hand across rebalances: nothing is committed too early, nothing is handled twice without need."""

from mercarich_platform.in_flight import InFlight, Task
from mercarich_platform.kafka import Record
from mercarich_platform.rejections import IN_A_ROW, LATELY, LATELY_AT_MOST

ONE = ("topic", 0)


def record(offset: int, value: bytes = b"v") -> Record:
    return Record("topic", 0, offset, None, value, (), 1000 + offset)


def taken(in_flight: InFlight, *offsets: int) -> list[Task]:
    tasks = [in_flight.take(record(offset)) for offset in offsets]
    return [task for task in tasks if task is not None]


def assigned(span_limit: int = 10) -> InFlight:
    in_flight = InFlight(span_limit=span_limit)
    in_flight.assigned([ONE])
    return in_flight


def test_a_record_of_a_partition_that_is_not_ours_is_not_taken() -> None:
    assert InFlight(span_limit=10).take(record(0)) is None


def test_revoking_answers_the_finished_prefix() -> None:
    in_flight = assigned()
    first, _second, third = taken(in_flight, 7, 8, 9)
    in_flight.finish(first)
    in_flight.finish(third)
    assert in_flight.revoked([ONE]) == {ONE: 8}
    assert in_flight.committable() == {}


def test_a_record_that_still_runs_is_taken_up_when_its_partition_comes_back() -> None:
    in_flight = assigned()
    [running] = taken(in_flight, 7)
    in_flight.revoked([ONE])
    in_flight.assigned([ONE])
    assert taken(in_flight, 7) == []
    assert in_flight.committable() == {}
    in_flight.finish(running)
    assert in_flight.committable() == {ONE: 8}


def test_a_record_that_ended_while_its_partition_was_away_is_not_handled_again() -> None:
    in_flight = assigned()
    running, after = taken(in_flight, 7, 8)
    in_flight.finish(after)
    in_flight.revoked([ONE])
    in_flight.finish(running)
    in_flight.assigned([ONE])
    assert taken(in_flight, 7, 8) == []
    assert in_flight.committable() == {ONE: 9}


def test_another_record_with_the_same_offset_is_a_new_one() -> None:
    in_flight = assigned()
    [running] = taken(in_flight, 7)
    in_flight.lost([ONE])
    in_flight.assigned([ONE])
    other = in_flight.take(record(7, b"the broker lost its data"))
    assert other is not None
    in_flight.finish(running)
    assert in_flight.committable() == {}


def test_a_log_that_begins_anew_forgets_the_old_offsets() -> None:
    in_flight = assigned()
    [old] = taken(in_flight, 100)
    [new] = taken(in_flight, 0)
    in_flight.finish(old)
    assert in_flight.committable() == {}
    in_flight.finish(new)
    assert in_flight.committable() == {ONE: 1}


def test_a_record_that_queued_while_its_partition_went_away_is_not_begun_and_is_taken_when_read_again() -> None:
    in_flight = assigned()
    [queued] = taken(in_flight, 7)
    in_flight.revoked([ONE])
    assert not in_flight.wanted(queued)
    in_flight.assigned([ONE])
    assert len(taken(in_flight, 7)) == 1


def test_a_partition_with_a_waiting_record_takes_no_more_until_its_time() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    assert in_flight.wait(task)
    assert in_flight.blocked() == {ONE}
    assert in_flight.resume(task)
    assert in_flight.blocked() == set()


def test_a_waiting_record_whose_partition_went_away_is_let_go_and_taken_when_read_again() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    in_flight.wait(task)
    in_flight.revoked([ONE])
    in_flight.assigned([ONE])
    assert not in_flight.resume(task)
    assert len(taken(in_flight, 0)) == 1
    assert in_flight.blocked() == set()


def test_a_partition_takes_no_more_when_too_much_would_be_read_again() -> None:
    in_flight = assigned(span_limit=3)
    first, *_ = taken(in_flight, 0, 1, 2)
    assert in_flight.blocked() == {ONE}
    in_flight.finish(first)
    assert in_flight.blocked() == set()


def test_what_was_committed_is_not_committed_again() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    in_flight.finish(task)
    in_flight.committed({ONE: 1})
    assert in_flight.committable() == {}
    assert in_flight.revoked([ONE]) == {}


def test_too_many_rejections_in_a_row_stop_the_partition_for_good() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    assert all(in_flight.reject(task) for _ in range(IN_A_ROW))
    assert in_flight.stopped() == set()
    assert not in_flight.reject(task)
    in_flight.accept(task)
    assert in_flight.stopped() == {ONE}
    assert in_flight.blocked() == {ONE}


def test_a_record_that_is_accepted_ends_the_row_of_rejections() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    for _ in range(2):
        assert all(in_flight.reject(task) for _ in range(IN_A_ROW))
        in_flight.accept(task)


def test_one_bad_record_in_twenty_stops_the_partition_though_no_row_of_them_comes() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    for _ in range(LATELY_AT_MOST):
        assert in_flight.reject(task)
        in_flight.accept(task)
    assert not in_flight.reject(task)
    assert in_flight.stopped() == {ONE}


def test_garbage_stops_no_partition_and_is_told_until_a_record_can_be_decoded() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    assert all(in_flight.reject(task, undecodable=True) for _ in range(IN_A_ROW))
    assert in_flight.garbage_alone() == set()
    assert all(in_flight.reject(task, undecodable=True) for _ in range(10 * LATELY_AT_MOST))
    assert (in_flight.stopped(), in_flight.blocked()) == (set(), set())
    assert in_flight.garbage_alone() == {ONE}
    in_flight.accept(task)
    assert in_flight.garbage_alone() == set()


def test_garbage_hides_no_bad_code() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    for _ in range(IN_A_ROW):
        assert in_flight.reject(task)
        assert in_flight.reject(task, undecodable=True)
    assert not in_flight.reject(task)


def test_garbage_of_a_partition_that_went_to_another_worker_is_not_told() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    assert all(in_flight.reject(task, undecodable=True) for _ in range(IN_A_ROW + 1))
    in_flight.revoked([ONE])
    assert in_flight.garbage_alone() == set()


def test_rejections_of_long_ago_are_forgotten() -> None:
    in_flight = assigned()
    [task] = taken(in_flight, 0)
    for _ in range(10):
        for _ in range(IN_A_ROW):
            assert in_flight.reject(task)
        for _ in range(LATELY // 2):
            in_flight.accept(task)
    assert in_flight.stopped() == set()
