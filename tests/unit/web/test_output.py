"""How values are printed for people and for programs."""

import json
from datetime import UTC, datetime

import pytest

from mercarich_web.console.output import cell, show, span, table, tokyo
from mercarich_web.runs.holds import HoldList
from mercarich_web.workers.queues import Reach

NOON_UTC = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_times_are_those_of_tokyo() -> None:
    assert tokyo(NOON_UTC) == "2026-11-25 21:00:00 JST"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (0, "0 s"), (119.4, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2.0 h"), (172_800, "2.0 d")],
)
def test_spans_are_short(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (12345, "12,345"), (True, "yes"), ("a\x1b[2Jb\nc", "a�[2Jb�c"), (NOON_UTC, tokyo(NOON_UTC))],
)
def test_a_cell_is_readable_and_harmless(value: object, text: str) -> None:
    assert cell(value).plain == text


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    drawn = table(["name", "count"], [["a", 5], ["b", None]])

    assert [column.justify for column in drawn.columns] == ["left", "right"]


def test_json_has_every_field_and_times_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    show(Reach("db", ok=False, away=True, problem="新しい"), lambda _: "", as_json=True)
    show(HoldList(()), lambda _: "", as_json=True)

    first, second = capsys.readouterr().out.split("}\n{")
    assert json.loads(first + "}") == {"where": "db", "ok": False, "away": True, "problem": "新しい"}
    assert json.loads("{" + second) == {"holds": []}


def test_a_page_without_a_terminal_has_no_colours_and_no_spaces_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    show(Reach("db", ok=True), lambda reach: cell(reach.where + "   ", "bold red"), as_json=False)

    assert capsys.readouterr().out == "db\n"
