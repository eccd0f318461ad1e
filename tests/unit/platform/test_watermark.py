"""The watermark: only a finished prefix is committed, in whatever order records finish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_platform.watermark import Watermark


@st.composite
def finishing(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Rising offsets, with holes as compaction leaves them, and an order in which some of them finish."""
    offsets = sorted(draw(st.sets(st.integers(0, 200), min_size=1, max_size=30)))
    return offsets, draw(st.permutations(offsets))[: draw(st.integers(0, len(offsets)))]


@given(finishing())
def test_the_position_is_one_past_the_finished_prefix(case: tuple[list[int], list[int]]) -> None:
    offsets, finished = case
    watermark = Watermark()
    for offset in offsets:
        watermark.begin(offset)
    for offset in finished:
        watermark.finish(offset)
    prefix = 0
    while prefix < len(offsets) and offsets[prefix] in finished:
        prefix += 1
    assert watermark.position == (offsets[prefix - 1] + 1 if prefix else None)
    assert watermark.span == len(offsets) - prefix


@given(finishing())
def test_the_position_never_falls_and_never_passes_an_unfinished_offset(case: tuple[list[int], list[int]]) -> None:
    offsets, finished = case
    watermark = Watermark()
    for offset in offsets:
        watermark.begin(offset)
    before = -1
    for number, offset in enumerate(finished):
        watermark.finish(offset)
        position = watermark.position if watermark.position is not None else -1
        assert position >= before
        assert all(position <= unfinished for unfinished in set(offsets) - set(finished[: number + 1]))
        before = position


def test_an_offset_that_was_reached_cannot_begin_again() -> None:
    watermark = Watermark()
    watermark.begin(5)
    watermark.finish(5)
    assert watermark.reached(5)
    with pytest.raises(ValueError, match="offset 4 began after 5"):
        watermark.begin(4)


def test_finishing_what_never_began_changes_nothing() -> None:
    watermark = Watermark()
    watermark.finish(3)
    assert watermark.position is None
