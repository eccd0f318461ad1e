"""Decide whether two offers are of the same object, by their titles and pictures.

Each function returns the reason to refuse a candidate, or None. There are two named sets of rules: `seed` is what the
original system used, `default` was tuned on the labelled pairs of docs/match-quality.md.
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
    """The similarity of two pictures, computed from their pixels."""

    share_forth: float
    """Share of our picture's features with a match in theirs, 0 to 1."""
    share_back: float
    """Share of their picture's features with a match in ours, 0 to 1."""
    inliers: int
    """Number of matches that agree on one transformation between the pictures."""
    colour_distance: float
    """Median colour distance near the matches, in Lab units, after the light was equalised."""
    changed_share: float
    """Share of the area spanned by the matches that has another colour and is not background, 0 to 1."""
    odd_share: float
    """Size of the largest spot with a different pattern, as a share of the area spanned by the matches, 0 to 1."""


NOTHING_ALIKE = Likeness(0.0, 0.0, 0, 999.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class MatchRules:
    """Thresholds for a match. Infinity: the value is not checked."""

    name: Literal["seed", "default"]
    least_quick: float
    """Minimum correlation of the grey histograms, -1 to 1."""
    least_share: float
    """Minimum share of features with a match, in both directions, 0 to 1."""
    least_inliers: int = 0
    most_colour_distance: float = inf
    most_changed_share: float = inf
    most_odd_share: float = inf
    most_odd_share_in_volumes: float = inf
    """`most_odd_share` for objects that come in volumes, unless both titles name the same volume."""
    titles_must_agree: bool = False
    """Whether the titles must agree on volume, number of pieces, model, colour, measures, and "only a part"."""


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


def titles_against(rules: MatchRules, ours: str, theirs: str) -> Reason | None:
    """Return the reason if the titles differ in something that they name.

    A volume or a number of pieces in only one title counts as a difference: sellers of the third volume, or of three
    pieces, say so.
    """
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
    """Return whether the sets differ, also if one is empty."""
    return not a & b and bool(a or b)


def _differ_in_words(a: frozenset[Any], b: frozenset[Any]) -> bool:
    return not a & b and bool(a and b)


def _listed(words: frozenset[Word]) -> tuple[Word, ...] | None:
    return tuple(sorted(words)) or None


def quick_against(rules: MatchRules, correlation: float) -> Reason | None:
    """Judge by the first, cheap comparison of the pictures."""
    if correlation > rules.least_quick:
        return None
    return HistogramsDiffer(least=round(rules.least_quick, 2), correlation=_rounded(correlation, 2))


def pictures_against(rules: MatchRules, seen: Likeness, ours: str = "", theirs: str = "") -> Reason | None:
    """Judge by the last comparison of the pictures.

    If both titles name the same volume or colour, a picture is no reason to doubt that.
    """
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
