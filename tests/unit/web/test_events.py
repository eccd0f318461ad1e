"""Every kind of event is handled wherever the pages and reports need it: a test names the place that lacks one."""

from collections.abc import Collection

import pytest

from mercarich_contracts.events import EventKind
from mercarich_web.listings.exposure import EFFECTS
from mercarich_web.listings.terminal import TOLD
from mercarich_web.listings.timeline import TONES
from mercarich_web.words import WORDS

PLACES: dict[str, Collection[str]] = {
    "listings.terminal.TOLD": TOLD,
    "listings.timeline.TONES": TONES,
    "listings.exposure.EFFECTS": EFFECTS,
    "listings.words.EVENTS": WORDS.EVENTS,
}
NO_EVENTS = frozenset({"look", "push"})
"""Kinds without an entry in a timeline."""


@pytest.mark.parametrize("place", PLACES)
def test_each_kind_of_event_is_known(place: str) -> None:
    known = set(PLACES[place])

    assert set(EventKind) - known == set(), f"write these into {place}"
    assert known - set(EventKind) - NO_EVENTS == set(), f"{place} has kinds that there are not"


def test_a_timeline_has_words_and_a_tone_for_every_entry() -> None:
    assert WORDS.EVENTS.keys() >= NO_EVENTS
    assert TONES.keys() >= NO_EVENTS
