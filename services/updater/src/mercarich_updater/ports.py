"""What the updater needs from outside, in its own words, and what each port raises."""

from dataclasses import dataclass
from typing import Protocol

from mercarich_contracts.market import Marketplace
from mercarich_updater.domain.matching import Likeness


class ProxyAway(Exception):
    """The marketplace's proxy does not answer for now."""


class NoPicture(Exception):
    """The picture cannot be had or is none; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's address at a marketplace; only that marketplace's proxy may fetch it."""

    marketplace: Marketplace
    url: str


class Pictures(Protocol):
    """How alike two pictures are. Both methods raise `NoPicture` and `ProxyAway`."""

    def quick(self, ours: Picture, theirs: Picture) -> float:
        """Correlation of the grey histograms at 200x200, from -1 to 1: cheap, the first test."""

    def features(self, ours: Picture, theirs: Picture) -> Likeness:
        """What AKAZE features in both directions, colours and odd places say: dear, the last test. Which
        likeness is enough is for `domain.matching` to say."""
