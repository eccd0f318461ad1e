"""Charts of the last day: what was not measured is a gap, and not a zero."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mercarich_web.overview.day import HEIGHT, SHOWN, STEP, WIDTH, Sample, day, step_of

NOW = datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC)
END = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def samples(count: int, **values: object) -> list[Sample]:
    first = Sample(END, "yahoo", 50, 4, 3_600.0, 90.0)
    return [
        replace(first, **{"at": END - STEP * back} | values)  # type: ignore[arg-type]
        for back in reversed(range(count))
    ]


def test_a_step_ends_at_a_round_time() -> None:
    assert step_of(NOW) == END
    assert step_of(END) == END


def test_a_chart_runs_from_left_to_right_and_the_most_is_at_the_top() -> None:
    told = day([*samples(1, at=NOW - SHOWN, looks=0), replace(samples(1)[0], at=NOW)], NOW)
    [looks, *_] = told.charts
    points = [tuple(map(float, point.split(","))) for part in looks.lines[0].parts for point in part.split()]

    assert [x for x, _ in points] == [0, WIDTH]
    assert points[0][1] == HEIGHT - 2
    assert points[1][1] == 4
    assert (looks.name, looks.most, looks.lines[0].last) == ("looks", 10, 10)


def test_a_step_that_nobody_measured_is_a_gap() -> None:
    ten = samples(10)
    told = day([one for one in ten if one.at != END - 4 * STEP], NOW)

    assert [len(part.split()) for part in told.charts[0].lines[0].parts] == [5, 4]


def test_what_was_not_known_is_a_gap_in_its_chart_alone() -> None:
    ten = samples(10)
    told = day([*ten[:3], replace(ten[3], lag=None), *ten[4:]], NOW)
    parts = {chart.name: len(chart.lines[0].parts) for chart in told.charts}

    assert parts == {"looks": 1, "lag": 2, "oldest": 1, "pushes": 1}


def test_the_table_has_the_last_sample_of_each_hour_newest_first() -> None:
    told = day(samples(30), NOW)

    assert [one.at for one in told.hours] == [END, *(END - STEP - timedelta(hours=back) for back in range(3))]
    assert told.hours[0].values == {"looks": 10, "lag": 4, "oldest": 1, "pushes": 1.5}


def test_without_samples_there_is_nothing_to_draw() -> None:
    told = day([], NOW)

    assert (told.hours, told.marketplaces) == ([], [])
