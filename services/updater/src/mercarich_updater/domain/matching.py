"""Whether two offers are of the same thing: what titles, prices, conditions and pictures say against it.

Each function answers the sentence that refuses a candidate, or None. Two sets of rules have names: `seed`
is what the original system did, `default` what the labelled pairs of docs/match-quality.md asked for.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the pixels of two pictures say of each other."""

    share_forth: float
    """Part of our picture's features that have a partner in theirs, 0 to 1."""
    share_back: float
    """The same seen from their picture."""
    inliers: int
    """Partners that agree on one movement of the thing between the two pictures."""
    colour_distance: float
    """How far the thing's colours are apart once the light is evened out (Lab units; under 6 nobody notices)."""
    odd_share: float
    """The largest spot of the thing that does not fit, as part of what the partners span, 0 to 1."""


@dataclass(frozen=True, slots=True)
class MatchRules:
    """How sure a match must be."""

    name: Literal["seed", "default"]
    least_quick: float
    """Correlation of the grey histograms."""
    least_share: float
    """Features with a partner, in both directions."""
    least_inliers: int = 0
    most_colour_distance: float | None = None
    """None does not look at colours."""
    most_odd_share: float | None = None
    """None does not look for spots that differ."""
    titles_must_agree: bool = False
    """Volume, number of pieces, model and colour, where both titles name one."""


SEED = MatchRules("seed", least_quick=0.80, least_share=0.10)
DEFAULT = MatchRules(
    "default",
    least_quick=-1.0,
    least_share=0.05,
    least_inliers=12,
    most_colour_distance=12.0,
    most_odd_share=0.05,
    titles_must_agree=True,
)
PRESETS = {rules.name: rules for rules in (SEED, DEFAULT)}


def titles_against(rules: MatchRules, ours: str, theirs: str) -> str | None:
    """A volume, number of pieces, model or colour that both titles name, and name differently."""
    return None


def quick_against(rules: MatchRules, correlation: float) -> str | None:
    """The first look at the pictures."""
    if correlation > rules.least_quick:
        return None
    return f"the pictures' grey histograms correlate by {correlation:.2f}, not above {rules.least_quick:.2f}"


def pictures_against(rules: MatchRules, seen: Likeness) -> str | None:
    """The last look at the pictures."""
    share = min(seen.share_forth, seen.share_back)
    if share < rules.least_share:
        return f"{share:.3f} of the pictures' features match, less than {rules.least_share:.3f}"
    if seen.inliers < rules.least_inliers:
        return f"{seen.inliers} features agree on where the thing is, fewer than {rules.least_inliers}"
    if rules.most_colour_distance is not None and seen.colour_distance > rules.most_colour_distance:
        return f"the colours differ by {seen.colour_distance:.1f}, more than {rules.most_colour_distance:.1f}"
    if rules.most_odd_share is not None and seen.odd_share > rules.most_odd_share:
        return f"a spot of {seen.odd_share:.3f} of the thing differs, more than {rules.most_odd_share:.3f}"
    return None
