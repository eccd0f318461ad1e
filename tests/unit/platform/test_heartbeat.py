"""What a loop of turns says of itself to its probes."""

from mercarich_platform.heartbeat import FROZEN_AFTER, Heartbeat


def test_it_is_ready_once_the_database_was_reached_and_until_it_is_lost() -> None:
    beat = Heartbeat(lambda: 0.0)
    before = beat.ready()
    beat.reached()
    reached = beat.ready()
    beat.lost("the database does not answer")

    assert (before, reached, beat.ready()) == (
        "the database has not been reached yet",
        None,
        "the database does not answer",
    )
    assert beat.healthy() is None


def test_a_loop_that_stands_is_neither_alive_nor_ready_until_its_next_turn() -> None:
    seconds = [0.0]
    beat = Heartbeat(lambda: seconds[0])
    beat.reached()
    seconds[0] = FROZEN_AFTER + 1
    frozen = (beat.healthy(), beat.ready())
    beat()

    assert frozen == ("no turn for 301 s", "no turn for 301 s")
    assert (beat.healthy(), beat.ready()) == (None, None)
