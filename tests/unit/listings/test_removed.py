"""What becomes of an offer that was deleted here and that Amazon shows again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mercarich_listings.push import SETTLED, back_off
from mercarich_listings.read_back import OFFERS_EVERY, ZERO_SHOWS_WITHIN, ZEROS_EVERY
from mercarich_listings.removed import HELD, OFTEN, WATCHED, Found, Removed, read, refused, unread, unsent
from mercarich_reasons.push import AmazonRefused, CameBack, CameBackAgain

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
GONE = Removed(2, "S-1", removed_at=NOW - timedelta(hours=3), next_read_at=NOW)
SENT = timedelta(minutes=2)
ZEROED = replace(
    GONE, read_at=NOW - SENT, shown=1, returns=1, came_back_at=NOW - SENT, zeroed_at=NOW - SENT, reason=CameBack(1)
)
"""It came back, and a zero was sent; Amazon was not read since."""


def after(found: Found) -> Removed:
    assert found.after is not None
    return found.after


def down(removed: Removed, since: timedelta) -> Removed:
    """The zero was seen at Amazon, that long ago."""
    return replace(removed, shown=0, zeroed_at=NOW - since, zero_shown_at=NOW - since, read_at=NOW - since)


def test_one_that_is_gone_is_read_every_hour_for_a_week_and_then_every_day_until_it_has_been_gone_for_long() -> None:
    for age, longest in ((OFTEN / 2, ZEROS_EVERY), (OFTEN, OFFERS_EVERY), (WATCHED - HELD, OFFERS_EVERY)):
        found = read(replace(GONE, removed_at=NOW - age), None, NOW)
        assert (found.to_zero, found.returned) == (False, False)
        assert longest * 5 / 6 - timedelta(minutes=1) <= after(found).next_read_at - NOW <= longest
    assert read(replace(GONE, removed_at=NOW - WATCHED), None, NOW) == Found(None)


def test_reads_of_what_was_deleted_together_are_spread_over_whole_minutes_which_they_share() -> None:
    at = NOW + timedelta(seconds=7)
    times = {after(read(replace(GONE, sku=f"S-{number}"), None, at)).next_read_at for number in range(200)}
    assert len(times) in (10, 11)
    assert {(time.second, time.microsecond) for time in times} == {(0, 0)}


def test_one_that_came_back_gets_a_zero_and_is_read_soon() -> None:
    assert read(GONE, 2, NOW) == Found(
        replace(
            GONE,
            shown=2,
            read_at=NOW,
            returns=1,
            came_back_at=NOW,
            zeroed_at=NOW,
            reason=CameBack(2),
            next_read_at=NOW + SETTLED,
        ),
        returned=True,
        to_zero=True,
        before=GONE,
    )


def test_one_that_came_back_after_the_watch_would_have_ended_gets_a_zero_and_is_watched_anew() -> None:
    late = replace(GONE, removed_at=NOW - WATCHED * 2)
    back = after(read(late, 1, NOW))
    assert read(back, 0, NOW + OFTEN / 2).after is not None
    assert read(back, 0, NOW + WATCHED).after is None


def test_a_zero_that_amazon_does_not_show_yet_is_waited_for_and_then_sent_again_after_growing_waits() -> None:
    just = replace(ZEROED, zeroed_at=NOW - ZERO_SHOWS_WITHIN / 2)
    waited = read(just, 1, NOW)
    assert (waited.to_zero, after(waited).next_read_at, after(waited).attempts) == (False, NOW + SETTLED, 0)
    one, waits = ZEROED, []
    for _ in range(4):
        found = read(one, 1, NOW)
        assert (found.to_zero, found.returned) == (True, False)
        waits.append(after(found).next_read_at - NOW)
        one = replace(after(found), zeroed_at=NOW - SENT)
    assert waits == [timedelta(seconds=seconds) for seconds in (1, 2, 4, 8)]
    assert (one.attempts, one.returns) == (4, 1)


def test_a_zero_that_amazon_shows_is_told_as_what_it_answered_and_read_as_often_as_at_first() -> None:
    shown = read(replace(ZEROED, removed_at=NOW - OFTEN, attempts=3), 0, NOW)
    assert (after(shown).reason, after(shown).attempts, after(shown).is_up) == (CameBack(1), 0, False)
    assert after(shown).next_read_at - NOW <= ZEROS_EVERY


def test_one_that_somebody_puts_up_again_within_a_day_is_told_and_left() -> None:
    first = read(down(ZEROED, HELD / 2), 3, NOW)
    assert (first.to_zero, first.returned, after(first).reason) == (False, True, CameBackAgain(3))
    assert after(first).next_read_at == NOW + OFFERS_EVERY
    later = read(after(first), 2, NOW + HELD * 3)
    assert (later.to_zero, later.returned, after(later).reason) == (False, False, CameBackAgain(2))


def test_one_that_comes_back_after_its_zero_held_for_a_day_gets_a_zero_again() -> None:
    again = read(down(ZEROED, HELD), 1, NOW)
    assert (again.to_zero, after(again).returns, after(again).attempts) == (True, 2, 0)


def test_one_that_was_left_and_ended_is_like_any_other_when_it_comes_back_later() -> None:
    left = after(read(down(ZEROED, HELD / 2), 3, NOW))
    ended = after(read(left, 0, NOW + HELD))
    assert read(ended, 1, NOW + HELD * 2).to_zero


def test_a_refused_zero_is_tried_again_after_waits_that_grow_and_never_taken_for_one_that_held() -> None:
    problem = AmazonRefused("no", "90220")
    once = refused(ZEROED, problem, NOW)
    assert (once.reason, once.next_read_at, once.zeroed_at) == (problem, NOW + back_off(1), None)
    again = read(once, 1, NOW)
    assert again.to_zero
    assert refused(after(again), problem, NOW).next_read_at == NOW + back_off(2)
    assert read(after(read(once, 0, NOW)), 1, NOW).to_zero


def test_only_a_zero_that_a_read_has_found_makes_a_return_somebodys_will() -> None:
    for shown, to_zero in ((None, True), (0, False)):
        seen = after(read(ZEROED, shown, NOW))
        assert (seen.zero_shown_at == NOW) != to_zero
        missed = after(read(seen, None, NOW + SENT))
        assert missed.zero_shown_at == seen.zero_shown_at
        back = read(missed, 1, NOW + SENT * 2)
        assert (back.to_zero, back.returned) == (to_zero, True)
        assert isinstance(after(back).reason, CameBack if to_zero else CameBackAgain)
    without_zero = read(replace(ZEROED, zeroed_at=None), 0, NOW)
    assert after(without_zero).zero_shown_at is None


def test_a_new_zero_was_not_shown_yet() -> None:
    again = read(down(ZEROED, HELD), 1, NOW)
    assert (after(again).zeroed_at, after(again).zero_shown_at) == (NOW, None)
    assert refused(down(ZEROED, HELD), None, NOW).zero_shown_at is None


def test_a_zero_that_never_left_counts_for_nothing_and_goes_out_at_once() -> None:
    for before in (GONE, down(ZEROED, HELD), replace(ZEROED, attempts=3)):
        found = read(before, 2, NOW)
        again = unsent(after(found), found, NOW)
        assert (again.zeroed_at, again.zero_shown_at) == (before.zeroed_at, before.zero_shown_at)
        assert (again.attempts, again.next_read_at, again.shown) == (before.attempts, NOW, 2)
        retried = read(again, 2, NOW + SENT)
        assert (retried.to_zero, retried.returned) == (True, False)


def test_a_zero_that_another_process_has_sent_since_counts_although_an_earlier_one_never_left() -> None:
    found = read(GONE, 2, NOW)
    newer = replace(after(found), zeroed_at=NOW + SENT)
    assert unsent(newer, found, NOW + SENT) == newer


def test_one_of_which_amazon_tells_nothing_stays_as_it_is_and_is_read_later() -> None:
    later = unread(ZEROED, NOW)
    assert later.next_read_at > NOW
    assert replace(later, next_read_at=ZEROED.next_read_at) == ZEROED
