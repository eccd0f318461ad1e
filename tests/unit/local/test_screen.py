"""Which output lines of the processes are shown to a person."""

import json

import pytest

from mercarich_local.screen import in_short


def log_line(level: str, **fields: object) -> str:
    return json.dumps(
        {"time": "t", "level": level, "service": "feed", "logger": "l", "message": "went wrong", **fields}
    )


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_ordinary_log_lines_stay_in_the_file(level: str) -> None:
    assert in_short(log_line(level)) is None


def test_a_warning_is_shown_in_one_sentence_with_its_fields() -> None:
    assert in_short(log_line("WARNING", seller=3)) == "warning: went wrong seller=3"


def test_of_an_exception_the_last_line_is_shown() -> None:
    trace = 'Traceback (most recent call last):\n  File "x"\nValueError: no'
    assert in_short(log_line("ERROR", exception=trace)) == "error: went wrong ValueError: no"


@pytest.mark.parametrize("line", ["Killed", "ValueError: no", '{"a": 1}', "12"])
def test_what_is_not_a_log_line_is_shown_as_it_is(line: str) -> None:
    assert in_short(line) == line


def test_an_empty_line_is_not_shown() -> None:
    assert in_short("  ") is None
