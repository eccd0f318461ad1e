"""What a seller's uploads may take: which files to mend go, and how many files an hour."""

from mercarich_web.jobs.room import FILES_AN_HOUR, HOUR_SECONDS, MOST_KEPT, FilesAnHour, KeptFile, making_room

HALF = MOST_KEPT // 2


class Seconds:
    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def test_nothing_goes_while_there_is_room() -> None:
    assert making_room([], MOST_KEPT) == []
    assert making_room([KeptFile(1, HALF, True)], HALF) == []


def test_the_oldest_files_to_mend_go_and_no_more_than_must() -> None:
    kept = [KeptFile(1, HALF, True), KeptFile(2, HALF // 2, True), KeptFile(3, HALF // 2, True)]

    assert making_room(kept, 1) == [1]
    assert making_room(kept, HALF + 1) == [1, 2]


def test_files_that_are_being_imported_stay() -> None:
    kept = [KeptFile(1, HALF, False), KeptFile(2, HALF, True)]

    assert making_room(kept, HALF) == [2]
    assert making_room(kept, HALF + 1) is None


def test_an_hours_files_may_come_at_once_and_then_as_the_hour_goes_on() -> None:
    seconds = Seconds()
    sent = FilesAnHour(seconds)
    at_once = [sent.take(1) for _ in range(FILES_AN_HOUR)]
    seconds.at += 600
    wait = sent.take(1)
    seconds.at += wait

    assert at_once == [0] * FILES_AN_HOUR
    assert wait == HOUR_SECONDS - 600
    assert sent.take(1) == 0


def test_another_sellers_files_are_not_counted_nor_those_that_were_refused() -> None:
    seconds = Seconds()
    sent = FilesAnHour(seconds)
    waits = [sent.take(1) for _ in range(3 * FILES_AN_HOUR)]
    seconds.at += HOUR_SECONDS

    assert waits.count(0) == FILES_AN_HOUR
    assert sent.take(2) == 0
    assert sent.take(1) == 0
