"""Whether two offers are of the same thing: what titles and pictures say against it.

Each function returns the reason that refuses a candidate, or None. Two sets of rules have names: `seed`
is what the original system did, `default` what the labelled pairs of docs/match-quality.md asked for.
"""

from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Literal, TypeVar

from mercarich_reasons.candidates import (
    ColoursDiffer,
    MayBePart,
    MeasuresDiffer,
    ModelsDiffer,
    PieceCountsDiffer,
    VolumesDiffer,
)
from mercarich_reasons.pictures import (
    FewFeaturesAgree,
    FewFeaturesMatch,
    HistogramsDiffer,
    PartInOtherColour,
    PictureColoursDiffer,
    SpotDiffers,
)
from mercarich_reasons.reason import Reason
from mercarich_replacements import titles
from mercarich_replacements.titles import Named

Word = TypeVar("Word", bound=str)


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


def titles_against(rules: MatchRules, ours: str, theirs: str) -> Reason | None:
    """What the titles name differently. A volume or a number of pieces that only one names is a difference, too:
    whoever sells the third volume, or three pieces, says so."""
    if not rules.titles_must_agree:
        return None
    a, b = titles.read(ours), titles.read(theirs)
    parts = b.parts - a.parts
    return _named_differently(a, b) or (MayBePart(tuple(sorted(parts))) if parts else None)


def _named_differently(a: Named, b: Named) -> Reason | None:
    if _differ(a.volumes, b.volumes):
        return VolumesDiffer(_listed(a.volumes), _listed(b.volumes))
    if _differ(a.pieces, b.pieces):
        return PieceCountsDiffer(_listed(a.pieces), _listed(b.pieces))
    if _differ_in_words(a.models, b.models):
        return ModelsDiffer(_listed(a.models), _listed(b.models))
    if _differ_in_words(a.colours, b.colours):
        return ColoursDiffer(_listed(a.colours), _listed(b.colours))
    if _differ_in_words(a.measures, b.measures):
        return MeasuresDiffer(_listed(a.measures), _listed(b.measures))
    return None


def _differ(a: frozenset[Any], b: frozenset[Any]) -> bool:
    """Silence differs from a word, too."""
    return not a & b and bool(a or b)


def _differ_in_words(a: frozenset[Any], b: frozenset[Any]) -> bool:
    return not a & b and bool(a and b)


def _listed(words: frozenset[Word]) -> tuple[Word, ...] | None:
    return tuple(sorted(words)) or None


def quick_against(rules: MatchRules, correlation: float) -> Reason | None:
    """The first look at the pictures."""
    if correlation > rules.least_quick:
        return None
    return HistogramsDiffer(least=round(rules.least_quick, 2), correlation=_rounded(correlation, 2))


def pictures_against(rules: MatchRules, seen: Likeness, ours: str = "", theirs: str = "") -> Reason | None:
    """The last look at the pictures. What both titles name alike, volume or colour, is not doubted for a picture."""
    share = min(seen.share_forth, seen.share_back)
    if share < rules.least_share:
        return FewFeaturesMatch(least=round(rules.least_share, 3), share=_rounded(share, 3))
    if seen.inliers < rules.least_inliers:
        return FewFeaturesAgree(seen.inliers, rules.least_inliers)
    a, b = titles.read(ours), titles.read(theirs)
    return _other_colours(rules, seen, a, b) or _odd_spot(rules, seen, a, b)


def _other_colours(rules: MatchRules, seen: Likeness, a: Named, b: Named) -> Reason | None:
    if a.colours & b.colours:
        return None
    if seen.colour_distance > rules.most_colour_distance:
        most = round(rules.most_colour_distance, 1)
        return PictureColoursDiffer(most=most, distance=_rounded(seen.colour_distance, 1))
    if seen.changed_share > rules.most_changed_share:
        most = round(rules.most_changed_share, 3)
        return PartInOtherColour(most=most, share=_rounded(seen.changed_share, 3))
    return None


def _odd_spot(rules: MatchRules, seen: Likeness, a: Named, b: Named) -> Reason | None:
    volume_in_doubt = (a.in_volumes or b.in_volumes) and not a.volumes & b.volumes
    most = rules.most_odd_share_in_volumes if volume_in_doubt else rules.most_odd_share
    if seen.odd_share > most:
        return SpotDiffers(most=round(most, 4), share=_rounded(seen.odd_share, 4))
    return None


def _rounded(number: float, digits: int) -> float | None:
    return round(number, digits) if isfinite(number) else None
