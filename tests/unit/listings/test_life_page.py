"""docs/listings.md draws the life that the code has."""

from tools.life_cycle import BEGIN, END, PAGE, edges, made

from mercarich_listings.transition import TRANSITIONS


def test_the_page_is_current() -> None:
    _, begun, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    assert f"{begun}{rest.partition(END)[0]}{END}" == made(), "run: python -m tools.life_cycle"


def test_every_transition_is_drawn_from_every_stage_that_it_starts_from() -> None:
    drawn = {(edge.transition.name, edge.start) for edge in edges()}
    assert drawn == {(name, stage) for name, one in TRANSITIONS.items() for stage in one.start}
