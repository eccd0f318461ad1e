"""Whether two offers are of the same thing: what titles and pictures say against it.

Each function answers the sentence that refuses a candidate, or None. Two sets of rules have names: `seed`
is what the original system did, `default` what the labelled pairs of docs/match-quality.md asked for.
"""

from dataclasses import dataclass
from math import inf
from typing import Literal

from mercarich_replacements import titles


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
    """How far colours are apart close to the partners, once the light is evened out (Lab units, median)."""
    changed_share: float
    """Part of what the partners span that has another colour and is no background, 0 to 1."""
    odd_share: float
    """The largest spot whose pattern does not fit, as part of what the partners span, 0 to 1."""


NOTHING_ALIKE = Likeness(0.0, 0.0, 0, 999.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class MatchRules:
    """How sure a match must be. Infinity: this is not looked at."""

    name: Literal["seed", "default"]
    least_quick: float
    """Correlation of the grey histograms."""
    least_share: float
    """Features with a partner, in both directions."""
    least_inliers: int = 0
    most_colour_distance: float = inf
    most_changed_share: float = inf
    most_odd_share: float = inf
    most_odd_share_in_volumes: float = inf
    """The same for kinds that come in volumes, when the titles do not name one and the same."""
    titles_must_agree: bool = False
    """Volume, pieces, model, colour and measures, and no part instead of the whole."""


SEED = MatchRules("seed", least_quick=0.80, least_share=0.10)
DEFAULT = MatchRules(
    "default",
    least_quick=-1.0,
    least_share=0.05,
    least_inliers=16,
    most_colour_distance=5.5,
    most_changed_share=0.028,
    most_odd_share=0.012,
    most_odd_share_in_volumes=0.0002,
    titles_must_agree=True,
)
PRESETS = {rules.name: rules for rules in (SEED, DEFAULT)}


def titles_against(rules: MatchRules, ours: str, theirs: str) -> str | None:
    """What the titles name differently. A volume or a number of pieces that only one names is a difference, too:
    whoever sells the third volume, or three pieces, says so."""
    if not rules.titles_must_agree:
        return None
    a, b = titles.read(ours), titles.read(theirs)
    for what, first, second, silence_differs in (
        ("volume", a.volumes, b.volumes, True),
        ("number of pieces", a.pieces, b.pieces, True),
        ("model", a.models, b.models, False),
        ("colour", a.colours, b.colours, False),
        ("measure", a.measures, b.measures, False),
    ):
        if first & second or not (first or second):
            continue
        if silence_differs or (first and second):
            return f"the {what} differs: {_listed(first)}, and {_listed(second)}"
    if b.parts - a.parts:
        return f"it may be a part or broken: {_listed(b.parts - a.parts)}"
    return None


def quick_against(rules: MatchRules, correlation: float) -> str | None:
    """The first look at the pictures."""
    if correlation > rules.least_quick:
        return None
    return f"the pictures' grey histograms correlate by {correlation:.2f}, not above {rules.least_quick:.2f}"


def pictures_against(rules: MatchRules, seen: Likeness, ours: str = "", theirs: str = "") -> str | None:
    """The last look at the pictures. What both titles name alike, volume or colour, is not doubted for a picture."""
    share = min(seen.share_forth, seen.share_back)
    if share < rules.least_share:
        return f"{share:.3f} of the pictures' features match, less than {rules.least_share:.3f}"
    if seen.inliers < rules.least_inliers:
        return f"{seen.inliers} features agree on where the thing is, fewer than {rules.least_inliers}"
    a, b = titles.read(ours), titles.read(theirs)
    if not a.colours & b.colours:
        if seen.colour_distance > rules.most_colour_distance:
            return f"the colours differ by {seen.colour_distance:.1f}, more than {rules.most_colour_distance:.1f}"
        if seen.changed_share > rules.most_changed_share:
            return f"{seen.changed_share:.3f} of it has another colour, more than {rules.most_changed_share:.3f}"
    volume_in_doubt = (a.in_volumes or b.in_volumes) and not a.volumes & b.volumes
    most = rules.most_odd_share_in_volumes if volume_in_doubt else rules.most_odd_share
    if seen.odd_share > most:
        return f"a spot of {seen.odd_share:.4f} of it looks different, more than {most:.4f}"
    return None


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words)) or "not named"
